import { type Finding, findWanted } from './checks/authority.ts'
import type { Authenticated, Evidence, Signer } from './evidence.ts'
import type { Authority, Policy } from './policy/policy.ts'
import type { Reason } from './reasons.ts'
import type { Check, Outcome, Verdict } from './verdict.ts'

/** Bumped whenever the same policies and evidence would be judged otherwise: part of every policy hash. */
export const DECIDER = '1'

type Named = { readonly name: string; readonly finding: Finding }
type Judged = { readonly policy: Policy; readonly passed: boolean; readonly authorities: readonly AuthorityResult[] }
type AuthorityResult = { readonly met: boolean; readonly findings: readonly Named[] }

// Nothing bad was seen, only nothing good: a signature may still be on its way
const MERELY_ABSENT: readonly Reason[] = [
  'static-fail',
  'no-signature',
  'no-matching-signature',
  'no-matching-attestation',
  'wrong-key-kind',
]

/**
 * The whole judgement, pure and total: every matching policy must hold, any of its authorities suffices,
 * only enforcing policies set the outcome. Every check is reported, not the first failure.
 */
export function decide(
  policies: readonly Policy[],
  evidence: Evidence,
  claims: readonly Authenticated[],
  policyHash: string,
): Verdict {
  const judged = policies.map((policy) => judgePolicy(policy, evidence, claims))
  const enforcing = judged.filter(({ policy }) => policy.mode === 'enforce')
  const failed = enforcing.filter(({ passed }) => !passed)
  return {
    outcome: outcomeOf(enforcing),
    policies: judged.map(({ policy, passed }) => ({ name: policy.name, outcome: failing(policy, passed) })),
    checks: policies.length === 0 ? [NO_POLICY] : judged.flatMap(checksOf),
    signers: distinct(judged.flatMap(({ authorities }) => authorities.flatMap(signersOf))),
    policyHash,
    badSignature: failed.some(({ authorities }) => authorities.some(hasBadSignature)),
  }
}

const NO_POLICY: Check = {
  name: 'policy',
  outcome: 'skip',
  reason: 'no-policy',
  message: 'no policy matches this image',
}

function outcomeOf(enforcing: readonly Judged[]): Verdict['outcome'] {
  if (enforcing.length === 0) return 'unmanaged'
  return enforcing.every(({ passed }) => passed) ? 'verified' : 'rejected'
}

function judgePolicy(policy: Policy, evidence: Evidence, claims: readonly Authenticated[]): Judged {
  if (evidence.ambiguous !== undefined) {
    const finding: Finding = { met: false, reason: 'ambiguous-manifest', message: evidence.ambiguous }
    return { policy, passed: false, authorities: [{ met: false, findings: [{ name: 'manifest', finding }] }] }
  }
  const authorities = policy.authorities.map((authority) => judgeAuthority(authority, claims))
  return { policy, passed: authorities.some(({ met }) => met), authorities }
}

function judgeAuthority(authority: Authority, claims: readonly Authenticated[]): AuthorityResult {
  const findings = findingsOf(authority, claims)
  return { met: findings.every(({ finding }) => finding.met), findings }
}

function findingsOf(authority: Authority, claims: readonly Authenticated[]): readonly Named[] {
  if (authority.kind === 'static') {
    const met = authority.action === 'pass'
    const message = authority.message || `the policy says ${authority.action}`
    return [{ name: authority.name, finding: { met, reason: met ? 'static-pass' : 'static-fail', message } }]
  }
  // Annotations are signed with an image signature: where they are asked for, so is one
  const asksSignature = authority.attestations.length === 0 || Object.keys(authority.annotations).length > 0
  const signature = { name: authority.name, finding: findWanted(authority, { kind: 'signature' }, claims) }
  const attestations = authority.attestations.map(({ name, predicateType }) => ({
    name: `${authority.name}/${name}`,
    finding: findWanted(authority, { kind: 'attestation', predicateType }, claims),
  }))
  return asksSignature ? [signature, ...attestations] : attestations
}

function checksOf({ policy, passed, authorities }: Judged): Check[] {
  return authorities.flatMap(({ findings }) =>
    findings.map(({ name, finding }) => ({
      name: `${policy.name}/${name}`,
      outcome: finding.met ? 'pass' : missed(policy, passed),
      reason: finding.reason,
      message: finding.message,
    })),
  )
}

/** An authority that was missed is no failure where another one of the same policy sufficed. */
function missed(policy: Policy, passed: boolean): Outcome {
  return passed ? 'skip' : failing(policy, false)
}

function failing(policy: Policy, passed: boolean): 'pass' | 'fail' | 'warn' {
  if (passed) return 'pass'
  return policy.mode === 'warn' ? 'warn' : 'fail'
}

function signersOf({ findings }: AuthorityResult): Signer[] {
  return findings.flatMap(({ finding }) => (finding.met && finding.signer !== undefined ? [finding.signer] : []))
}

function distinct(signers: readonly Signer[]): Signer[] {
  return [...new Map(signers.map((signer) => [JSON.stringify(signer), signer])).values()]
}

function hasBadSignature({ findings }: AuthorityResult): boolean {
  return findings.some(({ finding }) => !finding.met && !MERELY_ABSENT.includes(finding.reason))
}
