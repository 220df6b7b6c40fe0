import type { Digest } from '../../lambda/core/image.ts'
import type { Judged, Situation } from '../../lambda/core/plan.ts'
import type { Enforcement } from '../../lambda/core/policy/policy.ts'
import type { ImageRecord } from '../../lambda/core/status.ts'
import type { Verdict } from '../../lambda/core/verdict.ts'

export const HOST = '127.0.0.1:5500'
export const NOW = '2026-11-22T12:00:00.000Z'
export const ID = { host: HOST, name: 'prod/app', digest: digest(1) }

export function digest(n: number): Digest {
  return `sha256:${n.toString(16).padStart(64, '0')}`
}

/** So many seconds after NOW. */
export function at(seconds: number): string {
  return new Date(Date.parse(NOW) + seconds * 1000).toISOString()
}

export function enforcement(fields: Partial<Enforcement> = {}): Enforcement {
  return {
    name: 'prod',
    images: [],
    onFailure: 'quarantine',
    onDegraded: 'alert',
    gracePeriod: 600,
    failFast: false,
    protect: [],
    tombstone: false,
    breaker: { images: 20, percent: 50 },
    ...fields,
  }
}

export function situation(fields: Partial<Situation> = {}): Situation {
  return { now: NOW, tags: ['v1'], enforcement: enforcement(), ...fields }
}

/** A record as it may have come to be: what is verified or degraded has been verified at some time. */
export function record(fields: Partial<ImageRecord> = {}): ImageRecord {
  const { state = 'verified' } = fields
  const once = state === 'verified' || state === 'degraded'
  return {
    ...ID,
    version: 3,
    rev: 2,
    state,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    platforms: [],
    policies: [],
    checks: [],
    signers: [],
    policyHash: 'p',
    firstSeenAt: at(-3600),
    checkedAt: NOW,
    ...(once && { verifiedAt: at(-1800) }),
    seq: 0,
    todo: [],
    taken: [],
    ...fields,
  }
}

export function verdict(outcome: Verdict['outcome'], fields: Partial<Verdict> = {}): Judged {
  return {
    kind: 'verdict',
    verdict: { outcome, policies: [], checks: [], signers: [], policyHash: 'p', badSignature: false, ...fields },
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    platforms: [],
    transcript: digest(9),
    rulesHash: 'r',
  }
}

export const OUTAGE: Judged = {
  kind: 'error',
  reason: 'unavailable',
  message: 'registry: connection refused',
  policyHash: 'p',
}
