import { RegoHalt } from './fault.ts'
import {
  isArray,
  isMap,
  isNumber,
  isObject,
  isSet,
  isText,
  type RegoObject,
  TYPES,
  typeOf,
  type Value,
} from './value.ts'
import { type Pair, spend, spendText, type Work } from './work.ts'

const DEEPEST = 256

/** Rego's order of values: by type, then by content; objects by their sorted keys and values, sets by their sorted members. */
export function compare(a: Value, b: Value, work: Work, depth = 0): number {
  spend(work, 1)
  if (depth > DEEPEST) throw new RegoHalt(`values are nested deeper than ${DEEPEST}`)
  if (a === b) return 0
  if (isNumber(a) && isNumber(b)) return order(a, b)
  if (isText(a) && isText(b)) return compareText(a, b, work)
  if (isArray(a) && isArray(b)) return compareLists(a, b, work, depth)
  const [left, right] = [TYPES.indexOf(typeOf(a)), TYPES.indexOf(typeOf(b))]
  if (left !== right || !isCollection(a) || !isCollection(b)) return left - right || order(a, b)
  return compareLists(flat(a, work), flat(b, work), work, depth)
}

/** Whether two values are the same for Rego: 1 and 1.0 are. */
export function same(a: Value, b: Value, work: Work): boolean {
  return compare(a, b, work) === 0
}

/** The keys and values of an object, in the order of the keys. */
export function pairsOf(object: RegoObject, work: Work): readonly Pair[] {
  if (isMap(object)) {
    spend(work, object.size)
    return [...object]
  }
  const known = work.sorted.get(object)
  if (known !== undefined) return known
  const pairs = Object.entries(object)
  spend(work, pairs.length)
  const sorted = pairs.sort(([a], [b]) => compareText(a, b, work))
  work.sorted.set(object, sorted)
  return sorted
}

function isCollection(value: Value): value is RegoObject | ReadonlySet<Value> {
  return isSet(value) || isObject(value)
}

function flat(value: RegoObject | ReadonlySet<Value>, work: Work): readonly Value[] {
  const members = isSet(value) ? [...value] : pairsOf(value, work).flat()
  spend(work, members.length)
  return members
}

function compareLists(a: readonly Value[], b: readonly Value[], work: Work, depth: number): number {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) {
    const difference = compare(a[at] ?? null, b[at] ?? null, work, depth + 1)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

function compareText(a: string, b: string, work: Work): number {
  if (a.length === b.length && a === b) {
    spendText(work, a.length)
    return 0
  }
  const length = Math.min(a.length, b.length)
  let at = 0
  while (at < length && a[at] === b[at]) at++
  spendText(work, at)
  return at === length ? a.length - b.length : rank(a.charCodeAt(at)) - rank(b.charCodeAt(at))
}

// Text sorts by its UTF-8 bytes: what UTF-16 writes with surrogates comes after all the rest.
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}

function order(a: Value, b: Value): number {
  if (a === null || b === null || a === b) return 0
  if (a < b) return -1
  return a > b ? 1 : 0
}
