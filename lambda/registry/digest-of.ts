import { hash } from 'node:crypto'
import type { Digest } from '../core/image.ts'
import { Unavailable } from '../errors.ts'

/** The digest these bytes have. */
export function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${hash('sha256', bytes, 'hex')}`
}

/** Holds a registry to its word: the bytes it served are those asked for, else it counts as not having answered. */
export function proveDigest(service: string, name: string, expected: Digest, bytes: Uint8Array): void {
  const actual = digestOf(bytes)
  if (actual === expected) return
  throw new Unavailable(service, `"${name}": ${expected} served as ${bytes.byteLength} bytes that hash to ${actual}`)
}
