import { BOOL, FLOAT, INT, NULL, STRING } from './kinds.ts'

/** A concrete plain value; `kinds` holds one type. `text` is how a number was written. */
export type Scalar = {
  readonly kinds: number
  readonly value: null | boolean | number | string
  readonly text?: string
}

const LONGEST = 512

/** A plain value out of JSON; undefined for an object, a list, or what is no JSON. */
export function plainJson(json: unknown): Scalar | undefined {
  const plain = json === null || typeof json === 'boolean' || typeof json === 'number' || typeof json === 'string'
  return plain ? scalarOf(json) : undefined
}

/** A plain value. JSON.parse does not keep how a number was written: without a fraction it is an int. */
export function scalarOf(value: null | boolean | number | string): Scalar {
  if (value === null) return { kinds: NULL, value }
  if (typeof value === 'boolean') return { kinds: BOOL, value }
  if (typeof value === 'string') return { kinds: STRING, value }
  return { kinds: Number.isInteger(value) ? INT : FLOAT, value }
}

/** Whether two plain values unify: 1 and 1.0 do not. */
export function sameScalar(one: Scalar, other: Scalar): boolean {
  return one.kinds === other.kinds && one.value === other.value
}

/** A plain value as CUE writes it, cut where it is long. */
export function showScalar({ value, text }: Scalar): string {
  if (typeof value !== 'string') return text ?? String(value)
  const quoted = JSON.stringify(value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value)
  return quoted.replace(/[\x7f-\x9f\u2028\u2029]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Orders two numbers, or two strings by their UTF-8 bytes as Go does; undefined for anything else. */
export function compareScalars(one: Scalar, other: Scalar): number | undefined {
  if (typeof one.value === 'string' && typeof other.value === 'string') {
    return Buffer.compare(Buffer.from(one.value), Buffer.from(other.value))
  }
  if (typeof one.value === 'number' && typeof other.value === 'number') return Math.sign(one.value - other.value)
  return undefined
}

/** Whether a label needs no quotes in a path. */
export function isIdentifier(label: string): boolean {
  return /^[\p{L}$][\p{L}\p{Nd}_$]*$/u.test(label)
}

/** A label as CUE writes it. */
export function showLabel(label: string): string {
  return isIdentifier(label) ? label : JSON.stringify(label)
}
