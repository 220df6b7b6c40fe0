import { awaitSignatures } from './awaited.ts'
import type { BaseSource } from './bases/base-source.ts'
import type { Asked } from './bases/follow-claims.ts'
import { hasMoved } from './bases/has-moved.ts'
import { noteBase } from './bases/note-base.ts'
import { upToDate } from './bases/up-to-date.ts'
import { goneAsBase, withReplaced } from './bases/with-replaced.ts'
import { type GoneBase, gone } from './core/gone.ts'
import { historyHash, historyRow } from './core/history.ts'
import { formatImage, type ImageId } from './core/image.ts'
import { type Judged, plan, withTag } from './core/plan.ts'
import { enforcementFor } from './core/policy/match.ts'
import type { Push } from './core/push.ts'
import type { ImageRecord } from './core/status.ts'
import { Archived, Unavailable } from './errors.ts'
import { currentPolicyHash, examine } from './examine.ts'
import { awaitedBases } from './reconciling/awaited-bases.ts'
import { MAX_DELAY } from './resources.ts'
import { type Subject, subjectsOf } from './subjects.ts'
import { tagsOf } from './tags-of.ts'
import { withArchived } from './with-archived.ts'
import { registryOf, type Verifier } from './world.ts'

const TRIES = 8

/**
 * The way of one push. Read this first.
 * The registry is read again (an event is only a hint), each image the push is about is judged,
 * and verdict and work are recorded in one conditional write. `act` does the work.
 */
export async function verifyPush(world: Verifier, push: Push): Promise<readonly ImageRecord[]> {
  const subjects = await subjectsOf(world, registryOf(world, push.host), push)
  const judgeAll = (some: readonly Subject[]) => Promise.all(some.map((subject) => judge(world, subject.id, subject)))
  const first = await judgeAll(subjects.filter(({ later }) => later === undefined))
  const records = [...first, ...(await judgeAll(subjects.filter(({ later }) => later)))]
  return records.filter((record) => record !== undefined)
}

/** What the event that led here says of the image. */
type Context = Omit<Subject, 'id'>

/** Judges one image and records what follows. Undefined: there is no such image and there never was. */
export async function judge(
  world: Verifier,
  id: ImageId,
  { asImage, tag, displaced }: Context = { asImage: false },
  path: readonly ImageId[] = [],
): Promise<ImageRecord | undefined> {
  const registry = registryOf(world, id.host)
  const seen = new Map<string, ImageRecord>()
  const bases = sourceOf(world, [...path, id], seen)
  const next = await record(world, id, async (before) => {
    const tags = await tagsOf(world.store, registry, id, withTag(before?.seenTags, tag))
    const verified = before?.state === 'verified' ? before.transcript : undefined
    const read = (host: string) => withArchived(registryOf(world, host), host, world.store, world.evidence)
    const judged = await examine({ ...world, registryOf: read, bases }, id, verified).catch(unlessArchived(id))
    // Whoever attaches something to a signature must not make an image of it
    const isImage = asImage || (before !== undefined && before.mediaType !== '') || judged?.signature === false
    if (judged === undefined || !isImage)
      return { gone: before?.standing && (await goneAsBase(bases, { ...before, standing: before.standing })) }
    const known = { ...id, seenTags: withTag(before?.seenTags, tag), standing: before?.standing }
    const standing = await withReplaced(bases, known, judged.judged)
    return { ...judged, judged: standing, tags, ...(tag && { tag }), ...(displaced && { displaced }) }
  })
  if (next !== undefined && (await hasMoved(world.store, next, seen.values()))) await world.queue.verify(next, 0)
  return next
}

/** Where bases are looked up while an image is judged. `path`: that image, and those that it is judged for; `seen`: the items of bases it looked at. */
function sourceOf(world: Verifier, path: readonly ImageId[], seen: Map<string, ImageRecord>): BaseSource {
  const { now, policies, store, catalogue, evidence, files, registries } = world
  const read = upToDate(world, path, (base) => judge(world, base, undefined, path))
  return {
    now,
    policies,
    store,
    catalogue,
    evidence,
    files,
    isReachable: (host) => registries.has(host),
    awaited: () => awaitedBases(world),
    upToDate: async (base) => {
      const known = await read(base)
      // As it is written down, whoever vouches for it now
      if (known !== undefined && known.unjudged === undefined) seen.set(formatImage(base), known)
      return known
    },
  }
}

/** Whom somebody else archived is gone until he restores it: nobody can pull it. Archived evidence is an outage. */
function unlessArchived({ digest }: ImageId): (error: unknown) => undefined {
  return (error) => {
    if (!(error instanceof Archived && error.reference === digest)) throw error
  }
}

/** Records that an image could not be judged: the last try has failed. */
export async function recordOutage(world: Verifier, id: ImageId, message: string): Promise<ImageRecord | undefined> {
  const policyHash = currentPolicyHash(world.policies, id)
  return record(world, id, async () => ({
    judged: { kind: 'error', reason: 'unavailable', message, policyHash },
    tags: [],
    elsewhere: [],
    asked: [],
  }))
}

/** Images that another one claims to stand on are judged as any other, and it is judged again when they are. */
async function askFor(world: Verifier, image: ImageId, asked: readonly Asked[]): Promise<void> {
  await awaitSignatures(
    world,
    image,
    asked.map(({ image: base }) => base),
  )
  for (const { image: base, tag } of asked) {
    await world.queue.verify(base, 0)
    // By what the registry says of it, whatever was claimed
    if (tag !== undefined) await world.queue.observe({ host: base.host, name: base.name, tag })
  }
}

type Seen = {
  readonly judged: Judged
  readonly tags: readonly string[]
  readonly elsewhere: readonly ImageId[]
  readonly asked: readonly Asked[]
} & Omit<Context, 'asImage'>
type Look = (before: ImageRecord | undefined) => Promise<Seen | { readonly gone: GoneBase | undefined }>

/** One conditional write of verdict and work; who loses the race looks again from the start (rule 1). */
async function record(world: Verifier, id: ImageId, look: Look): Promise<ImageRecord | undefined> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const now = world.now().toISOString()
    const before = await world.store.image(id)
    const seen = await look(before)
    const next = 'gone' in seen ? gone(before, seen.gone, now) : planned(world, before, id, seen, now)
    if (next === undefined || next === before) return next
    await noteBase(world.catalogue, before, next)
    if (!(await store(world, before, next))) continue
    await wakeOthers(world, before, next, now)
    if ('gone' in seen) return next
    if (seen.asked.length > 0) await askFor(world, next, seen.asked)
    if (next.state !== 'verified' && (next.policyHash !== before?.policyHash || before.state === 'error')) {
      await awaitSignatures(world, next, seen.elsewhere)
    }
    return next
  }
  throw new Unavailable('status table', `${id.name}@${id.digest} changed under ${TRIES} attempts to record it`)
}

function planned(world: Verifier, before: ImageRecord | undefined, id: ImageId, seen: Seen, now: string): ImageRecord {
  const { judged, elsewhere: _, asked: __, ...situation } = seen
  const next = plan(before, id, judged, { now, ...situation, enforcement: enforcementFor(world.policies, id) })
  return before === undefined || before.rev === next.rev
    ? next
    : { ...next, historyHash: historyHash(historyRow(before)), waivers: undefined }
}

/** The outgoing verdict is copied first, so that a crash in between orphans nothing. */
async function store(world: Verifier, before: ImageRecord | undefined, next: ImageRecord): Promise<boolean> {
  if (before !== undefined && before.rev !== next.rev) {
    await world.store.putHistory(next, historyRow(before), before.version)
  }
  return world.store.putImage(next, before?.version)
}

/** Hints that save waiting: the sweep finds whatever they miss. */
async function wakeOthers(
  world: Verifier,
  before: ImageRecord | undefined,
  next: ImageRecord,
  now: string,
): Promise<void> {
  world.log('judged', {
    image: `${next.host}/${next.name}@${next.digest}`,
    state: next.state,
    was: before?.state,
    rev: next.rev,
  })
  if (next.todo.length > 0) await world.queue.act(next)
  if (next.graceUntil === undefined || next.graceUntil === before?.graceUntil) return
  const delay = (Date.parse(next.graceUntil) - Date.parse(now)) / 1000
  if (delay <= MAX_DELAY) await world.queue.verify(next, delay)
}
