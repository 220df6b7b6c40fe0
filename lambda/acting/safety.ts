import { type Safety, UNTOUCHED } from '../core/breaker.ts'
import { Unavailable } from '../errors.ts'
import type { StatusStore } from '../ports.ts'
import { SAFETY_KEY } from '../resources.ts'

const TRIES = 10

/** What holds quarantining now. */
export async function readSafety(store: Pick<StatusStore, 'system'>): Promise<Safety> {
  // Ours: nobody else writes this item
  return ((await store.system(SAFETY_KEY)) as Safety | undefined) ?? UNTOUCHED
}

/** Changes it under its version; `change` returns undefined where there is nothing to change. What stands after. */
export async function changeSafety(
  store: Pick<StatusStore, 'system' | 'swapSystem'>,
  change: (safety: Safety) => Safety | undefined,
): Promise<Safety> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const before = await readSafety(store)
    const changed = change(before)
    if (changed === undefined) return before
    const next = { ...changed, version: before.version + 1 }
    const expected = before.version === UNTOUCHED.version ? undefined : before.version
    if (await store.swapSystem(SAFETY_KEY, next, expected)) return next
  }
  throw new Unavailable('status table', `what holds quarantine changed under ${TRIES} attempts to change it`)
}
