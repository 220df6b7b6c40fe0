import { ANY, INT, kindName, LIST, STRING, STRUCT } from './kinds.ts'
import { parseTime, RFC3339 } from './rfc3339.ts'
import { type Scalar, showScalar } from './scalar.ts'

/** What a builtin may know of the value that it tests. */
export type Subject = {
  readonly scalar?: Scalar
  /** The type of a struct or a list, as far as it is known. */
  readonly kind: number
  readonly fields: () => number
  readonly items: number
  /** Whether more items may come. */
  readonly open: boolean
  readonly has: (item: Scalar) => boolean
}

/** A test of CUE's packages. Called without its first argument it is a constraint, with it a function to bool. */
export type Test = {
  readonly on: number
  readonly parameters: readonly number[]
  readonly holds: (subject: Subject, operand: Scalar) => boolean
  /** Set where a constraint waits for what may come yet: these never fail for too little. */
  readonly lenient?: (subject: Subject) => boolean
  readonly detail?: (subject: Subject, operand: Scalar) => string
}

/** What can be looked for in a list. */
const PLAIN = ANY & ~(LIST | STRUCT)

const number = ({ value }: Scalar) => Number(value)
const string = ({ value }: Scalar) => String(value)
const textOf = ({ scalar }: Subject) => (typeof scalar?.value === 'string' ? scalar.value : '')
const runes = (subject: Subject) => Array.from(textOf(subject)).length
const isTime = (subject: Subject) => parseTime(RFC3339, textOf(subject)) !== undefined

function size(what: string, sign: '<' | '>', name: string, of: (subject: Subject) => number): Test['detail'] {
  return (subject, { value }) => `len(${what}) ${sign} ${name}(${value}) (${of(subject)} ${sign} ${value})`
}

const fields = ({ fields: count }: Subject) => count()
const items = ({ items: count }: Subject) => count

/** The tests that are read, by their full name. */
export const TESTS: ReadonlyMap<string, Test> = new Map<string, Test>([
  [
    'struct.MinFields',
    { on: STRUCT, parameters: [INT], holds: (of, least) => of.fields() >= number(least), lenient: () => true },
  ],
  [
    'struct.MaxFields',
    {
      on: STRUCT,
      parameters: [INT],
      holds: (of, most) => of.fields() <= number(most),
      detail: size('fields', '>', 'MaxFields', fields),
    },
  ],
  [
    'list.MinItems',
    {
      on: LIST,
      parameters: [INT],
      holds: (of, least) => of.items >= number(least),
      lenient: ({ open }) => open,
      detail: size('list', '<', 'MinItems', items),
    },
  ],
  [
    'list.MaxItems',
    {
      on: LIST,
      parameters: [INT],
      holds: (of, most) => of.items <= number(most),
      detail: size('list', '>', 'MaxItems', items),
    },
  ],
  ['list.Contains', { on: LIST, parameters: [PLAIN], holds: (of, item) => of.has(item) }],
  ['strings.MinRunes', { on: STRING, parameters: [INT], holds: (of, least) => runes(of) >= number(least) }],
  ['strings.MaxRunes', { on: STRING, parameters: [INT], holds: (of, most) => runes(of) <= number(most) }],
  ['strings.HasPrefix', { on: STRING, parameters: [STRING], holds: (of, part) => textOf(of).startsWith(string(part)) }],
  ['strings.HasSuffix', { on: STRING, parameters: [STRING], holds: (of, part) => textOf(of).endsWith(string(part)) }],
  ['strings.Contains', { on: STRING, parameters: [STRING], holds: (of, part) => textOf(of).includes(string(part)) }],
  [
    'time.Time',
    {
      on: STRING,
      parameters: [],
      holds: isTime,
      detail: ({ scalar }) =>
        `error in call to time.Time: invalid time ${scalar === undefined ? '' : showScalar(scalar)}`,
    },
  ],
])

/** How many arguments the other functions take. */
export const FUNCTIONS: ReadonlyMap<string, number> = new Map([
  ['len', 1],
  ['time.Parse', 2],
  ['strings.Join', 2],
])

/** Why a value cannot be an argument, in CUE's words; undefined where it can. */
export function argumentFault(shown: string, kinds: number, wanted: number, at: number, name: string) {
  if ((kinds & wanted) !== 0) return undefined
  return `cannot use ${shown} (type ${kindName(kinds)}) as ${kindName(wanted)} in argument ${at} to ${name}`
}
