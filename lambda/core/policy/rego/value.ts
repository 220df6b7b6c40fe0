/** An object of JSON, used as it was parsed. */
export type JsonObject = { readonly [key: string]: Value }

/**
 * The values of Rego. JSON is used as it is. Objects and sets that a policy makes are Map and Set, in Rego's order;
 * their scalars are normal, so that they can be looked up. Whole numbers that a policy makes are bigint: exact.
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly Value[]
  | JsonObject
  | ReadonlyMap<Value, Value>
  | ReadonlySet<Value>

export type RegoObject = JsonObject | ReadonlyMap<Value, Value>

/** The names of the types, in the order in which values of different types sort. */
export const TYPES = ['null', 'boolean', 'number', 'string', 'array', 'object', 'set'] as const

export function typeOf(value: Value): (typeof TYPES)[number] {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return 'boolean'
  if (isNumber(value)) return 'number'
  if (typeof value === 'string') return 'string'
  if (isArray(value)) return 'array'
  return isSet(value) ? 'set' : 'object'
}

export function isNumber(value: Value): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint'
}

export function isText(value: Value): value is string {
  return typeof value === 'string'
}

export function isArray(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}

export function isSet(value: Value): value is ReadonlySet<Value> {
  return value instanceof Set
}

export function isMap(value: Value): value is ReadonlyMap<Value, Value> {
  return value instanceof Map
}

export function isObject(value: Value): value is RegoObject {
  return typeOf(value) === 'object'
}

/** One form for a number: bigint where it is whole. */
export function normal(value: Value): Value {
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value
}
