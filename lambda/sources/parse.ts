import { sources } from './index.ts'
import type { EventRegistry, Parsed } from './source.ts'

/** Finds the source that a payload is from and reads it; an unknown payload is dropped by name. */
export function pushesOf(payload: unknown, registries: readonly EventRegistry[]): Parsed {
  const source = sources.find((one) => one.recognises(payload))
  return source?.parse(payload, registries) ?? { dropped: 'no event source recognises it' }
}
