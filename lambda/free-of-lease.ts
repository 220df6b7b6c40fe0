import { formatImage, type ImageId } from './core/image.ts'
import type { ImageRecord } from './core/status.ts'
import { Unavailable } from './errors.ts'
import { updateImage } from './update-image.ts'
import type { Waiving } from './world.ts'

/** Seconds to wait for whoever moves the image's tags; most are done in a few. */
const LONGEST_WAIT = 20

/**
 * Changes an image's item once nobody moves its tags (rule 4), so that none is taken after the answer; throws Unavailable where that
 * takes too long. As updateImage otherwise.
 */
export async function freeOfLease(
  world: Waiving,
  id: ImageId,
  change: (record: ImageRecord, now: string) => ImageRecord | undefined,
): Promise<ImageRecord | undefined> {
  await waitForLease(world, id)
  const now = world.now().toISOString()
  return updateImage(world, id, (before) => {
    if (isLeased(before, now)) throw beingMoved(id)
    return change(before, now)
  })
}

async function waitForLease(world: Waiving, id: ImageId): Promise<void> {
  for (let waited = 0; waited < LONGEST_WAIT; waited++) {
    const record = await world.store.image(id)
    if (record === undefined || !isLeased(record, world.now().toISOString())) return
    await world.pause(1)
  }
  throw beingMoved(id)
}

function isLeased({ lease }: ImageRecord, now: string): boolean {
  return lease !== undefined && lease.until > now
}

function beingMoved(id: ImageId): Unavailable {
  return new Unavailable('act', `the tags of ${formatImage(id)} are being moved; try again in a minute`)
}
