import type { TagOutcome } from './alert.ts'
import type { KeptFacts } from './attested/image-facts.ts'
import type { Runs } from './attested/runs.ts'
import type { BaseFacts } from './bases/base-facts.ts'
import type { BaseNews } from './bases/next-standing.ts'
import type { BaseStanding, Material } from './bases/standing.ts'
import type { Signer } from './evidence.ts'
import type { Digest, ImageId } from './image.ts'
import type { Check, Verdict } from './verdict.ts'
import type { Undone, Waiver, WaiverEvent } from './waiver.ts'

/** The state of a digest. Absent: `unknown`. */
export const STATES = ['pending', 'verified', 'degraded', 'failed', 'error', 'unmanaged'] as const
export type State = (typeof STATES)[number]

export type AlertEvent =
  | 'failed' // judged, and the answer is no
  | 'quarantined' // a tag of an image already told as failed was taken
  | 'recovered' // good evidence came; tags were given back
  | 'degraded' // was verified; policy, trust or time changed under it
  | 'error' // could not be judged
  | 'waived' // a person accepted it
  | 'undone' // a person put back what was taken
  | 'stopped' // the breaker has tripped; nothing more is taken
  | 'replaced' // a base that images stand on was pushed anew: they must be rebuilt
  | 'ended' // the main package of a base that images stand on is at its end
  | 'unvouched' // a base that images stand on is no longer vouched for

/**
 * Work that a change of state calls for: kept on the image item itself and written together with the verdict.
 * One entry a kind; a new reason bumps `seq`, and an entry is done only by the seq that was read before the work.
 */
export type Todo = {
  readonly kind: 'quarantine' | 'release' | 'alert' | 'derived'
  readonly seq: number
  /** What people are to be told, each with the seq under which it was opened. */
  readonly events?: readonly { readonly event: AlertEvent; readonly seq: number }[]
  readonly tags?: readonly TagOutcome[]
  /** No further tag is taken, and the taking of those that are written down as taken is ended. */
  readonly begun?: true
  /** What became of the base that it is, and how far those that stand on it were gone through. */
  readonly news?: BaseNews
  /** Somebody began to vouch for it: images that begin as it does may stand on it. */
  readonly vouched?: true
  readonly progress?: DerivedProgress
}

/** Of those that stand on a base: up to which place all were asked to be judged anew, how many these are, and the first of them. */
export type DerivedProgress = {
  readonly cursor: string
  readonly count: number
  readonly images: readonly DerivedImage[]
}

/** An image that stands on a base, `wave` - 1 known bases above it. */
export type DerivedImage = { readonly image: string; readonly tags: readonly string[]; readonly wave: number }

/** Everything we know of one image. Times are ISO 8601. `version` is bumped by every write, `rev` by every change of state. */
export type ImageRecord = ImageId & {
  readonly version: number
  readonly rev: number
  readonly state: State
  /** Since when it has been in this state. */
  readonly since?: string
  readonly mediaType: string
  readonly platforms: readonly string[]
  readonly policies: Verdict['policies']
  readonly checks: readonly Check[]
  readonly signers: readonly Signer[]
  readonly policyHash: string
  /** What the policies ask, without whom they trust and deny: as long as it is the same, an undoing holds. */
  readonly rulesHash?: string
  /** When time alone may make a no of this verdict. */
  readonly goodUntil?: string
  /** What the verdict rests on, in the evidence store; absent where there is no verdict. */
  readonly transcript?: Digest
  readonly firstSeenAt: string
  /** Since when a tagged image has been asked for a signature: when its grace began. */
  readonly awaitedSince?: string
  /** Tags that events named it by, the newest last: hints, where the registry lists none and the index is behind. */
  readonly seenTags?: readonly string[]
  /** When it was first verified; from then on it is never failed (I11). */
  readonly verifiedAt?: string
  /** When the last verdict was reached. */
  readonly checkedAt: string
  readonly graceUntil?: string
  /** When to judge again. */
  readonly recheckAt?: string
  /** The least of all reasons to look at this item again. */
  readonly dueAt?: string
  readonly seq: number
  readonly todo: readonly Todo[]
  /** Tags taken from this digest and not given back. */
  readonly taken: readonly string[]
  /** When the last of them was taken, or the image archived. */
  readonly takenAt?: string
  /** Since when the image itself has been archived: nobody can pull it. */
  readonly archivedAt?: string
  /** What was last done to its tags, or would have been. */
  readonly tagWork?: TagWork
  /** What it is to images that may stand on it, where a BaseImage covers it. */
  readonly standing?: BaseStanding
  /** What is attested of it by those whom its policies trust, and how it runs. */
  readonly facts?: KeptFacts & { readonly runs: readonly Runs[]; readonly overBase?: Material }
  /** What is known of the base it stands on itself. */
  readonly base?: BaseFacts
  /** It is degraded for news of its base, and told with that. */
  readonly quiet?: true
  /** Tags among them that our own giving back of another image displaced: these may replace what we put there. */
  readonly displaced?: readonly string[]
  readonly lease?: { readonly owner: string; readonly until: string }
  readonly lastError?: { readonly at: string; readonly message: string }
  /** Since when it has not been in the registry. */
  readonly goneAt?: string
  /** The last waiver, kept when it has ended: an image that was accepted once is not taken by its end (rule 11). */
  readonly waiver?: Waiver
  /** That a person put back what was taken: no tag is taken again for a verdict of the same policies. */
  readonly undone?: Undone
  /** What was done about waivers under this rev. */
  readonly waivers?: readonly WaiverEvent[]
  /** Hash of the newest history row, so that the rows form a chain. */
  readonly historyHash?: string
}

/** Whether it was judged, and is not acceptable. */
export function isBad({ state }: Pick<ImageRecord, 'state'>): boolean {
  return state === 'failed' || state === 'degraded'
}

export type TagWork = { readonly at: string; readonly tags: readonly TagOutcome[] }

/** What a tag pointed at when last looked at, and whether we took it. */
export type TagRecord = {
  readonly host: string
  readonly name: string
  readonly tag: string
  readonly rev: number
  readonly digest?: Digest
  readonly observedAt: string
  /** What it pointed at before, the last first, each until it was seen to point elsewhere. */
  readonly left?: readonly { readonly digest: Digest; readonly until: string }[]
  /** `tombstone`: what stands in its place. */
  readonly quarantined?: { readonly digest: Digest; readonly at: string; readonly tombstone?: Digest }
  /** What we last put there ourselves; `insteadOf`: the image that it takes the place of on purpose. */
  readonly ownPut?: { readonly digest: Digest; readonly at: string; readonly insteadOf?: Digest }
}

/** The digest a tag stands for: one that we took, whether it is gone or a tombstone is there, stands for the image it was taken from. */
export function meantBy(
  now: Digest | undefined,
  seen: TagRecord | undefined,
): { readonly digest?: Digest; readonly taken: boolean } {
  const quarantined = seen?.quarantined
  if (quarantined !== undefined && (now === undefined || now === quarantined.tombstone)) {
    return { digest: quarantined.digest, taken: true }
  }
  return { ...(now !== undefined && { digest: now }), taken: false }
}

/** An outgoing verdict, kept before the image moves on. */
export type HistoryRow = {
  readonly rev: number
  readonly state: State
  readonly since?: string
  readonly at: string
  readonly policies: Verdict['policies']
  readonly checks: readonly Check[]
  readonly signers: readonly Signer[]
  readonly policyHash: string
  readonly transcript?: Digest
  readonly waivers?: readonly WaiverEvent[]
  readonly previousHash?: string
}

/** Seconds for which a verdict may be relied on, and after which it is made anew: early enough that no gate has to wait. */
export const VERDICT_LIFETIME = 24 * 3600
export const RECHECK_AFTER = 23 * 3600

/** The last of some ends, which keeps good what any of them keeps good; undefined where one has none. */
export function lastEnd(ends: readonly (string | undefined)[]): string | undefined {
  const known = ends.filter((end) => end !== undefined)
  return known.length < ends.length ? undefined : known.toSorted().at(-1)
}

/** The earliest of some times. */
export function earliest(...times: readonly (string | undefined)[]): string | undefined {
  return times.filter((at) => at !== undefined).sort()[0]
}

export function plusSeconds(iso: string, seconds: number): string {
  return new Date(Date.parse(iso) + seconds * 1000).toISOString()
}
