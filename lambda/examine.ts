import { DECIDER, decide } from './core/decide.ts'
import { demandId, type Evidence } from './core/evidence.ts'
import type { ImageId } from './core/image.ts'
import type { Judged } from './core/plan.ts'
import { policyHash } from './core/policy/hash.ts'
import { policiesFor } from './core/policy/match.ts'
import type { Demand, Policy, PolicySet } from './core/policy/policy.ts'
import type { Verdict } from './core/verdict.ts'
import { OverLimit } from './errors.ts'
import { gather } from './gather.ts'
import type { Clock, EvidenceStore, Registry } from './ports.ts'
import { authenticate } from './trust/authenticate.ts'
import type { TrustMaterials } from './trust/roots.ts'

/** What an examination needs: where to read, what to judge by, whom to trust, and where to keep what was read. */
export type Examiner = {
  readonly registry: Registry
  readonly evidence: EvidenceStore
  readonly policies: PolicySet
  readonly trust: TrustMaterials
  readonly now: Clock
}

/** What an examination ends in. `signature`: it holds nothing but signatures, and speaks of another image. */
export type Examined = { readonly judged: Judged; readonly signature: boolean }

/**
 * Judges an image without any effect: gather, authenticate, decide. Undefined where the image does not exist.
 * An outage throws Unavailable; more than we are willing to read is an error, never a verdict (I8).
 */
export async function examine(examiner: Examiner, id: ImageId): Promise<Examined | undefined> {
  const now = examiner.now()
  const policies = policiesFor(examiner.policies, id)
  const hash = policyHash(policies, examiner.policies.roots, DECIDER)
  try {
    const evidence = await gather(examiner.registry, id, examiner.evidence)
    if (evidence === undefined) return undefined
    const trusted = { materials: examiner.trust, keys: examiner.policies.keys, now }
    const claims = authenticate(evidence.claims, demandsOf(policies), id.digest, trusted)
    const verdict = decide(policies, evidence, claims, hash)
    return { judged: judgedBy(verdict, evidence), signature: evidence.signature }
  } catch (error) {
    if (!(error instanceof OverLimit)) throw error
    return { judged: overLimit(error.message, hash), signature: false }
  }
}

/** A good signature counts whatever else lies on the image; without one, what was not read might have been it. */
function judgedBy(verdict: Verdict, { mediaType, platforms, kept, claims }: Evidence): Judged {
  const unread = claims
    .map(({ content }) => content)
    .find((content) => 'fault' in content && content.fault === 'over-limit')
  if (verdict.outcome === 'rejected' && unread !== undefined && 'detail' in unread)
    return overLimit(unread.detail, verdict.policyHash)
  return { kind: 'verdict', verdict, mediaType, platforms, evidence: kept }
}

function overLimit(message: string, policyHash: string): Judged {
  return { kind: 'error', reason: 'over-limit', message, policyHash }
}

/** The hash of all that judges this image now: a verdict reached under another one no longer counts. */
export function currentPolicyHash(set: PolicySet, { host, name, digest }: ImageId): string {
  return policyHash(policiesFor(set, { host, name, digest }), set.roots, DECIDER)
}

/** Every distinct demand of the policies: each signature is checked once against each. */
function demandsOf(policies: readonly Policy[]): Demand[] {
  const demands = policies
    .flatMap(({ authorities }) => authorities)
    .flatMap((authority) => (authority.kind === 'sigstore' ? [authority.demand] : []))
  return [...new Map(demands.map((demand) => [demandId(demand), demand])).values()]
}
