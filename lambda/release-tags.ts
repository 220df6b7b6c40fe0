import type { TagOutcome } from './core/alert.ts'
import type { FetchedManifest } from './core/manifest.ts'
import type { ImageRecord } from './core/status.ts'
import { closeTodo, findTodo, openTodo } from './core/todo.ts'
import { waiverEnded } from './core/waiver.ts'
import { markTag } from './mark-tag.ts'
import type { Registry, Tagger } from './ports.ts'
import { finishTaken } from './take-tags.ts'
import { updateImage } from './update-image.ts'
import { type Actor, registryOf } from './world.ts'

/** Gives back every tag that was taken from an image, unless a newer image has it by now (rule 8). */
export async function releaseTags(world: Actor, record: ImageRecord): Promise<void> {
  const registry = registryOf(world, record.host)
  const tagger = world.taggers.get(record.host)
  const seq = findTodo(record, 'release')?.seq ?? 0
  const manifest = await registry.manifest(record.name, record.digest)
  for (const tag of record.taken) {
    const now = await world.store.image(record)
    // The verdict has moved on; the work that belongs to the new one is on the item
    if (now?.rev !== record.rev) return
    if (isNotAccepted(now, tag, world.now().toISOString())) {
      // It stays away: whoever took it may have ended before it was told
      await finishTaken(world, registry, { ...record, taken: [tag] })
      continue
    }
    const outcome = await giveBack(world, registry, tagger, record, tag, manifest)
    await updateImage(world, record, (current) => {
      const taken = current.taken.filter((other) => other !== tag)
      // The alert may have gone out before this tag could be given back
      const event = now.waiver !== undefined && isBad(now) ? 'waived' : 'recovered'
      const events = findTodo(current, 'alert') ? [] : ([event] as const)
      const displaced = current.displaced?.filter((other) => other !== tag)
      return openTodo({ ...current, taken, displaced }, 'alert', { events, tags: [{ tag, outcome }] })
    })
  }
  await updateImage(world, record, (current) => closeTodo(current, 'release', seq))
}

/** A waiver that called for giving back may have ended since. What our own giving back displaced is put back all the same. */
function isNotAccepted(record: ImageRecord, tag: string, at: string): boolean {
  return isBad(record) && waiverEnded(record, at) && !record.displaced?.includes(tag)
}

function isBad({ state }: ImageRecord): boolean {
  return state === 'failed' || state === 'degraded'
}

async function giveBack(
  world: Actor,
  registry: Registry,
  tagger: Tagger | undefined,
  { host, name, digest, displaced }: ImageRecord,
  tag: string,
  manifest: FetchedManifest | undefined,
): Promise<TagOutcome['outcome']> {
  const current = await registry.resolve(name, tag)
  // Only what displaced this very image may be replaced, and only while it is still what we put there
  const ownPut = displaced?.includes(tag) ? (await world.store.tag(host, name, tag))?.ownPut : undefined
  const isFree = current === undefined || (current !== digest && current === ownPut?.digest)
  let outcome: TagOutcome['outcome'] = isFree || current === digest ? 'given-back' : 'refused-newer'
  if (isFree) {
    if (manifest === undefined || tagger === undefined) return 'failed'
    await markTag(world, { host, name, tag }, { ownPut: { digest, at: world.now().toISOString() } })
    if ((await tagger.put(name, tag, manifest)) === 'taken') outcome = 'refused-newer'
  }
  // Given back or somebody else's by now: either way it is no longer a tag that we hold
  await markTag(world, { host, name, tag }, { quarantined: undefined })
  return outcome
}
