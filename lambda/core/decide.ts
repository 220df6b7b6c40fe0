import { baseFacts } from './bases/base-facts.ts'
import { hasBadSignature } from './checks/bad-signature.ts'
import { findingsOf, type Judged, type Subject } from './checks/judged.ts'
import { whyOnlyBase } from './checks/only-base.ts'
import { judgePolicy } from './checks/policy.ts'
import { claimChecks, reportChecks } from './checks/report.ts'
import { whyUndecided } from './checks/undecided.ts'
import type { Evidence, Signer } from './evidence.ts'
import { asksConfig, asksContents } from './policy/authorities.ts'
import type { Policy } from './policy/policy.ts'
import { earliest } from './status.ts'
import type { Verdict } from './verdict.ts'

/** Bumped whenever the same policies and evidence would be judged otherwise: part of every policy hash. */
export const DECIDER = '9'

/**
 * The whole judgement, pure and total: every matching policy must hold, by as many of its authorities as it requires,
 * only enforcing policies set the outcome. Every check is reported, not the first failure.
 */
export function decide(policies: readonly Policy[], subject: Subject, policyHash: string): Verdict {
  const judged = policies.map((policy) => judgePolicy(policy, subject))
  const enforcing = judged.filter(({ policy }) => policy.mode === 'enforce')
  const outcome = outcomeOf(enforcing)
  const until = outcome === 'verified' ? earliest(...enforcing.map((one) => one.until)) : undefined
  const undecided = outcome === 'rejected' ? whyUndecided(enforcing) : undefined
  const onlyBase = outcome === 'rejected' ? whyOnlyBase(enforcing) : undefined
  const base = subject.base && baseFacts(subject.base)
  return {
    outcome,
    policies: judged.map(({ policy, passed }) => ({ name: policy.name, outcome: policyOutcome(policy, passed) })),
    checks: [...reportChecks(judged, subject.evidence), ...claimChecks(subject.base)],
    signers: distinct(judged.flatMap(signersOf)),
    policyHash,
    ...(undecided !== undefined && { undecided }),
    ...(until !== undefined && { goodUntil: until }),
    badSignature: hasBadSignature(enforcing, policies, subject),
    ...(base !== undefined && { base }),
    ...(onlyBase !== undefined && { onlyBase }),
  }
}

/**
 * Whether the platforms of an index must be read before it can be judged: where each is to have evidence of its own,
 * where an attestation that the index lacks may lie on every one of them, and where their image config, or what they hold, is asked about.
 */
export function asksForPlatforms(policies: readonly Policy[], evidence: Evidence, first: Verdict): boolean {
  if ((evidence.children ?? []).length === 0) return false
  return policies.some(
    ({ name, platforms, authorities, ...rest }) =>
      platforms === 'each' ||
      asksConfig(rest) ||
      asksContents(rest) ||
      (first.policies.some((one) => one.name === name && one.outcome !== 'pass') &&
        authorities.some((one) => one.kind === 'sigstore' && one.attestations.length > 0)),
  )
}

function outcomeOf(enforcing: readonly Judged[]): Verdict['outcome'] {
  if (enforcing.length === 0) return 'unmanaged'
  return enforcing.every(({ passed }) => passed) ? 'verified' : 'rejected'
}

function policyOutcome({ mode }: Policy, passed: boolean): 'pass' | 'fail' | 'warn' {
  if (passed) return 'pass'
  return mode === 'warn' ? 'warn' : 'fail'
}

function signersOf(judged: Judged): Signer[] {
  return findingsOf(judged).flatMap((finding) => (finding.met ? finding.signers : []))
}

function distinct(signers: readonly Signer[]): Signer[] {
  return [...new Map(signers.map((signer) => [JSON.stringify(signer), signer])).values()]
}
