import type { BaseFacts, PlatformFacts } from './bases/base-facts.ts'
import type { BaseStanding, Replaced } from './bases/standing.ts'
import type { Signer } from './evidence.ts'
import { type Digest, formatImage, type ImageRef } from './image.ts'
import type { HistoryRow, ImageRecord } from './status.ts'
import { standingWaiver, type Waiver } from './waiver.ts'

/** The body of GET /v1/status, and one element of GET /v1/images. */
export type StatusResponse = ReturnType<typeof statusResponse>

/** What the status API says of an image at this moment. `tag`: the tag it was asked by; `taken`: that tag has been taken from this digest. */
export function statusResponse(record: ImageRecord, now: string, tag?: string, taken?: boolean) {
  const { host, name, digest } = record
  const waiver = standingWaiver(record, now)
  return {
    image: formatImage({ host, name, ...(tag !== undefined && { tag }) }),
    digest,
    ...(tag !== undefined && { tag }),
    state: record.state,
    quarantined: record.archivedAt !== undefined || (taken ?? record.taken.length > 0),
    policies: record.policies,
    checks: record.checks,
    signers: record.signers.map(signerResponse),
    ...(record.platforms.length > 0 && { platforms: record.platforms }),
    base: record.base === undefined ? null : baseResponse(record.base),
    ...(record.facts !== undefined && factsOfImage(record.facts)),
    ...(record.standing !== undefined && { standing: standingResponse(record.standing) }),
    ...(record.tagWork !== undefined && { tags: record.tagWork.tags }),
    ...(waiver !== undefined && { waiver }),
    ...(record.transcript !== undefined && { transcript: record.transcript }),
    rev: record.rev,
    ...(record.since !== undefined && { since: record.since }),
    firstSeenAt: record.firstSeenAt,
    checkedAt: record.checkedAt,
    ...(record.graceUntil !== undefined && { graceUntil: record.graceUntil }),
    ...(record.recheckAt !== undefined && { nextDueAt: record.recheckAt }),
    ...(record.lastError !== undefined && { lastError: record.lastError }),
  }
}

/** What is known of the base an image stands on. */
export function baseResponse({ platforms, ...weakest }: BaseFacts) {
  return {
    ...factsResponse(weakest),
    platforms: platforms.map(({ platform, ...facts }) => ({ platform, ...factsResponse(facts) })),
  }
}

function factsResponse({ by, replaced, ...known }: Omit<PlatformFacts, 'platform'>) {
  // By what it is found, and of no use to anybody else
  const { beneath: _, first: __, ...facts } = known
  return { ...facts, ...(by && { vouchedFor: by }), ...replacedResponse(replaced) }
}

/** What is attested of an image, how it runs, and what it adds to its base. */
function factsOfImage({ contents, provenance, runs, overBase }: NonNullable<ImageRecord['facts']>) {
  return {
    ...(contents.length > 0 && { contents }),
    ...(provenance.length > 0 && { provenance }),
    runs,
    ...(overBase && { overBase }),
  }
}

/** What an image is to those that stand on it. */
export function standingResponse({ vouched, existedAt, replaced, endOfLife }: BaseStanding) {
  return { vouchedFor: vouched, existedAt, ...replacedResponse(replaced), ...(endOfLife && { endOfLife }) }
}

function replacedResponse(replaced: Replaced | undefined): {
  readonly replacedAt?: string
  readonly replaced?: Omit<Replaced, 'at'>
} {
  if (replaced === undefined) return {}
  const { at, ...rest } = replaced
  return { ...(at && { replacedAt: at }), replaced: rest }
}

/** One image of GET /v1/derived. */
export function derivedResponse(record: ImageRecord, wave: number, tags: readonly string[]) {
  const { host, name, digest, state, base } = record
  return { image: formatImage({ host, name, digest }), digest, tags, state, wave, rung: base?.rung ?? 'none' }
}

/** The body for an image nothing is known of. */
export function unknownResponse(image: ImageRef, digest?: Digest) {
  return {
    image: formatImage(image),
    ...(digest !== undefined && { digest }),
    state: 'unknown' as const,
    quarantined: false,
  }
}

/** A standing waiver, as one element of GET /v1/waivers. */
export function waiverResponse({ host, name, digest, state }: ImageRecord, waiver: Waiver) {
  return { image: formatImage({ host, name, digest }), digest, state, ...waiver }
}

/** One change of state, as GET /v1/history tells it. */
export function historyResponse(row: HistoryRow) {
  return { ...row, signers: row.signers.map(signerResponse) }
}

function signerResponse(signer: Signer) {
  const { kind: _, ...said } = signer
  return said
}
