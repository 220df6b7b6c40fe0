import { digestOf } from '../core/digest-of.ts'
import type { Digest } from '../core/image.ts'
import { Unavailable } from '../errors.ts'

/** Holds a registry to its word: the bytes it served are those asked for, else it counts as not having answered. */
export function proveDigest(service: string, name: string, expected: Digest, bytes: Uint8Array): void {
  const actual = digestOf(bytes)
  if (actual === expected) return
  throw new Unavailable(service, `"${name}": ${expected} served as ${bytes.byteLength} bytes that hash to ${actual}`)
}
