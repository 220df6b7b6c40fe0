import { formatImage, type ImageId } from './core/image.ts'
import type { ImageRecord } from './core/status.ts'
import { isHeld, type Undone, withUndone } from './core/waiver.ts'
import { freeOfLease } from './free-of-lease.ts'
import type { Waiving } from './world.ts'

/**
 * Has what was taken from an image put back in a person's name, because policy was wrong: nothing is taken again until it is judged
 * by other policies, and gates say what they said. Undefined: nothing is taken from it. Throws Unavailable while its tags are moved.
 */
export async function undo(
  world: Waiving,
  id: ImageId,
  { by, reason }: Pick<Undone, 'by' | 'reason'>,
): Promise<ImageRecord | undefined> {
  const record = await freeOfLease(world, id, (before, at) =>
    isHeld(before) ? withUndone(before, { by, reason, at, rulesHash: before.rulesHash }) : undefined,
  )
  if (record === undefined) return undefined
  world.log('undone', { image: formatImage(id), state: record.state, rev: record.rev, ...record.undone })
  await world.queue.act(record)
  return record
}
