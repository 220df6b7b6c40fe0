import { formatImage } from '../core/image.ts'
import type { ImageRecord } from '../core/status.ts'
import type { Actor } from '../world.ts'
import { changeSafety, readSafety } from './safety.ts'

/** Tells people that the breaker has tripped: once, and again only after a crash between telling and writing it down. `record`: the image it stopped at. */
export async function tellStopped(world: Actor, record: ImageRecord): Promise<void> {
  const { tripped } = await readSafety(world.store)
  if (tripped === undefined || tripped.told) return
  const { host, name, digest, state, checks } = record
  await world.alerts.publish({
    event: 'stopped',
    image: formatImage({ host, name, digest }),
    digest,
    state,
    at: tripped.at,
    checks,
    tags: [],
    stopped: tripped.why,
  })
  await changeSafety(world.store, (safety) => {
    return safety.tripped?.at === tripped.at ? { ...safety, tripped: { ...safety.tripped, told: true } } : undefined
  })
}
