import { formatImage, type ImageId } from './core/image.ts'
import type { ImageRecord } from './core/status.ts'
import { standingWaiver, type Waiver, withRevoked, withWaiver } from './core/waiver.ts'
import { freeOfLease } from './free-of-lease.ts'
import { updateImage } from './update-image.ts'
import type { Waiving } from './world.ts'

/**
 * Accepts an image in a person's name and has its tags given back; in place of any waiver before. The same one once more changes nothing.
 * Waits until nobody moves the image's tags (rule 4), so that none is taken after the answer; throws Unavailable where that takes too long.
 * Undefined: there is no such image.
 */
export async function waive(
  world: Waiving,
  id: ImageId,
  wanted: Pick<Waiver, 'by' | 'reason' | 'expiresAt'>,
): Promise<ImageRecord | undefined> {
  let replaced: Waiver | undefined
  const record = await freeOfLease(world, id, (before, now) => {
    replaced = standingWaiver(before, now)
    return before.goneAt !== undefined || isSame(replaced, wanted)
      ? undefined
      : withWaiver(before, { ...wanted, at: now })
  })
  if (record === undefined) {
    const known = await world.store.image(id)
    return known?.goneAt === undefined ? known : undefined
  }
  world.log('waiver granted', {
    image: formatImage(id),
    state: record.state,
    rev: record.rev,
    ...record.waiver,
    replaced,
  })
  await world.queue.act(record)
  return record
}

/** Ends an image's waiver in a person's name, at once and whoever is at work. Undefined: none stands. */
export async function revoke(
  world: Pick<Waiving, 'log' | 'now' | 'store'>,
  id: ImageId,
  by: string,
): Promise<ImageRecord | undefined> {
  const now = world.now().toISOString()
  const record = await updateImage(world, id, (before) => {
    const waiver = standingWaiver(before, now)
    return waiver && withRevoked(before, waiver, by, now)
  })
  if (record === undefined) return undefined
  world.log('waiver revoked', {
    image: formatImage(id),
    state: record.state,
    rev: record.rev,
    by,
    waiver: record.waiver,
  })
  return record
}

function isSame(waiver: Waiver | undefined, wanted: Pick<Waiver, 'by' | 'reason' | 'expiresAt'>): boolean {
  return waiver?.by === wanted.by && waiver.reason === wanted.reason && waiver.expiresAt === wanted.expiresAt
}
