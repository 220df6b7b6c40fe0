import { type Digest, formatImage, repositoryOf } from '../core/image.ts'
import type { Watched } from '../core/policy/policy.ts'
import { type ImageRecord, plusSeconds } from '../core/status.ts'
import { isOutage, Misconfigured, Unavailable } from '../errors.ts'
import { currentPolicyHash } from '../examine.ts'
import { mapLimited } from '../map-limited.ts'
import type { Sweeper } from '../world.ts'
import { eachOnce, lastRound, MOST_WATCHED, namedPlaces, putRound, type WatchRound } from './watch-round.ts'

/** Seconds from the start of one round to that of the next: bases are rebuilt daily, and registries count how often they are asked. */
const ROUND_EVERY = 15 * 60
/** Tags looked at by one sweep, and at a time. */
const A_SWEEP = 50
const AT_ONCE = 5
/** Of the troubles of one round so many are kept, each so long. */
const MOST_TOLD = 20
const LONGEST_TOLD = 300

/**
 * Looks whether tags of bases point elsewhere, in registries that tell nobody of it. By the cheapest question there is: what has changed is
 * asked for as if it had just been pushed, and nothing is believed before. How many were.
 */
export async function watchBases(world: Sweeper): Promise<number> {
  if (world.policies.bases.length === 0) return 0
  const now = world.now().toISOString()
  const places = namedPlaces(world.policies)
  const last = await lastRound(world)
  const isOver = last === undefined || (last.left.length === 0 && plusSeconds(last.startedAt, ROUND_EVERY) <= now)
  const unseen = last?.unseen ?? places
  const round = isOver ? { troubles: [], startedAt: now, left: await placesOf(world, places) } : last
  if (round.left.length === 0 && !isOver && unseen.length === 0) return 0
  const refusing = new Set<string>()
  const looked = await mapLimited(round.left.slice(0, A_SWEEP), AT_ONCE, async (one) => ({
    base: formatImage(one),
    found: await look(world, one, refusing),
  }))
  const absent = looked.filter(({ found }) => found === 'absent' || found === 'gone').map(({ base }) => base)
  const judged = await mapLimited(unseen, AT_ONCE, (one) => isJudged(world, one))
  await putRound(world, {
    startedAt: round.startedAt,
    left: round.left.slice(A_SWEEP).filter((one) => !isRefused(one, refusing)),
    unseen: unseen.filter((one, index) => judged[index] !== true && !absent.includes(formatImage(one))),
    troubles: [...round.troubles, ...troublesOf(looked, places.map(formatImage))].slice(0, MOST_TOLD),
  })
  return looked.filter(({ found }) => found === 'news' || found === 'gone').length
}

/** What a person should look at: what a BaseImage names and is not there, and what could not be asked for. */
function troublesOf(
  looked: readonly { readonly base: string; readonly found: Looked }[],
  named: readonly string[],
): WatchRound['troubles'] {
  return looked.flatMap(({ base, found }) => {
    if (typeof found === 'object') return { base, why: found.trouble.slice(0, LONGEST_TOLD) }
    const isMissing = (found === 'absent' || found === 'gone') && named.includes(base)
    return isMissing ? { base, why: 'there is no such tag' } : []
  })
}

/** What is watched: tags that BaseImages name, and tags of bases in registries whose pushes nobody watches. */
async function placesOf({ store, watched }: Sweeper, named: readonly Watched[]): Promise<readonly Watched[]> {
  const seen: Watched[] = []
  let cursor: string | undefined
  do {
    const page = await store.bases(100, cursor)
    const elsewhere = page.items.filter(({ host }) => !watched.includes(host))
    for (const record of await Promise.all(elsewhere.map((id) => store.image(id)))) {
      if (record?.standing === undefined) continue
      // What was replaced is no longer followed: its tags are those of what took its place
      if (record.standing.replaced !== undefined) continue
      seen.push(...(record.seenTags ?? []).map((tag) => ({ host: record.host, name: record.name, tag })))
    }
    cursor = page.cursor
  } while (cursor !== undefined && seen.length < MOST_WATCHED)
  return eachOnce([...named, ...seen]).slice(0, MOST_WATCHED)
}

/** Whether what a tag points at was judged by the policies of now, as what it may be. */
async function isJudged({ store, policies }: Sweeper, { host, name, tag }: Watched): Promise<boolean> {
  const digest = (await store.tag(host, name, tag))?.digest
  const image = digest && (await store.image({ host, name, digest }))
  if (image === undefined || image.state === 'error') return false
  return image.goneAt !== undefined || image.policyHash === currentPolicyHash(policies, image)
}

/** What a look at a tag came to. `gone`: it is no longer there; `absent`: it never was. */
type Looked = 'news' | 'gone' | 'absent' | 'same' | { readonly trouble: string }

async function look(world: Sweeper, place: Watched, refusing: Set<string>): Promise<Looked> {
  const { host, name, tag } = place
  const seen = isRefused(place, refusing) ? undefined : await peek(world, place, refusing)
  if (seen === undefined) return 'same'
  if ('trouble' in seen) return seen
  const { digest } = seen
  const known = await world.store.tag(host, name, tag)
  const image = digest && (await world.store.image({ host, name, digest }))
  const isThere = image !== undefined && image.goneAt === undefined
  if (known?.digest !== digest || (digest !== undefined && !isThere)) {
    await world.queue.observe({ ...place, ...(digest && { digest }) })
    return digest === undefined ? 'gone' : 'news'
  }
  // A signature that comes later is told to nobody
  if (image === undefined) return 'absent'
  if (isSettled(image)) return 'same'
  await world.queue.verify(image, 0)
  return image.state === 'error' ? { trouble: image.lastError?.message ?? 'it could not be judged' } : 'news'
}

/** Whether no signature is waited for: it is good, and it is known who vouches for it, even where a BaseImage only warns. */
function isSettled({ state, standing }: ImageRecord): boolean {
  return (state === 'verified' || state === 'unmanaged') && standing?.vouched.length !== 0
}

/** What a tag points at by its registry's word, or why that is not to be had. */
async function peek(
  { registries, log }: Sweeper,
  place: Watched,
  refusing: Set<string>,
): Promise<{ readonly digest: Digest | undefined } | { readonly trouble: string }> {
  try {
    const registry = registries.get(place.host)
    if (registry === undefined) return { trouble: `registry ${place.host} is not read` }
    return { digest: await registry.peek(place.name, place.tag) }
  } catch (error) {
    if (!isOutage(error)) throw error
    // Left in peace until the next round. Who may not read one repository, or there is none, may read the others
    if (error instanceof Unavailable) refusing.add(place.host)
    if (error instanceof Misconfigured) refusing.add(repositoryOf(place))
    log('base not looked at', { base: formatImage(place), error: error.message })
    return { trouble: error.message }
  }
}

function isRefused(place: Watched, refusing: ReadonlySet<string>): boolean {
  return refusing.has(place.host) || refusing.has(repositoryOf(place))
}
