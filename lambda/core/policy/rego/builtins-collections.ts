import { type Builtin, binary, ternary, unary } from './builtin.ts'
import { makeSet, memberAt, sizeOf } from './collection.ts'
import { compare, pairsOf } from './compare.ts'
import { isArray, isNumber, isObject, isSet, isText, TYPES, typeOf, type Value } from './value.ts'
import { spend, spendText, type Work } from './work.ts'

/** Functions of arrays, objects and sets, and of types. */
export const COLLECTIONS: Readonly<Record<string, Builtin>> = {
  any: ofMembers((list) => list.includes(true)),
  ...Object.fromEntries(TYPES.map((type) => [`is_${type}`, unary((value) => typeOf(value) === type)])),
  type_name: unary((value) => typeOf(value)),
  count: unary((value, { work }) => {
    if (!isText(value)) return sizeAsNumber(value, work)
    spendText(work, value.length)
    return BigInt(Array.from(value).length)
  }),
  max: unary((value, { work }) => sorted(value, work)?.at(-1)),
  min: unary((value, { work }) => sorted(value, work)?.at(0)),
  sort: unary((value, { work }) => sorted(value, work)),
  all: ofMembers((list) => list.every((member) => member === true)),
  'array.concat': binary((a, b, { work }) => {
    if (!isArray(a) || !isArray(b)) return undefined
    spend(work, a.length + b.length)
    return [...a, ...b]
  }),
  'array.slice': ternary((array, from, to, { work }) => {
    if (!isArray(array) || !isNumber(from) || !isNumber(to)) return undefined
    spend(work, array.length)
    return array.slice(Math.max(0, Number(from)), Math.max(0, Number(to)))
  }),
  'object.get': ternary((object, key, otherwise, { work }) => {
    if (!isObject(object)) return undefined
    const path = isArray(key) ? key : [key]
    return follow(object, path, work) ?? otherwise
  }),
  'object.keys': unary((object, { work }) =>
    isObject(object)
      ? makeSet(
          pairsOf(object, work).map(([key]) => key),
          work,
        )
      : undefined,
  ),
  union: unary((value, { work }) => {
    const sets = setsIn(value)
    return (
      sets &&
      makeSet(
        sets.flatMap((set) => [...set]),
        work,
      )
    )
  }),
}

function ofMembers(run: (list: readonly Value[]) => Value): Builtin {
  return unary((value, { work }) => {
    if (!isArray(value) && !isSet(value)) return undefined
    const list = [...value]
    spend(work, list.length)
    return run(list)
  })
}

function sizeAsNumber(value: Value, work: Work): bigint | undefined {
  const size = sizeOf(value, work)
  return size === undefined ? undefined : BigInt(size)
}

function sorted(value: Value, work: Work): readonly Value[] | undefined {
  if (!isArray(value) && !isSet(value)) return undefined
  return [...value].sort((a, b) => compare(a, b, work))
}

function follow(start: Value, path: readonly Value[], work: Work): Value | undefined {
  let value: Value | undefined = start
  for (const key of path) {
    spend(work, 1)
    if (value === undefined) return undefined
    value = memberAt(value, key, work)
  }
  return value
}

function setsIn(value: Value): readonly ReadonlySet<Value>[] | undefined {
  if (!isSet(value)) return undefined
  const sets = [...value]
  return sets.every(isSet) ? sets : undefined
}
