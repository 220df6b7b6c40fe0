import { canRemove, type Means } from './armed.ts'
import type { TagOutcome } from './core/alert.ts'
import type { ImageRecord } from './core/status.ts'
import { findTodo, openTodo } from './core/todo.ts'
import { sparesTags } from './core/waiver.ts'
import { updateImage } from './update-image.ts'
import { type Actor, registryOf } from './world.ts'

/**
 * Archives a bad image, so that nobody can pull it by whatever name: evidence saved, written down, archived. Nothing is deleted.
 * Whoever pushes it again restores it, and it is judged again. Undefined: the verdict has moved on.
 */
export async function archiveImage(
  world: Actor,
  { tagger }: Means,
  record: ImageRecord,
  tags: readonly string[],
): Promise<readonly TagOutcome[] | undefined> {
  if (!canRemove(tagger)) return tags.map((tag) => ({ tag, outcome: 'not-armed' }))
  const { name, digest } = record
  const storage = await tagger.storage(name, digest)
  if (storage === undefined) return []
  // Once it is archived nobody reads it, and it was kept before
  const manifest = storage === 'active' ? await registryOf(world, record.host).manifest(name, digest) : undefined
  if (manifest !== undefined) await world.evidence.put(manifest.bytes)
  const outcomes = tags.map((tag) => ({ tag, outcome: 'archived' as const }))
  const at = world.now().toISOString()
  const claimed = await updateImage(world, record, (now) => {
    const stands = now.rev === record.rev && now.lease?.owner === record.lease?.owner
    if (!stands || sparesTags(now, at)) return undefined
    if (storage === 'archived' && now.archivedAt !== undefined) return now
    return { ...now, archivedAt: at, takenAt: at }
  })
  if (claimed === undefined) return undefined
  if (storage !== 'archived') await tagger.store(name, digest, 'archived')
  if (isTold(claimed)) return outcomes
  await updateImage(world, record, (now) =>
    openTodo(now, 'alert', { tags: outcomes, events: findTodo(now, 'alert') ? [] : ['quarantined'] }),
  )
  return outcomes
}

/** Whether people know that it was archived this time. */
function isTold({ archivedAt = '', tagWork }: ImageRecord): boolean {
  return tagWork !== undefined && tagWork.at >= archivedAt && tagWork.tags.some(({ outcome }) => outcome === 'archived')
}

/** Makes an archived image one that can be pulled again; false while that is under way. */
export async function restoreImage(world: Actor, { host, name, digest }: ImageRecord): Promise<boolean> {
  const tagger = world.taggers.get(host)
  if (tagger === undefined || !canRemove(tagger)) return false
  const storage = await tagger.storage(name, digest)
  if (storage === 'archived') await tagger.store(name, digest, 'active')
  const after = storage === 'archived' ? await tagger.storage(name, digest) : storage
  return after !== 'archived' && after !== 'restoring'
}
