import type { Digest } from '../core/image.ts'
import type { FetchedManifest } from '../core/manifest.ts'
import type { ImageRecord } from '../core/status.ts'
import { quarantineTag } from '../core/tags.ts'
import { TAKING, type TakingStep } from '../core/taking.ts'
import { openAlert } from '../core/todo.ts'
import { tombstoneOf } from '../core/tombstone.ts'
import type { Registry } from '../ports.ts'
import { updateImage } from '../update-image.ts'
import type { Actor } from '../world.ts'
import type { Means } from './armed.ts'
import { claim } from './claim.ts'
import { keepImage } from './keep-image.ts'
import { markTag } from './mark-tag.ts'

/** A bad image whose tags are taken, and by which means. */
export type Taking = {
  readonly world: Actor
  readonly registry: Registry
  readonly means: Means
  readonly record: ImageRecord
  readonly manifest: FetchedManifest
  /** Whether a tombstone is put where a tag was removed. */
  readonly occupies: boolean
}

type Taken = 'taken' | 'moved' | 'immutable'
/** How taking a tag ended; `superseded`: the verdict that called for it no longer stands. */
type End = Taken | 'superseded'

/** Each step may be done again after a crash, and ends the taking where it says how. */
const STEPS: Readonly<Record<TakingStep, (taking: Taking, tag: string) => Promise<End | undefined>>> = {
  async save({ world, manifest }) {
    await world.evidence.put(manifest.bytes)
    return undefined
  },

  async keep(taking) {
    await keepImage(taking)
    return undefined
  },

  async claim({ world, record }, tag) {
    const claimed = await claim(world, record, (now) => ({ ...now, taken: [...new Set([...now.taken, tag])] }))
    return claimed === undefined ? 'superseded' : undefined
  },

  async look({ world, registry, record }, tag) {
    if ((await registry.resolve(record.name, tag)) === record.digest) return undefined
    return unclaimed(world, record, tag, 'moved')
  },

  async take({ world, registry, means, record, manifest }, tag) {
    const { name, digest } = record
    if (means.kind === 'remove') {
      // `absent` counts as taken: a retry inside the SDK may have removed it with the answer lost
      const moved = (await means.tagger.remove(name, tag, digest)) === 'moved'
      return moved ? unclaimed(world, record, tag, 'moved') : undefined
    }
    const put = await bury({ world, means, record, manifest }, tag)
    if (put === 'taken') return unclaimed(world, record, tag, 'immutable')
    // Pushed over the tombstone at once: it is not ours any more
    const now = await registry.resolve(name, tag)
    return now === put ? undefined : unclaimed(world, record, tag, 'moved')
  },

  async verify({ world, registry, means, record, manifest }, tag) {
    const { name, digest } = record
    if ((await registry.manifest(name, digest)) !== undefined) return undefined
    world.log('the image went with its tag; putting it back', { name, digest, tag })
    await means.tagger.put(name, quarantineTag(digest), manifest)
    return undefined
  },

  async occupy({ world, registry, means, record, manifest, occupies }, tag) {
    const free = means.kind === 'remove' && occupies && (await registry.resolve(record.name, tag)) === undefined
    if (free) await bury({ world, means, record, manifest }, tag)
    return undefined
  },

  async mark({ world, registry, means, record, manifest, occupies }, tag) {
    const buried = means.kind === 'overwrite' || occupies ? await registry.resolve(record.name, tag) : undefined
    const tombstone = tombstoneOf(manifest).digest
    await markTaken(world, record, tag, buried === tombstone ? tombstone : undefined)
    return 'taken'
  },
}

/** Takes one tag, step by step. Undefined: the verdict has moved on. */
export async function takeTag(
  taking: Taking,
  tag: string,
  steps: readonly TakingStep[] = TAKING,
): Promise<Taken | undefined> {
  for (const step of steps) {
    const end = await STEPS[step](taking, tag)
    if (end === 'superseded') return undefined
    if (end !== undefined) return end
  }
  throw new Error(`taking ${taking.record.name}:${tag} came to no end`)
}

/** Goes on with tags that an earlier run took and then ended. */
export async function finishTaken(taking: Taking): Promise<void> {
  const { world, registry, record, manifest } = taking
  const tombstone = tombstoneOf(manifest).digest
  for (const tag of record.taken) {
    const marked = await world.store.tag(record.host, record.name, tag)
    if (marked?.quarantined?.digest === record.digest) continue
    // It was another image's by then, and was taken from that
    const last = marked?.digest ?? marked?.left?.[0]?.digest
    if (marked?.quarantined !== undefined && marked.quarantined.digest === last) continue
    const now = await registry.resolve(record.name, tag)
    if (now === undefined || now === tombstone) await takeTag(taking, tag, TAKING.slice(TAKING.indexOf('take') + 1))
  }
}

/** Puts the tombstone on a tag, and writes down before that it is ours: a push that collides with it is put back (rule 8). */
async function bury(
  { world, means, record, manifest }: Pick<Taking, 'world' | 'means' | 'record' | 'manifest'>,
  tag: string,
): Promise<Digest | 'taken'> {
  const tombstone = tombstoneOf(manifest)
  const ownPut = { digest: tombstone.digest, at: world.now().toISOString(), insteadOf: record.digest }
  await markTag(world, { ...record, tag }, { ownPut })
  return (await means.tagger.put(record.name, tag, tombstone)) === 'put' ? tombstone.digest : 'taken'
}

/** Takes a tag off the list again, unless an earlier run had already taken it. */
async function unclaimed(world: Actor, record: ImageRecord, tag: string, end: End): Promise<End> {
  if (!record.taken.includes(tag)) {
    await updateImage(world, record, (now) => ({ ...now, taken: now.taken.filter((other) => other !== tag) }))
  }
  return end
}

/** Tells of a taken tag (in an alert of its own where the first has gone out) and marks it, in this order: rule 10. */
async function markTaken(world: Actor, record: ImageRecord, tag: string, tombstone: Digest | undefined): Promise<void> {
  const tags = [{ tag, outcome: 'taken' as const }]
  const takenAt = world.now().toISOString()
  await updateImage(world, record, (now) => openAlert({ ...now, takenAt }, 'quarantined', tags))
  const quarantined = { digest: record.digest, at: world.now().toISOString(), ...(tombstone && { tombstone }) }
  await markTag(world, { ...record, tag }, { quarantined })
}
