import { hash } from 'node:crypto'
import { serialize } from 'node:v8'

/** How much is remembered: so many entries, that rest on so many bytes altogether. */
export type CacheLimits = { readonly entries: number; readonly bytes: number }

const LIMITS: CacheLimits = { entries: 2048, bytes: 16 * 1024 * 1024 }
// One thing alone may fill only this part of the cache
const SHARE = 16

/**
 * Remembers what came of work that depends on nothing but its basis: plain data, all of it hashed, so that nothing
 * similar is ever taken for the same. The least recently used is forgotten first. What `work` throws is never remembered.
 */
export function proofCache<T>(limits = LIMITS): (basis: unknown, work: () => T) => T {
  const kept = new Map<string, { readonly value: T; readonly size: number }>()
  let total = 0

  function forget(key: string, size: number): void {
    kept.delete(key)
    total -= size
  }

  return (basis, work) => {
    const bytes = bytesOf(basis)
    if (bytes === undefined || bytes.length > limits.bytes / SHARE) return work()
    const key = hash('sha256', bytes)
    const known = kept.get(key)
    const found = known ?? { value: work(), size: bytes.length }
    if (known) forget(key, known.size)
    kept.set(key, found)
    total += found.size
    for (const [oldest, { size }] of kept) {
      if (kept.size <= limits.entries && total <= limits.bytes) break
      forget(oldest, size)
    }
    return found.value
  }
}

/** Unlike JSON this tells -0 from 0 and null from what no JSON can say. Undefined for what is nested too deeply for it. */
function bytesOf(basis: unknown): Buffer | undefined {
  try {
    return serialize(basis)
  } catch {
    return undefined
  }
}
