import { hash } from 'node:crypto'
import type { Digest } from './image.ts'

/** The digest these bytes have. */
export function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${hash('sha256', bytes, 'hex')}`
}
