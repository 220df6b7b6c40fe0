import type { BaseEvidence } from '../bases/base-evidence.ts'
import type { Authenticated, Evidence, PlatformClaims } from '../evidence.ts'
import type { Captures } from '../policy/captures.ts'
import type { Budget } from '../policy/expression.ts'
import type { Policy } from '../policy/policy.ts'
import type { Accepted, Finding } from './authority.ts'

/** What a policy is judged on. `platforms`: those of an index, once they have been read; `base`: what it stands on, where that was looked for; `now`: when it is judged. */
export type Subject = {
  readonly evidence: Evidence
  readonly claims: readonly Authenticated[]
  readonly platforms?: readonly PlatformClaims[]
  readonly base?: BaseEvidence
  readonly now: Date
}

/** What the expressions of one policy are asked with, for one image. */
export type Asking = { readonly captures: Captures; readonly budget: Budget }

/**
 * One thing asked for and how it came out. `onPlatforms`: where each platform met it by evidence of its own;
 * `accepted`: what it rests on; `attestation`: the name of the one that was asked for.
 */
export type Named = {
  readonly name: string
  readonly finding: Finding
  readonly onPlatforms?: readonly OnPlatform[]
  readonly accepted?: readonly Accepted[]
  readonly attestation?: string
}
export type OnPlatform = { readonly platform: string; readonly finding: Finding }

/** `overLimit`: what is more than is read, where the authority looks; `unread`: what of it may be by this very signer. */
export type AuthorityResult = {
  readonly authority: string
  readonly met: boolean
  readonly findings: readonly Named[]
  readonly overLimit?: string
  readonly unread?: string
}

/** What vouches for the image, or for one platform of it; or what else is asked of it. `all`: every one of its authorities must be satisfied. */
export type Group = {
  readonly platform?: string
  readonly passed: boolean
  readonly authorities: readonly AuthorityResult[]
  readonly all?: boolean
}

/** A policy holds where every group of it does. `until`: when time alone may make a no of a yes, ISO 8601. */
export type Judged = {
  readonly policy: Policy
  readonly passed: boolean
  readonly groups: readonly Group[]
  readonly until?: string
}

/** Everything that a policy was found to come to. */
export function findingsOf({ groups }: Pick<Judged, 'groups'>): Finding[] {
  return groups.flatMap(({ authorities }) => authorities.flatMap((one) => one.findings.map(({ finding }) => finding)))
}

/** A group of one finding, or of several, that no authority is asked for. */
export function groupOf(findings: readonly Omit<Named, 'accepted'>[], platform?: string): Group {
  const authority = findings[0]?.name ?? ''
  const met = findings.every(({ finding }) => finding.met)
  return { ...(platform !== undefined && { platform }), passed: met, authorities: [{ authority, met, findings }] }
}
