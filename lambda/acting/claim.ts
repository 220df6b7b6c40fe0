import type { ImageRecord } from '../core/status.ts'
import { findTodo } from '../core/todo.ts'
import { sparesTags } from '../core/waiver.ts'
import { updateImage } from '../update-image.ts'
import type { Actor } from '../world.ts'

/**
 * Writes down what is about to be taken, before it is (rule 4): only while the verdict that calls for it stands and asks for it, the lease
 * is ours, and nobody has accepted the image or undone it. Undefined: it is no longer ours to do.
 */
export function claim(
  world: Pick<Actor, 'store' | 'now'>,
  record: ImageRecord,
  change: (now: ImageRecord, at: string) => ImageRecord,
): Promise<ImageRecord | undefined> {
  const at = world.now().toISOString()
  return updateImage(world, record, (now) => {
    const stands = now.rev === record.rev && now.lease?.owner === record.lease?.owner
    const work = findTodo(now, 'quarantine')
    const isAsked = work !== undefined && work.begun !== true
    return stands && isAsked && !sparesTags(now, at) ? change(now, at) : undefined
  })
}
