import type { RE2JS } from 're2js'
import type { Subject, Test } from './builtins.ts'
import { ANY, INT, kindName, NULL, NUMBER } from './kinds.ts'
import { compareScalars, type Scalar, sameScalar, showScalar } from './scalar.ts'
import type { Comparison } from './syntax.ts'

/** One thing that is asked of a value. CUE looks at literals and types first, then at bounds, at structs last. */
export type Atom = {
  readonly rank: 0 | 1 | 2
  readonly kinds: number
  readonly show: () => string
  readonly scalar?: Scalar
  readonly bound?: Bound
  readonly test?: Test & { readonly operand: Scalar }
}

type Bound = { readonly sign: Comparison; readonly limit: Scalar; readonly pattern?: RE2JS }

/** A bound such as `<5`, with its limit known. */
export function boundAtom(sign: Comparison, limit: Scalar, pattern?: RE2JS): Atom {
  const kinds = (limit.kinds & NUMBER) === 0 ? limit.kinds : NUMBER
  return {
    rank: 1,
    kinds: kinds === NULL ? ANY & ~NULL : kinds,
    show: () => `${sign}${showScalar(limit)}`,
    bound: { sign, limit, ...(pattern === undefined ? {} : { pattern }) },
  }
}

/** What of all that is asked of a value cannot hold at once, in CUE's words; undefined where it can. */
export function faultOf(atoms: readonly Atom[], subject: Subject, show: () => string): string | undefined {
  const ordered = atoms.toSorted((one, other) => one.rank - other.rank)
  let seen: Atom | undefined
  let kinds = ANY
  let scalar: Atom | undefined
  for (const atom of ordered) {
    if (seen !== undefined && (kinds & atom.kinds) === 0) {
      return `conflicting values ${seen.show()} and ${atom.show()} (mismatched types ${kindName(kinds)} and ${kindName(atom.kinds)})`
    }
    if (scalar?.scalar !== undefined && atom.scalar !== undefined && !sameScalar(atom.scalar, scalar.scalar)) {
      return `conflicting values ${atom.show()} and ${scalar.show()}`
    }
    if (atom.scalar !== undefined) scalar ??= atom
    if (seen === undefined || (kinds & atom.kinds) !== kinds) seen = atom
    kinds &= atom.kinds
  }
  const value = scalar?.scalar
  if (value !== undefined)
    return firstFault(
      ordered,
      (atom) => boundFault(atom, value) ?? testFault(atom, { ...subject, scalar: value }, show),
    )
  return contradiction(ordered, kinds) ?? firstFault(ordered, (atom) => testFault(atom, subject, show))
}

function firstFault(atoms: readonly Atom[], fault: (atom: Atom) => string | undefined): string | undefined {
  for (const atom of atoms) {
    const found = fault(atom)
    if (found !== undefined) return found
  }
  return undefined
}

function boundFault({ bound, show }: Atom, value: Scalar): string | undefined {
  if (bound === undefined || satisfies(value, bound)) return undefined
  return `invalid value ${showScalar(value)} (out of bound ${show()})`
}

function satisfies(value: Scalar, { sign, limit, pattern }: Bound): boolean {
  if (pattern !== undefined) return pattern.test(String(value.value)) === (sign === '=~')
  return holds(sign, compareScalars(value, limit)) ?? (sign === '!=' && value.value !== limit.value)
}

/** Whether a comparison holds of two values by their order; undefined where they have none. */
export function holds(sign: Comparison, order: number | undefined): boolean | undefined {
  if (order === undefined) return undefined
  const less = sign === '<' || sign === '<=' || sign === '!='
  const more = sign === '>' || sign === '>=' || sign === '!='
  const equal = sign === '<=' || sign === '>=' || sign === '=='
  return order < 0 ? less : order > 0 ? more : equal
}

function testFault({ test, show: showTest }: Atom, subject: Subject, show: () => string): string | undefined {
  if (test === undefined || test.holds(subject, test.operand) || test.lenient?.(subject)) return undefined
  if (subject.scalar === undefined && subject.kind !== test.on) return undefined
  const detail = test.detail === undefined ? '' : `: ${test.detail(subject, test.operand)}`
  return `invalid value ${show()} (does not satisfy ${showTest()})${detail}`
}

/** Bounds that no value can meet: the highest lower one and the lowest upper one tell. */
function contradiction(atoms: readonly Atom[], kinds: number): string | undefined {
  let low: Bound | undefined
  let high: Bound | undefined
  for (const { bound } of atoms) {
    if (bound?.sign === '>' || bound?.sign === '>=') low = tighter(low, bound, 1)
    if (bound?.sign === '<' || bound?.sign === '<=') high = tighter(high, bound, -1)
  }
  return low === undefined || high === undefined ? undefined : incompatible(low, high, kinds)
}

function tighter(one: Bound | undefined, other: Bound, direction: 1 | -1): Bound {
  const order = one === undefined ? 1 : (compareScalars(other.limit, one.limit) ?? 0) * direction
  return one === undefined || order > 0 || (order === 0 && other.sign.length === 1) ? other : one
}

function incompatible(low: Bound, high: Bound, kinds: number): string | undefined {
  const order = compareScalars(low.limit, high.limit)
  if (order === undefined) return undefined
  const type = kinds === INT ? 'integer' : kindName(kinds)
  const [lower, upper] = [low, high].map(({ sign, limit }) => `${sign}${showScalar(limit)}`)
  const both = low.sign === '>=' && high.sign === '<='
  if (order > 0 || (order === 0 && !both)) return `incompatible ${type} bounds ${upper} and ${lower}`
  if (kinds !== INT || firstInt(low) <= lastInt(high)) return undefined
  return `incompatible ${type} bounds ${lower} and ${upper}`
}

function firstInt({ sign, limit }: Bound): number {
  return sign === '>' ? Math.floor(Number(limit.value)) + 1 : Math.ceil(Number(limit.value))
}

function lastInt({ sign, limit }: Bound): number {
  return sign === '<' ? Math.ceil(Number(limit.value)) - 1 : Math.floor(Number(limit.value))
}

/** How many steps it takes to look for a fault. */
export function costOf(atoms: readonly Atom[]): number {
  const scalar = atoms.find((atom) => atom.scalar !== undefined)?.scalar
  const length = lengthOf(scalar)
  return atoms.reduce((cost, { bound }) => {
    return cost + 1 + length / 64 + (bound?.pattern === undefined ? 0 : matchCost(length, bound.pattern))
  }, 1)
}

/** How much there is to read of a plain value. */
export function lengthOf(scalar: Scalar | undefined): number {
  return typeof scalar?.value === 'string' ? scalar.value.length : 0
}

/** What a match costs in steps: the longer the text and the pattern, the more. */
export function matchCost(length: number, pattern: RE2JS): number {
  return 1 + (length * pattern.pattern().length) / 256
}
