import type { JudgedStanding } from './bases/standing.ts'
import { withNews } from './bases/with-news.ts'
import type { Digest, ImageId } from './image.ts'
import { errorFields, MAX_LISTED, verdictFields } from './judged-fields.ts'
import type { Enforcement } from './policy/policy.ts'
import { type AlertEvent, earliest, type ImageRecord, plusSeconds, RECHECK_AFTER, type State } from './status.ts'
import { findTodo, openTodo, withoutTodo } from './todo.ts'
import { mayFollow } from './transitions.ts'
import type { Verdict } from './verdict.ts'
import { returning, sparesTags, standingWaiver, waiverEnded } from './waiver.ts'

/** What a look at an image ended in: a verdict, or the reason why there is none. */
export type Judged =
  | {
      readonly kind: 'verdict'
      readonly verdict: Verdict
      readonly mediaType: string
      readonly platforms: readonly string[]
      /** What the verdict rests on, in the evidence store. */
      readonly transcript: Digest
      /** As ImageRecord.rulesHash. */
      readonly rulesHash: string
      /** What it is to those that may stand on it, where a BaseImage covers it. */
      readonly standing?: JudgedStanding
      /** Something that it is about could not be read, and may be soon. */
      readonly again?: true
      /** When it can be told, as a base, whether what took its place is another one. */
      readonly settlesAt?: string
      /** What is attested of it, and how it runs. */
      readonly facts?: ImageRecord['facts']
    }
  | {
      readonly kind: 'error'
      readonly reason: 'unavailable' | 'over-limit' | 'not-judged' | 'base-not-judged'
      readonly message: string
      readonly policyHash: string
    }

/** What else the next state depends on. `tags`: the tags on this digest now, without our own. */
export type Situation = {
  readonly now: string
  readonly tags: readonly string[]
  /** The tag by which the event that led here named it, though that tag may have moved on since. */
  readonly tag?: string
  /** A tag that our own giving back of another image took from it: to be put back. */
  readonly displaced?: string
  readonly enforcement: Enforcement
}

/** Seconds until an image that could not be judged is looked at again. */
const ERROR_RETRY = 15 * 60
/** Seconds after which the sweep takes up work that nobody has done. */
const STUCK_AFTER = 60

/** The image's next record: its state, and the work that the change calls for. Pure; design section 5 has the rules. */
export function plan(before: ImageRecord | undefined, id: ImageId, looked: Judged, situation: Situation): ImageRecord {
  const { now, tags } = situation
  const judged = asOutage(before, looked)
  const base = before ?? newRecord(id, now)
  const unmanaged = judged.kind === 'verdict' && judged.verdict.outcome === 'unmanaged'
  const awaitedSince = unmanaged
    ? undefined
    : (base.awaitedSince ?? (tags.length > 0 || situation.tag !== undefined ? now : undefined))
  const deadline = awaitedSince && plusSeconds(awaitedSince, situation.enforcement.gracePeriod)
  const state = nextState(before, judged, deadline, situation)
  if (!mayFollow(before, state)) throw new Error(`defect: ${before?.state} of ${id.name}@${id.digest} became ${state}`)
  const changed = before === undefined || before.state !== state
  const judgedFields = judged.kind === 'verdict' ? verdictFields(base, judged, now) : errorFields(state, judged, now)
  const record: ImageRecord = {
    ...base,
    ...judgedFields,
    state,
    since: changed ? now : base.since,
    version: base.version + 1,
    rev: changed ? base.rev + 1 : base.rev,
    awaitedSince,
    seenTags: withTag(base.seenTags, situation.tag),
    verifiedAt: base.verifiedAt ?? (state === 'verified' ? now : undefined),
    graceUntil: state === 'pending' ? deadline : undefined,
    recheckAt: earliest(recheckAt(state, judged, deadline, now), standingWaiver(base, now)?.expiresAt),
  }
  return withDueAt(withNews(before, withDisplaced(withWork(before, record, judged, situation), situation)), now)
}

/** I8: that nobody could judge its base yet is no verdict on an image that has one: what was good loses nothing, and of what was bad nothing is taken for it. */
function asOutage(before: ImageRecord | undefined, judged: Judged): Judged {
  const isAwaited = judged.kind === 'verdict' && judged.verdict.onlyBase === 'awaited'
  const isJudged = before?.verifiedAt !== undefined || before?.state === 'degraded' || before?.state === 'failed'
  if (!isAwaited || !isJudged) return judged
  const { checks, policyHash } = judged.verdict
  const why = checks.find(({ reason }) => reason === 'base-not-judged')?.message
  return { kind: 'error', reason: 'base-not-judged', message: why ?? 'its base could not be judged yet', policyHash }
}

/** The newest of the tags that events named an image by. */
export function withTag(seen: readonly string[] | undefined, tag: string | undefined): readonly string[] | undefined {
  if (tag === undefined) return seen
  return [...(seen ?? []).filter((other) => other !== tag), tag].slice(-MAX_LISTED)
}

function newRecord(id: ImageId, now: string): ImageRecord {
  return {
    host: id.host,
    name: id.name,
    digest: id.digest,
    version: 0,
    rev: 0,
    state: 'pending',
    mediaType: '',
    platforms: [],
    policies: [],
    checks: [],
    signers: [],
    policyHash: '',
    firstSeenAt: now,
    checkedAt: now,
    seq: 0,
    todo: [],
    taken: [],
  }
}

function nextState(
  record: ImageRecord | undefined,
  judged: Judged,
  deadline: string | undefined,
  { now, enforcement }: Situation,
): State {
  if (judged.kind === 'error') {
    // A re-check that ends in an outage keeps the last verdict; I8: it never fails an image
    const wasGood = record?.state === 'verified' || record?.state === 'unmanaged'
    if (record === undefined || record.state === 'pending') return 'error'
    return wasGood && isOverNow(record, judged) ? 'error' : record.state
  }
  switch (judged.verdict.outcome) {
    case 'verified':
      return 'verified'
    case 'unmanaged':
      return 'unmanaged'
    case 'rejected':
      return rejected(record, judged.verdict, deadline, now, enforcement)
    default:
      return judged.verdict.outcome satisfies never
  }
}

/** Whether it may be told by looking again. */
function isPassing({ reason }: Judged & { readonly kind: 'error' }): boolean {
  return reason === 'unavailable' || reason === 'base-not-judged'
}

/** The verdict was by other policies, and by those of now there is none, and none will come by waiting. What is bad stays so. */
function isOverNow(before: ImageRecord | undefined, judged: Judged): boolean {
  if (before === undefined || judged.kind !== 'error' || isPassing(judged)) return false
  return judged.policyHash !== before.policyHash
}

function rejected(
  record: ImageRecord | undefined,
  verdict: Verdict,
  deadline: string | undefined,
  now: string,
  enforcement: Enforcement,
): State {
  // Rule 11: what was once verified is not taken by time, policy or trust changing under it
  if (record?.verifiedAt !== undefined || record?.state === 'degraded') return 'degraded'
  // Nor is what was once accepted, by the end of its waiver; nor what time alone has passed over
  const isSpared = isPassedOver(verdict) || (record !== undefined && waiverEnded(record, now))
  const bad = isSpared ? 'degraded' : 'failed'
  if (record?.state === 'failed') return bad
  // Rule 9: grace runs from the first tag; without one nobody can have pulled it by name yet
  if (deadline === undefined) return 'pending'
  if (enforcement.failFast && verdict.badSignature) return bad
  if (now < deadline) return 'pending'
  // I8: that nobody could judge what it stands on is no verdict on it
  return verdict.onlyBase === 'awaited' ? 'error' : bad
}

/** Whether nothing is wrong but that time has passed over the base. */
function isPassedOver({ onlyBase }: Verdict): boolean {
  return onlyBase === 'outdated' || onlyBase === 'too-old'
}

function recheckAt(state: State, judged: Judged, deadline: string | undefined, now: string): string | undefined {
  if (state === 'pending') return deadline
  if (judged.kind === 'error' || state === 'error') return plusSeconds(now, ERROR_RETRY)
  const again = judged.again && plusSeconds(now, ERROR_RETRY)
  return earliest(plusSeconds(now, RECHECK_AFTER), judged.verdict.goodUntil, judged.settlesAt, again)
}

/** The work that follows from moving `before` to `record`, merged into the work still open. */
function withWork(
  before: ImageRecord | undefined,
  record: ImageRecord,
  judged: Judged,
  situation: Situation,
): ImageRecord {
  // By the policies of now it may be good: no further tag is taken for the verdict of others, nor while its base may turn out good
  const isOpen = judged.kind === 'error' && judged.reason === 'base-not-judged'
  const isLeft = isOverNow(before, judged) || isOpen
  const spared = sparesTags(record, situation.now)
  switch (record.state) {
    case 'failed':
      if (spared) return withoutTodo(told(before, record, 'failed'), 'quarantine')
      if (isLeft) return begunAlone(told(before, record, 'failed'))
      return withTaking(before, withoutTodo(record, 'release'), 'failed', situation)
    case 'degraded':
      if (situation.enforcement.onDegraded === 'quarantine' && !spared)
        return isLeft ? begunAlone(told(before, record, 'degraded')) : withTaking(before, record, 'degraded', situation)
      return withFound(withoutTodo(freed(before, toldUnlessByBase(before, record, judged)), 'quarantine'), situation)
    case 'verified':
    case 'unmanaged':
      return before?.state === record.state ? record : recovered(before, record)
    case 'error':
      return told(before, record, 'error')
    case 'pending':
      // It was told that it could not be judged; it can again
      return before?.state === 'error' ? openTodo(record, 'alert', { events: ['recovered'] }) : record
    default:
      return record.state satisfies never
  }
}

/** A tag whose taking was cut short must not stay so: by its name nobody would find the image. */
function begunAlone(record: ImageRecord): ImageRecord {
  const isBegun =
    findTodo(record, 'quarantine') !== undefined && (record.taken.length > 0 || record.archivedAt !== undefined)
  return isBegun ? openTodo(record, 'quarantine', { begun: true }) : withoutTodo(record, 'quarantine')
}

/** Tells of a state that was entered. */
function told(before: ImageRecord | undefined, record: ImageRecord, event: AlertEvent): ImageRecord {
  return before?.state === record.state ? record : openTodo(record, 'alert', { events: [event] })
}

/**
 * What was verified, and by the same policies is not any more for news of its base alone, is told together with all that stand on that
 * base; and that it recovers, with nothing.
 */
function toldUnlessByBase(before: ImageRecord | undefined, record: ImageRecord, judged: Judged): ImageRecord {
  const onlyBase = judged.kind === 'verdict' ? judged.verdict.onlyBase : undefined
  const isNews = onlyBase === 'outdated' || onlyBase === 'unverified'
  if (before?.state === 'verified' && isNews && before.policyHash === record.policyHash)
    return { ...record, quiet: true }
  return told(before, record, 'degraded')
}

/** What had failed, and now lacks nothing but a current base, gets its tags back. */
function freed(before: ImageRecord | undefined, record: ImageRecord): ImageRecord {
  return before?.state === 'failed' ? returning(record) : record
}

/** Level-triggered: whenever a bad digest is seen under a tag, the work of taking it is opened or its seq bumped. */
function withTaking(
  before: ImageRecord | undefined,
  record: ImageRecord,
  event: AlertEvent,
  { tags }: Situation,
): ImageRecord {
  const entered = before?.state !== record.state
  const open = told(before, record, event)
  return entered || tags.length > 0 ? openTodo(open, 'quarantine') : open
}

/** A tag that was taken and is in its place again, whoever put it there, is to be struck off the list. */
function withFound(record: ImageRecord, { tags }: Situation): ImageRecord {
  return record.taken.some((tag) => tags.includes(tag)) ? openTodo(record, 'release') : record
}

/** Rule 8: a tag that our own giving back of another image took from this one is to be put back. */
function withDisplaced(record: ImageRecord, { displaced, now }: Situation): ImageRecord {
  if (displaced === undefined) return record
  const union = (tags: readonly string[] = []) => [...new Set([...tags, displaced])]
  const held = { ...record, taken: union(record.taken), displaced: union(record.displaced) }
  // What is bad gets it back when it is good
  const isBad = record.state === 'failed' && standingWaiver(record, now) === undefined
  return isBad ? held : openTodo(held, 'release')
}

/** Rule 4: any move away from a state in which tags were taken carries the work to give them back. */
function recovered(before: ImageRecord | undefined, record: ImageRecord): ImageRecord {
  const { quiet, ...free } = returning(record)
  const wasBad = before?.state === 'failed' || before?.state === 'degraded' || before?.state === 'error'
  return wasBad && quiet === undefined ? openTodo(free, 'alert', { events: ['recovered'] }) : free
}

/** Sets when the sweep must look at the item: the next check, or soon where work is open. */
export function withDueAt(record: ImageRecord, now: string): ImageRecord {
  const stuckAt = record.todo.length > 0 ? plusSeconds(now, STUCK_AFTER) : undefined
  const [dueAt] = [record.recheckAt, stuckAt].filter((at) => at !== undefined).sort()
  return { ...record, dueAt }
}
