import type { TagOutcome } from '../core/alert.ts'
import type { FetchedManifest } from '../core/manifest.ts'
import { enforcementFor } from '../core/policy/match.ts'
import { type AlertEvent, type ImageRecord, isBad } from '../core/status.ts'
import { closeTodo, findTodo, openAlert } from '../core/todo.ts'
import { tombstoneOf } from '../core/tombstone.ts'
import { isUndone, waiverEnded } from '../core/waiver.ts'
import { asArchived, Misconfigured } from '../errors.ts'
import type { Registry } from '../ports.ts'
import { tagsOf } from '../tags-of.ts'
import { updateImage } from '../update-image.ts'
import { type Actor, registryOf } from '../world.ts'
import { restored, storageOf, tellArchived } from './archive-image.ts'
import { canRemove, meansOf, provenMeans } from './armed.ts'
import { markTag } from './mark-tag.ts'
import { finishTaken } from './take-tag.ts'

/** Gives back every tag that was taken from an image, unless a newer image has it by now (rule 8); restores one that was archived. */
export async function releaseTags(world: Actor, record: ImageRecord): Promise<void> {
  const registry = registryOf(world, record.host)
  const seq = findTodo(record, 'release')?.seq ?? 0
  if (record.archivedAt !== undefined) await restore(world, record)
  const manifest = record.taken.length > 0 ? await readable(registry, record) : undefined
  for (const tag of record.taken) {
    const now = await world.store.image(record)
    // The verdict has moved on; the work that belongs to the new one is on the item
    if (now?.rev !== record.rev) return
    if (isNotAccepted(now, tag, world.now().toISOString())) {
      await stayAway(world, record, tag, manifest)
      continue
    }
    const outcome = await giveBack(world, record, tag, manifest)
    await updateImage(world, record, (current) => {
      const taken = current.taken.filter((other) => other !== tag)
      const displaced = current.displaced?.filter((other) => other !== tag)
      return told({ ...current, taken, displaced }, [{ tag, outcome }], world.now().toISOString())
    })
  }
  await updateImage(world, record, (current) => closeTodo(current, 'release', seq))
}

/** Its manifest; undefined where it is gone, or stays archived. */
async function readable(registry: Registry, { name, digest }: ImageRecord): Promise<FetchedManifest | undefined> {
  const read = await registry.manifest(name, digest).catch(asArchived)
  return read === 'archived' ? undefined : read
}

/** It stays away: whoever took it may have ended before it was told. Where somebody has put it there again, it is taken no longer. */
async function stayAway(world: Actor, record: ImageRecord, tag: string, manifest: FetchedManifest | undefined) {
  const registry = registryOf(world, record.host)
  if ((await registry.resolve(record.name, tag)) === record.digest) {
    await updateImage(world, record, (now) => ({ ...now, taken: now.taken.filter((other) => other !== tag) }))
    return markTag(world, { ...record, tag }, { quarantined: undefined })
  }
  const means = await meansOf(world.store, record.host, world.taggers.get(record.host))
  if (means === undefined || manifest === undefined) return
  const occupies = enforcementFor(world.policies, record).tombstone
  await finishTaken({ world, registry, means, record: { ...record, taken: [tag] }, manifest, occupies })
}

async function restore(world: Actor, record: ImageRecord): Promise<void> {
  const tags = await tagsOf(world.store, registryOf(world, record.host), record, record.seenTags)
  if (isNotAccepted(record, undefined, world.now().toISOString())) {
    // It stays so: whoever archived it may have ended before it was told, or before it was done
    if ((await storageOf(world, record)) === 'archived') return tellArchived(world, record, tags)
    await updateImage(world, record, (now) => ({ ...now, archivedAt: undefined }))
    return
  }
  await restored(world, record)
  const outcomes = tags.map((tag) => ({ tag, outcome: 'restored' as const }))
  await updateImage(world, record, (now) => told(now, outcomes, world.now().toISOString()))
}

/** Writes down what was given back; the alert may have gone out before. */
function told(record: ImageRecord, tags: readonly TagOutcome[], at: string): ImageRecord {
  return openAlert({ ...record, tagWork: { at, tags } }, eventOf(record), tags)
}

function eventOf(record: ImageRecord): AlertEvent {
  if (!isBad(record)) return 'recovered'
  if (record.waiver !== undefined) return 'waived'
  return record.undone === undefined ? 'recovered' : 'undone'
}

/** A waiver that called for giving back may have ended since. What our own giving back displaced is put back all the same. */
function isNotAccepted(record: ImageRecord, tag: string | undefined, at: string): boolean {
  if (tag !== undefined && record.displaced?.includes(tag)) return false
  return isBad(record) && !isUndone(record) && waiverEnded(record, at)
}

async function giveBack(
  world: Actor,
  { host, name, digest, displaced }: ImageRecord,
  tag: string,
  manifest: FetchedManifest | undefined,
): Promise<TagOutcome['outcome']> {
  const current = await registryOf(world, host).resolve(name, tag)
  const tombstone = manifest && tombstoneOf(manifest).digest
  const { quarantined, ownPut } = (await world.store.tag(host, name, tag)) ?? {}
  const isLaters = quarantined !== undefined && quarantined.digest !== digest
  // Only what displaced this very image may be replaced, and only while it is still what we put there
  const isOurPut = displaced?.includes(tag) === true && current !== digest && current === ownPut?.digest
  // Taken from a later image too, it is that one's to come back to
  const isFree = (current === undefined && !isLaters) || (current !== undefined && (current === tombstone || isOurPut))
  let outcome: TagOutcome['outcome'] = isFree || current === digest ? 'given-back' : 'refused-newer'
  if (isFree) {
    if (manifest === undefined) return 'gone'
    // What it takes the place of was ours, and is not to come back for it
    const insteadOf = isOurPut && current !== undefined ? { insteadOf: current } : {}
    await markTag(world, { host, name, tag }, { ownPut: { digest, at: world.now().toISOString(), ...insteadOf } })
    if (!(await put(world, { host, name, tag }, manifest, current === tombstone))) outcome = 'refused-newer'
  }
  // Given back or somebody else's by now: either way it is no longer a tag that we hold for this image
  if (outcome === 'given-back' || !isLaters) await markTag(world, { host, name, tag }, { quarantined: undefined })
  return outcome
}

/** Puts a tag back; false where somebody else has it. Where tags are immutable, our own tombstone makes room first. */
async function put(
  { store, taggers }: Actor,
  { host, name, tag }: { readonly host: string; readonly name: string; readonly tag: string },
  manifest: FetchedManifest,
  isBuried: boolean,
): Promise<boolean> {
  const tagger = taggers.get(host)
  if (tagger === undefined) {
    throw new Misconfigured(
      `registry ${host} is not one in which tags may be put; ${name}:${tag} is still to be given back`,
    )
  }
  if ((await tagger.put(name, tag, manifest)) === 'put') return true
  if (!isBuried || !canRemove(tagger) || (await provenMeans(store, host)) !== 'remove') return false
  await tagger.remove(name, tag, tombstoneOf(manifest).digest)
  return (await tagger.put(name, tag, manifest)) === 'put'
}
