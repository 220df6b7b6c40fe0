import { jsonSize } from '../core/json-size.ts'
import { OverLimit } from '../errors.ts'

/** Turns JSON away that would take many times its bytes once parsed. Throws OverLimit. `what`: whose it is, for the message. */
export function assertFewValues(bytes: Uint8Array, limit: number, what: string): void {
  const size = jsonSize(bytes)
  if (size > limit)
    throw new OverLimit(`${what}: JSON with ${size} brackets, colons and commas; at most ${limit} are read`)
}
