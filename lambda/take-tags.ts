import { isArmed } from './armed.ts'
import type { TagOutcome } from './core/alert.ts'
import type { ImageId } from './core/image.ts'
import { type FetchedManifest, isRunnable, parseManifest } from './core/manifest.ts'
import { enforcementFor, isProtected } from './core/policy/match.ts'
import type { Enforcement } from './core/policy/policy.ts'
import { tagPrefixes } from './core/policy/sources.ts'
import type { ImageRecord } from './core/status.ts'
import { quarantineTag, quarantineTags, signatureSubject } from './core/tags.ts'
import { closeTodo, findTodo, openTodo } from './core/todo.ts'
import { sparesTags } from './core/waiver.ts'
import { Unavailable } from './errors.ts'
import { markTag } from './mark-tag.ts'
import type { Registry, Tagger } from './ports.ts'
import { tagsOf } from './tags-of.ts'
import { updateImage } from './update-image.ts'
import { type Actor, registryOf } from './world.ts'

type Hands = { readonly registry: Registry; readonly tagger: Tagger }

/**
 * Takes every unprotected tag off a failed image, in the order that loses nothing at any crash:
 * quarantine tag put and confirmed, tag written down as taken, compare-and-delete, verified, marked.
 */
export async function takeTags(world: Actor, record: ImageRecord): Promise<void> {
  const registry = registryOf(world, record.host)
  const tagger = world.taggers.get(record.host)
  const seq = findTodo(record, 'quarantine')?.seq ?? 0
  const enforcement = enforcementFor(world.policies, record)
  const tags = await tagsOf(world.store, registry, record)
  const free = tags.filter((tag) => !isProtected(enforcement, { ...record, tag }))
  const held = tags.filter((tag) => !free.includes(tag)).map((tag) => ({ tag, outcome: 'protected' as const }))
  const left = await whyLeft(world, record, enforcement, tagger)
  const outcomes =
    left === undefined && tagger !== undefined
      ? await takeAll(world, { registry, tagger }, record, free)
      : free.map((tag) => ({ tag, outcome: left ?? 'not-armed' }))
  if (outcomes === undefined) return
  await updateImage(world, record, (now) => alongside(closeTodo(now, 'quarantine', seq), [...outcomes, ...held]))
}

/** Why tags are left in place; undefined where they may be taken. */
async function whyLeft(
  world: Actor,
  record: ImageRecord,
  enforcement: Enforcement,
  tagger: Tagger | undefined,
): Promise<'would-take' | 'not-armed' | undefined> {
  const wanted = record.state === 'failed' ? enforcement.onFailure : enforcement.onDegraded
  if (wanted !== 'quarantine') return 'would-take'
  return tagger !== undefined && (await isArmed(world.store, record.host)) ? undefined : 'not-armed'
}

/** Adds what was done to the alert still to be sent, where there is one. */
function alongside(record: ImageRecord, tags: readonly TagOutcome[]): ImageRecord {
  return tags.length > 0 && findTodo(record, 'alert') ? openTodo(record, 'alert', { tags }) : record
}

/** Puts the quarantine tag and sees it there: without it, taking the last tag would delete the image (rule 5). */
async function keep(world: Actor, { registry, tagger }: Hands, id: ImageId): Promise<FetchedManifest | undefined> {
  const manifest = await registry.manifest(id.name, id.digest)
  if (manifest === undefined) return undefined
  await world.evidence.put(manifest.bytes)
  for (const tag of quarantineTags(id.digest)) {
    if ((await tagger.put(id.name, tag, manifest)) === 'taken') continue
    if ((await registry.resolve(id.name, tag)) === id.digest) return manifest
    throw new Unavailable('quarantine', `${id.name}:${tag} is not on the image after it was put`)
  }
  throw new Unavailable('quarantine', `${id.name}: every quarantine tag of ${id.digest} is held by another image`)
}

/** Takes tag after tag. Undefined: the verdict has moved on meanwhile, and what is left is no longer ours to do. */
async function takeAll(
  world: Actor,
  hands: Hands,
  record: ImageRecord,
  tags: readonly string[],
): Promise<readonly TagOutcome[] | undefined> {
  await finishTaken(world, hands.registry, record)
  const kept = tags.length > 0 ? await keep(world, hands, record) : undefined
  if (kept === undefined) return []
  const manifest = parseManifest(kept)
  // A signature's tag is only ever taken off something that hides there to be run
  const hides = typeof manifest === 'string' || isRunnable(manifest)
  const prefixes = tagPrefixes(world.policies.policies)
  const outcomes: TagOutcome[] = []
  for (const tag of tags.filter((one) => hides || signatureSubject(one, prefixes) === undefined)) {
    const outcome = await take(world, hands, record, tag, kept)
    if (outcome === undefined) return undefined
    outcomes.push({ tag, outcome })
  }
  return outcomes
}

async function take(
  world: Actor,
  { registry, tagger }: Hands,
  record: ImageRecord,
  tag: string,
  kept: FetchedManifest,
): Promise<'taken' | 'moved' | undefined> {
  const { name, digest } = record
  // Rule 4: written down before it is done, and only while the verdict that calls for it still stands and nobody has accepted the image
  const at = world.now().toISOString()
  const claimed = await updateImage(world, record, (now) => {
    const stands = now.rev === record.rev && now.lease?.owner === record.lease?.owner
    return stands && !sparesTags(now, at) ? { ...now, taken: [...new Set([...now.taken, tag])] } : undefined
  })
  if (claimed === undefined) return undefined
  const here = (await registry.resolve(name, tag)) === digest
  if (!here || (await tagger.remove(name, tag, digest)) === 'moved') {
    await unclaim(world, record, tag)
    return 'moved'
  }
  // `absent` counts as taken: a retry inside the SDK may have removed it with the answer lost
  if ((await registry.manifest(name, digest)) === undefined) {
    world.log('the image went with its tag; putting it back', { name, digest, tag })
    await tagger.put(name, quarantineTag(digest), kept)
  }
  await markTaken(world, record, tag)
  return 'taken'
}

/** Takes a tag off the list again, unless an earlier run had already taken it. */
async function unclaim(world: Actor, record: ImageRecord, tag: string): Promise<void> {
  if (record.taken.includes(tag)) return
  await updateImage(world, record, (now) => ({ ...now, taken: now.taken.filter((other) => other !== tag) }))
}

/** Tells of a taken tag (in an alert of its own where the first has gone out) and marks it, in this order: rule 10. */
async function markTaken(world: Actor, record: ImageRecord, tag: string): Promise<void> {
  const tags = [{ tag, outcome: 'taken' as const }]
  await updateImage(world, record, (now) =>
    openTodo(now, 'alert', { tags, events: findTodo(now, 'alert') ? [] : ['quarantined'] }),
  )
  const quarantined = { digest: record.digest, at: world.now().toISOString() }
  await markTag(world, { ...record, tag }, { quarantined })
}

/** Tells of and marks tags that an earlier run took and then ended. */
export async function finishTaken(world: Actor, registry: Registry, record: ImageRecord): Promise<void> {
  for (const tag of record.taken) {
    const marked = await world.store.tag(record.host, record.name, tag)
    if (marked?.quarantined?.digest === record.digest) continue
    if ((await registry.resolve(record.name, tag)) === undefined) await markTaken(world, record, tag)
  }
}
