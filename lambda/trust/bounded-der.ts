import { Rejection } from './rejection.ts'

/** Of 335 certificates and timestamps of real tools the largest takes 443. */
const MAX_OBJECTS = 2_500
const MAX_DEPTH = 100
const FAILED = -1
const INDEFINITE = 0x80

/**
 * Turns away bytes over which the library's parser of DER would work without end. It tries whether each OCTET STRING holds further
 * objects, and lets those reach beyond it: made for the purpose, a few hundred bytes are read over and over, a number of times
 * exponential in their length. Here the same walk is taken over the bare bytes and given up in time; what is wrong with them
 * otherwise is left to the parser.
 */
export function assertBounded(der: Uint8Array, what: string): void {
  let objects = 0

  /** The end of the object at a place, or that it is none. */
  function object(at: number, depth: number): number {
    if (++objects > MAX_OBJECTS)
      throw new Rejection('over-limit', `${what}: more than ${MAX_OBJECTS} objects in its DER`)
    const tag = der[at] ?? 0x00
    const length = lengthAt(der, at + 1)
    if (depth > MAX_DEPTH || length === undefined) return FAILED
    const [start, end] = [length.next, length.next + length.value]
    if ((tag & 0x1f) === 0x1f || tag === 0x00 || tag === 0x20 || end > der.length) return FAILED
    if ((tag & 0x20) !== 0) return objectsIn(start, end, depth)
    if (tag === 0x04) objectsIn(start, end, depth)
    return end
  }

  function objectsIn(start: number, end: number, depth: number): number {
    let at = start
    while (at !== FAILED && at < end) at = object(at, depth + 1)
    return at === end ? end : FAILED
  }

  object(0, 0)
}

/** A length in the shortest form (X.690, 10.1) and where it ends; undefined where there is none. */
function lengthAt(der: Uint8Array, at: number): { readonly value: number; readonly next: number } | undefined {
  const first = der[at] ?? INDEFINITE
  if (first < INDEFINITE) return { value: first, next: at + 1 }
  const bytes = der.subarray(at + 1, at + 1 + (first & 0x7f))
  const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0)
  return bytes[0] === 0 || value < 0x80 ? undefined : { value, next: at + 1 + bytes.length }
}
