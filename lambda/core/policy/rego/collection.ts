import { compare, pairsOf, same } from './compare.ts'
import { RegoHalt } from './fault.ts'
import { isArray, isMap, isNumber, isObject, isSet, normal, type Value } from './value.ts'
import { spend, type Work } from './work.ts'

/** A set of these values: each once, in Rego's order. */
export function makeSet(values: readonly Value[], work: Work): ReadonlySet<Value> {
  spend(work, values.length)
  const sorted = values.map(normal).sort((a, b) => compare(a, b, work))
  return new Set(sorted.filter((value, index) => index === 0 || !same(value, sorted[index - 1] ?? null, work)))
}

/** An object of these keys and values. Of two values for a key, the last is kept, or the evaluation halts. */
export function makeObject(
  pairs: readonly (readonly [Value, Value])[],
  twice: 'last' | 'halt',
  work: Work,
): ReadonlyMap<Value, Value> {
  spend(work, pairs.length)
  const sorted = pairs.map(([key, value]) => [normal(key), value] as const).sort(([a], [b]) => compare(a, b, work))
  const kept = sorted.filter(([key, value], index) => {
    const next = sorted[index + 1]
    if (next === undefined || !same(key, next[0], work)) return true
    if (twice === 'halt' && !same(value, next[1], work)) throw new RegoHalt('object keys must be unique')
    return false
  })
  return new Map(kept)
}

/** The member of a collection at a key (of a set: the member itself); undefined where there is none. */
export function memberAt(collection: Value, key: Value, work: Work): Value | undefined {
  if (isArray(collection)) return isNumber(key) ? collection[Number(key)] : undefined
  if (isSet(collection)) return keyIn(collection, key, work)
  if (isMap(collection)) {
    const found = keyIn(collection, key, work)
    return found === undefined ? undefined : collection.get(found)
  }
  if (!isObject(collection) || typeof key !== 'string') return undefined
  return Object.hasOwn(collection, key) ? collection[key] : undefined
}

/** The keys and members of a collection, in order; nothing for other values. The members of a set are their own keys. */
export function* members(collection: Value, work: Work): Generator<readonly [key: Value, member: Value]> {
  if (isArray(collection)) {
    for (const [index, member] of collection.entries()) yield [BigInt(index), member]
  } else if (isSet(collection)) {
    for (const member of collection) yield [member, member]
  } else if (isObject(collection)) {
    yield* pairsOf(collection, work)
  }
}

/** Whether a collection has a member, by its value. */
export function hasMember(collection: Value, wanted: Value, work: Work): boolean {
  if (isSet(collection)) return keyIn(collection, wanted, work) !== undefined
  for (const [, member] of members(collection, work)) if (same(member, wanted, work)) return true
  return false
}

/** How many members a collection has; undefined for other values. */
export function sizeOf(value: Value, work: Work): number | undefined {
  if (isArray(value)) return value.length
  if (isSet(value) || isMap(value)) return value.size
  return isObject(value) ? pairsOf(value, work).length : undefined
}

/** A key as the collection has it. Scalars are found at once, the rest by comparison. */
function keyIn(
  collection: ReadonlySet<Value> | ReadonlyMap<Value, Value>,
  wanted: Value,
  work: Work,
): Value | undefined {
  const key = normal(wanted)
  if (collection.has(key)) return key
  if (typeof key !== 'object' || key === null) return undefined
  for (const candidate of collection.keys()) if (same(candidate, key, work)) return candidate
  return undefined
}
