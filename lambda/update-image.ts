import type { ImageId } from './core/image.ts'
import { withDueAt } from './core/plan.ts'
import type { ImageRecord } from './core/status.ts'
import { Unavailable } from './errors.ts'
import type { Known } from './world.ts'

const TRIES = 10

/**
 * Changes an image's item under its version, re-reading when somebody else was faster.
 * `change` returns undefined where the change no longer applies; then nothing is written and undefined comes back.
 */
export async function updateImage(
  world: Pick<Known, 'store' | 'now'>,
  id: ImageId,
  change: (record: ImageRecord) => ImageRecord | undefined,
): Promise<ImageRecord | undefined> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const before = await world.store.image(id)
    const changed = before && change(before)
    if (before === undefined || changed === undefined) return undefined
    const next = withDueAt({ ...changed, version: before.version + 1 }, world.now().toISOString())
    if (await world.store.putImage(next, before.version)) return next
  }
  throw new Unavailable('status table', `${id.name}@${id.digest} changed under ${TRIES} attempts to update it`)
}
