import type { TagOutcome } from '../core/alert.ts'
import type { ImageRecord } from '../core/status.ts'
import { openAlert } from '../core/todo.ts'
import { Unavailable } from '../errors.ts'
import type { FullTagger } from '../ports.ts'
import { updateImage } from '../update-image.ts'
import { type Actor, registryOf } from '../world.ts'
import { canRemove, type Means } from './armed.ts'
import { claim } from './claim.ts'

/**
 * Archives a bad image, so that nobody can pull it by whatever name: evidence saved, written down, archived. Nothing is deleted.
 * Whoever pushes it again restores it, and it is judged again. Undefined: the verdict has moved on; `refused`: ECR does not archive it.
 */
export async function archiveImage(
  world: Actor,
  { tagger }: Means,
  record: ImageRecord,
  tags: readonly string[],
): Promise<readonly TagOutcome[] | 'refused' | undefined> {
  if (!canRemove(tagger)) return tags.map((tag) => ({ tag, outcome: 'not-armed' }))
  const { name, digest } = record
  const storage = await tagger.storage(name, digest)
  if (storage === undefined) return []
  // Once it is archived nobody reads it, and it was kept before
  const manifest = storage === 'active' ? await registryOf(world, record.host).manifest(name, digest) : undefined
  if (manifest !== undefined) await world.evidence.put(manifest.bytes)
  const claimed = await claim(world, record, (now, at) => {
    return storage === 'archived' && now.archivedAt !== undefined ? now : { ...now, archivedAt: at, takenAt: at }
  })
  if (claimed === undefined) return undefined
  if (storage !== 'archived' && (await tagger.store(name, digest, 'archived')) === 'refused') {
    await updateImage(world, record, (now) => ({ ...now, archivedAt: undefined }))
    return 'refused'
  }
  await tellArchived(world, claimed, tags)
  return archived(tags)
}

/** Ends an archiving that was cut short: tells of it, or strikes off the item what never came about. */
export async function finishArchived(world: Actor, record: ImageRecord): Promise<void> {
  if ((await storageOf(world, record)) === 'archived') return tellArchived(world, record, record.seenTags ?? [])
  await updateImage(world, record, (now) => ({ ...now, archivedAt: undefined }))
}

/** Opens the alert that an image was archived, unless people know. */
export async function tellArchived(world: Actor, record: ImageRecord, tags: readonly string[]): Promise<void> {
  if (isTold(record)) return
  await updateImage(world, record, (now) => openAlert(now, 'quarantined', archived(tags)))
}

function archived(tags: readonly string[]): readonly TagOutcome[] {
  return tags.map((tag) => ({ tag, outcome: 'archived' }))
}

/** Whether people know that it was archived this time. */
function isTold({ archivedAt = '', tagWork }: ImageRecord): boolean {
  return tagWork !== undefined && tagWork.at >= archivedAt && tagWork.tags.some(({ outcome }) => outcome === 'archived')
}

/** Makes an archived image one that can be pulled again, and strikes that off its item; throws Unavailable while that is under way. */
export async function restored(world: Actor, record: ImageRecord): Promise<void> {
  const storage = await storageOf(world, record)
  if (storage === 'archived') await fullTagger(world, record)?.store(record.name, record.digest, 'active')
  const after = storage === 'archived' ? await storageOf(world, record) : storage
  if (after === 'archived' || after === 'restoring') {
    throw new Unavailable('quarantine', `${record.name}@${record.digest} is archived, and being restored`)
  }
  await updateImage(world, record, (now) => ({ ...now, archivedAt: undefined }))
}

/** Whether an image can be pulled; undefined where it is not there, or nobody can archive. */
export async function storageOf(world: Actor, record: ImageRecord) {
  return fullTagger(world, record)?.storage(record.name, record.digest)
}

function fullTagger({ taggers }: Actor, { host }: ImageRecord): FullTagger | undefined {
  const tagger = taggers.get(host)
  return tagger !== undefined && canRemove(tagger) ? tagger : undefined
}
