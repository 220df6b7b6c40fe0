import { lengthOf } from './atoms.ts'
import { type Subject, TESTS } from './builtins.ts'
import { BYTES, LIST, STRING, STRUCT } from './kinds.ts'
import { spend, type World } from './node.ts'
import { parseTime } from './rfc3339.ts'
import { type Scalar, sameScalar, scalarOf, showScalar } from './scalar.ts'
import { subjectOf } from './subject.ts'
import { type Concrete, kindsOf, LONGEST, plain, type Value } from './value.ts'

/** Calls a builtin with arguments of the types that it takes. How much a struct or a list holds is known late only. */
export function applyCall(name: string, values: readonly Concrete[], world: World, late: boolean): Value {
  const [first, second] = values
  if (first === undefined) return undefined
  if ('scalar' in first) spend(world, lengthOf(first.scalar) / 64)
  if (name === 'time.Parse') return parsed(plainText(first), second)
  if (name === 'strings.Join') return join('items' in first ? first.items : [], plainText(second))
  if ('node' in first) {
    if (!late) return undefined
    first.node.counted = true
  }
  const subject = asSubject(first, world)
  if (name === 'len') return plain(lenOf(first, subject))
  const operand = second !== undefined && 'scalar' in second ? second.scalar : scalarOf(null)
  const test = TESTS.get(name)
  return test === undefined ? undefined : plain(test.holds(subject, operand))
}

/** The types that a builtin takes, argument by argument. */
export function parametersOf(name: string): readonly number[] {
  if (name === 'strings.Join') return [LIST, STRING]
  if (name === 'len') return [STRING | BYTES | LIST | STRUCT]
  if (name === 'time.Parse') return [STRING, STRING]
  const test = TESTS.get(name)
  return test === undefined ? [] : [test.on, ...test.parameters]
}

function join(items: readonly Scalar[], between: string): Value {
  if (items.some(({ value }) => typeof value !== 'string'))
    return { fault: 'strings.Join of a list that has more than strings' }
  const length = items.reduce((sum, item) => sum + lengthOf(item) + between.length, 0)
  return length > LONGEST
    ? { fault: 'strings.Join of too much text' }
    : plain(items.map(({ value }) => value).join(between))
}

function asSubject(value: Concrete, world: World): Subject {
  if ('node' in value) return subjectOf(world, value.node)
  const nothing = { kind: 0, fields: () => 0, items: 0, open: false, has: () => false }
  if ('items' in value) {
    const { items } = value
    return { ...nothing, kind: LIST, items: items.length, has: (item) => items.some((each) => sameScalar(each, item)) }
  }
  return { ...nothing, scalar: value.scalar }
}

function lenOf(value: Concrete, { fields, items }: Subject): number {
  if ('scalar' in value) return Buffer.byteLength(String(value.scalar.value))
  return kindsOf(value) === LIST ? items : fields()
}

function plainText(value: Concrete | undefined): string {
  return value !== undefined && 'scalar' in value ? String(value.scalar.value) : ''
}

function parsed(layout: string, value: Concrete | undefined): Value {
  const time = parseTime(layout, plainText(value))
  if (time !== undefined) return plain(time)
  const shown = showScalar(scalarOf(plainText(value)))
  return { fault: `error in call to time.Parse: parsing time ${shown} as ${JSON.stringify(layout)}: cannot parse` }
}
