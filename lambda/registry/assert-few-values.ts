import { sizeFault } from '../core/json-size.ts'
import { OverLimit } from '../errors.ts'

/** Turns JSON away that would take many times its bytes once parsed. Throws OverLimit. `what`: whose it is, for the message. */
export function assertFewValues(bytes: Uint8Array, limit: number, what: string): void {
  const fault = sizeFault(bytes, limit)
  if (fault !== undefined) throw new OverLimit(`${what}: JSON with ${fault}`)
}
