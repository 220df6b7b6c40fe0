import { releaseTags } from './acting/release-tags.ts'
import { takeTags } from './acting/take-tags.ts'
import { tellDerived } from './acting/tell-derived.ts'
import { formatImage, type ImageId } from './core/image.ts'
import { type AlertEvent, type ImageRecord, plusSeconds } from './core/status.ts'
import { closeAlert, findTodo, MOST_TOLD } from './core/todo.ts'
import { Unavailable } from './errors.ts'
import { FUNCTIONS } from './resources.ts'
import { tagsOf } from './tags-of.ts'
import { updateImage } from './update-image.ts'
import { type Actor, registryOf } from './world.ts'

/** Longer than the function's hard timeout: while a lease runs its worker may be at work, and after it nobody is. */
const LEASE = FUNCTIONS.act.timeout + 30

/**
 * Does the work recorded on an image, step by step and repeatably: tags first, then the alert (rule 10).
 * One worker at a time for each digest; everything done twice ends the same.
 */
export async function act(world: Actor, id: ImageId, owner: string): Promise<void> {
  const leased = await lease(world, id, owner)
  if (leased === undefined) return
  try {
    const failure = await moveTags(world, leased)
    await tell(world, id, failure !== undefined)
    if (findTodo(leased, 'derived')) await tellDerived(world, id)
    if (failure !== undefined) throw failure
  } finally {
    await updateImage(world, id, (record) =>
      record.lease?.owner === owner ? { ...record, lease: undefined } : undefined,
    )
  }
}

/** Takes the lease. Undefined: nothing to do. Throws while somebody else works, so that the message comes again. */
async function lease(world: Actor, id: ImageId, owner: string): Promise<ImageRecord | undefined> {
  const now = world.now().toISOString()
  let held = false
  const record = await updateImage(world, id, (before) => {
    held = before.lease !== undefined && before.lease.owner !== owner && before.lease.until > now
    if (before.todo.length === 0 || held) return undefined
    return { ...before, lease: { owner, until: plusSeconds(now, LEASE) } }
  })
  if (held) throw new Unavailable('act', `another worker holds the lease on ${id.name}@${id.digest}`)
  return record
}

/** Takes or gives back tags. An outage is returned, not thrown: people are told of the failure before it is tried again. */
async function moveTags(world: Actor, record: ImageRecord): Promise<unknown> {
  try {
    if (findTodo(record, 'release')) await releaseTags(world, record)
    if (findTodo(record, 'quarantine')) await takeTags(world, record)
    return undefined
  } catch (error) {
    world.log('tags could not be moved', { image: formatImage(record), error: String(error) })
    return error
  }
}

/** Publishes the open alert, then marks it done: at least once, again only after a crash in between (I5). */
async function tell(world: Actor, id: ImageId, interrupted: boolean): Promise<void> {
  const record = await world.store.image(id)
  const entry = record && findTodo(record, 'alert')
  if (record === undefined || entry === undefined) return
  const seen = (entry.tags ?? []).length > 0 ? [] : await tagsNow(world, record)
  const tags =
    entry.tags ?? (interrupted ? seen.slice(0, MOST_TOLD).map((tag) => ({ tag, outcome: 'failed' as const })) : [])
  const named = tags[0]?.tag ?? seen[0]
  for (const { event } of entry.events ?? []) {
    await world.alerts.publish({
      event,
      image: formatImage({ host: id.host, name: id.name, digest: id.digest, ...(named && { tag: named }) }),
      digest: id.digest,
      state: record.state,
      at: world.now().toISOString(),
      checks: record.checks,
      tags,
      ...(isAboutWaiver(event, record) && { waiver: record.waiver }),
      ...(event === 'undone' && { undone: record.undone }),
    })
  }
  await updateImage(world, id, (now) => closeAlert(now, entry))
}

/** What was never verified is degraded by nothing but the end of its waiver. */
function isAboutWaiver(event: AlertEvent, { verifiedAt }: ImageRecord): boolean {
  return event === 'waived' || (event === 'degraded' && verifiedAt === undefined)
}

/** The tags to name in an alert; none where the registry does not answer, since the alert must go out all the same. */
async function tagsNow(world: Actor, record: ImageRecord): Promise<readonly string[]> {
  try {
    return await tagsOf(world.store, registryOf(world, record.host), record, record.seenTags)
  } catch {
    return (await world.store.tagsOf(record)).map(({ tag }) => tag)
  }
}
