import { repositoryOf } from './image.ts'
import type { Enforcement } from './policy/policy.ts'
import { earliest, type ImageRecord, plusSeconds, VERDICT_LIFETIME } from './status.ts'
import { standingWaiver, type Waiver } from './waiver.ts'

export type GateAnswer =
  | {
      readonly allow: true
      readonly because: 'verified' | 'waiver'
      readonly digest: string
      readonly digestRef: string
      readonly policyHash: string
      readonly validUntil: string
    }
  | {
      readonly allow: false
      readonly state: ImageRecord['state'] | 'unknown'
      readonly digest?: string
      readonly reasons: readonly string[]
      /** Seconds after which the answer may be another one. */
      readonly retryAfter?: number
    }

/** Seconds a caller should wait where a verdict is being made anew. */
const SOON = 5

/** May this digest be deployed? Only a verdict that stands, of the policies of now, is yes; or a person's waiver, named as such. */
export function gate(
  record: ImageRecord | undefined,
  currentHash: string,
  enforcement: Enforcement,
  now: string,
): GateAnswer {
  const answer = gateByVerdict(record, currentHash, enforcement, now)
  if (record === undefined || record.goneAt !== undefined) return answer
  const waiver = standingWaiver(record, now)
  if (waiver === undefined || (answer.allow && record.state === 'verified')) return answer
  return gateByWaiver(record, waiver, currentHash, now)
}

/** A waiver accepts a digest whatever its policies say, those of now included; a caller asks again whenever more may be known. */
function gateByWaiver(record: ImageRecord, waiver: Waiver, policyHash: string, now: string): GateAnswer {
  const { digest } = record
  const day = [record.checkedAt, now].map((at) => plusSeconds(at, VERDICT_LIFETIME))
  const ends = [...day, record.recheckAt, waiver.expiresAt].filter((at) => at !== undefined && at > now)
  const validUntil = earliest(...ends) ?? waiver.expiresAt
  const digestRef = `${repositoryOf(record)}@${digest}`
  return { allow: true, because: 'waiver', digest, digestRef, policyHash, validUntil }
}

function gateByVerdict(
  record: ImageRecord | undefined,
  currentHash: string,
  enforcement: Enforcement,
  now: string,
): GateAnswer {
  if (record === undefined)
    return { allow: false, state: 'unknown', reasons: ['nothing is known of this image'], retryAfter: SOON }
  const { state, digest } = record
  if (record.policyHash !== currentHash) {
    return {
      allow: false,
      state,
      digest,
      reasons: ['the policies have changed since the last verdict'],
      retryAfter: SOON,
    }
  }
  const lasts = plusSeconds(record.checkedAt, VERDICT_LIFETIME)
  const { goodUntil = lasts } = record
  const expires = goodUntil < lasts ? goodUntil : lasts
  const stands = state === 'verified' || (state === 'degraded' && enforcement.onDegraded === 'allow')
  if (!stands) {
    const waits = record.graceUntil === undefined ? {} : { retryAfter: secondsUntil(record.graceUntil, now) }
    return { allow: false, state, digest, reasons: reasonsOf(record), ...waits }
  }
  if (expires <= now) {
    return { allow: false, state, digest, reasons: [`the verdict was good until ${expires}`], retryAfter: SOON }
  }
  // A check that is due but not yet made does not take the answer away before its time
  const due = record.recheckAt
  const validUntil = due !== undefined && due > now && due < expires ? due : expires
  const digestRef = `${repositoryOf(record)}@${digest}`
  return { allow: true, because: 'verified', digest, digestRef, policyHash: record.policyHash, validUntil }
}

function reasonsOf(record: ImageRecord): string[] {
  const missed = record.checks.filter(({ outcome }) => outcome === 'fail' || outcome === 'error')
  const reasons = missed.map(({ name, reason, message }) => `${name}: ${reason}: ${message}`)
  const { lastError } = record
  // In state `error` it is the check
  if (lastError !== undefined && record.state !== 'error') reasons.unshift(lastError.message)
  return reasons.length > 0 ? reasons : [`the image is ${record.state}`]
}

function secondsUntil(at: string, now: string): number {
  return Math.max(1, Math.ceil((Date.parse(at) - Date.parse(now)) / 1000))
}
