import type { TagOutcome } from '../core/alert.ts'
import { heldBy } from '../core/breaker.ts'
import { isRunnable, parseManifest } from '../core/manifest.ts'
import { enforcementFor, isProtected } from '../core/policy/match.ts'
import type { Enforcement } from '../core/policy/policy.ts'
import { tagPrefixes } from '../core/policy/sources.ts'
import type { ImageRecord } from '../core/status.ts'
import { signatureSubject } from '../core/tags.ts'
import { closeTodo, findTodo, MOST_TOLD, openTodo } from '../core/todo.ts'
import { tagsOf } from '../tags-of.ts'
import { updateImage } from '../update-image.ts'
import { type Actor, registryOf } from '../world.ts'
import { admitted } from './admitted.ts'
import { archiveImage, finishArchived, restored } from './archive-image.ts'
import { canRemove, type Means, meansOf } from './armed.ts'
import { readSafety } from './safety.ts'
import { finishTaken, type Taking, takeTag } from './take-tag.ts'
import { tellStopped } from './tell-stopped.ts'

/** What may be done to the tags of an image, or why they are left in place. */
type Leave = { readonly may: Means; readonly archive: boolean } | { readonly left: TagOutcome['outcome'] }

/** Takes every unprotected tag off a bad image, or archives it; and writes down what was done to which tag, or would have been. */
export async function takeTags(world: Actor, record: ImageRecord): Promise<void> {
  const registry = registryOf(world, record.host)
  const { seq = 0, begun = false } = findTodo(record, 'quarantine') ?? {}
  const enforcement = enforcementFor(world.policies, record)
  const tags = begun ? [] : await tagsOf(world.store, registry, record, record.seenTags)
  const free = tags.filter((tag) => !isProtected(enforcement, { ...record, tag }))
  const held = tags.filter((tag) => !free.includes(tag)).map((tag) => ({ tag, outcome: 'protected' as const }))
  const means = await meansOf(world.store, record.host, world.taggers.get(record.host))
  // Whatever holds quarantine by now: what was begun is ended
  if (record.archivedAt === undefined) await finishTags(world, means, record, enforcement)
  else if (begun) await finishArchived(world, record)
  const leave = await leaveFor(world, record, enforcement, free, means)
  const outcomes = 'left' in leave ? free.map((tag) => ({ tag, outcome: leave.left })) : await take(leave)
  if (outcomes === undefined) return
  await updateImage(world, record, (now) =>
    alongside(closeTodo(now, 'quarantine', seq), [...outcomes, ...held], world.now().toISOString()),
  )

  async function take({ may, archive }: Extract<Leave, { may: unknown }>): Promise<readonly TagOutcome[] | undefined> {
    // Who pulls by a protected tag must not find the image gone; and what no tag names nobody finds
    if (archive && held.length === 0) {
      const outcomes = free.length > 0 ? await archiveImage(world, may, record, free) : []
      if (outcomes !== 'refused') return outcomes
    }
    if (record.archivedAt !== undefined) {
      await restored(world, record)
      await finishTags(world, may, record, enforcement)
    }
    return takeAll(world, may, record, enforcement, free)
  }
}

async function leaveFor(
  world: Actor,
  record: ImageRecord,
  enforcement: Enforcement,
  tags: readonly string[],
  means: Means | undefined,
): Promise<Leave> {
  const wanted = record.state === 'failed' ? enforcement.onFailure : enforcement.onDegraded
  if (wanted !== 'quarantine' && wanted !== 'archive') return { left: 'would-take' }
  if (means === undefined) return { left: 'not-armed' }
  // What is archived already cannot be read, and is taken from everybody as it is
  const archive = wanted === 'archive' || record.archivedAt !== undefined
  if (archive && !canRemove(means.tagger)) return { left: 'not-armed' }
  const counts = tags.length > 0 && !wasActedOn(record)
  const held = heldBy(counts ? await admitted(world, record, enforcement) : await readSafety(world.store))
  if (held === undefined) return { may: means, archive }
  if (held === 'stopped') await tellStopped(world, record)
  return { left: held }
}

const ACTED: readonly TagOutcome['outcome'][] = ['taken', 'archived', 'immutable']

/** Whether it was quarantined, or was tried to be, since it became bad: what comes back to it later is no further image to the breaker. */
function wasActedOn({ tagWork, since = '' }: ImageRecord): boolean {
  return tagWork !== undefined && tagWork.at >= since && tagWork.tags.some(({ outcome }) => ACTED.includes(outcome))
}

/** Writes down what was done, and adds it to the alert still to be sent, where there is one. */
function alongside(record: ImageRecord, tags: readonly TagOutcome[], at: string): ImageRecord {
  if (tags.length === 0) return record
  const told = findTodo(record, 'alert') ? openTodo(record, 'alert', { tags }) : record
  return { ...told, tagWork: { at, tags: tags.slice(0, MOST_TOLD) } }
}

/** Goes on with tags that an earlier run took and then ended. */
async function finishTags(
  world: Actor,
  means: Means | undefined,
  record: ImageRecord,
  enforcement: Enforcement,
): Promise<void> {
  if (means === undefined || record.taken.length === 0) return
  const taking = await takingOf(world, means, record, enforcement)
  if (taking !== undefined) await finishTaken(taking)
}

/** Undefined: the image is no longer there. */
async function takingOf(
  world: Actor,
  means: Means,
  record: ImageRecord,
  enforcement: Enforcement,
): Promise<Taking | undefined> {
  const registry = registryOf(world, record.host)
  const manifest = await registry.manifest(record.name, record.digest)
  return manifest && { world, registry, means, record, manifest, occupies: enforcement.tombstone }
}

/** Takes tag after tag. Undefined: the verdict has moved on meanwhile, and what is left is no longer ours to do. */
async function takeAll(
  world: Actor,
  means: Means,
  record: ImageRecord,
  enforcement: Enforcement,
  tags: readonly string[],
): Promise<readonly TagOutcome[] | undefined> {
  const taking = tags.length === 0 ? undefined : await takingOf(world, means, record, enforcement)
  if (taking === undefined) return []
  const parsed = parseManifest(taking.manifest)
  // A signature's tag is only ever taken off something that hides there to be run
  const hides = typeof parsed === 'string' || isRunnable(parsed)
  const prefixes = tagPrefixes(world.policies.policies)
  const outcomes: TagOutcome[] = []
  for (const tag of tags.filter((one) => hides || signatureSubject(one, prefixes) === undefined)) {
    const outcome = await takeTag(taking, tag)
    if (outcome === undefined) return undefined
    outcomes.push({ tag, outcome })
  }
  return outcomes
}
