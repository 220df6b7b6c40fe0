import { type Authenticated, demandId, sourceId } from '../evidence.ts'
import { type BoundAuthority, bind, capturedBy } from '../policy/captures.ts'
import type { Policy } from '../policy/policy.ts'
import type { Reason } from '../reasons.ts'
import { denialOf } from './denial.ts'
import { matchesIdentity } from './identity.ts'
import { findingsOf, type Judged, type Subject } from './judged.ts'

/** Nothing bad was seen, only nothing good: a signature may still be on its way. */
const MERELY_ABSENT: readonly Reason[] = [
  'static-fail',
  'no-signature',
  'no-matching-signature',
  'no-matching-attestation',
  'too-few-signers',
  'wrong-key-kind',
  'unsupported',
  'child-missing',
  'not-judged',
  'too-old',
]

/** What is wrong with a signature for one authority, and may be just right for another. */
const FOR_ONE: readonly Reason[] = [
  'signature-invalid',
  'identity-mismatch',
  'certificate-untrusted',
  'log-missing',
  'timestamp-missing',
]

/** Whether enforcing policies are missed by something bad, not merely for want of something: what `failFast` looks at. */
export function hasBadSignature(enforcing: readonly Judged[], policies: readonly Policy[], subject: Subject): boolean {
  const missed = enforcing.filter(({ passed }) => !passed).flatMap(findingsOf)
  const bad = missed.flatMap(({ met, reason }) => (met || MERELY_ABSENT.includes(reason) ? [] : reason))
  if (bad.some((reason) => !FOR_ONE.includes(reason))) return true
  return bad.length > 0 && !allVouched(policies, subject)
}

/** Whether everything that lies on the image is by somebody whom some policy asks for: the other signers may still come. */
function allVouched(policies: readonly Policy[], { evidence, claims, platforms = [] }: Subject): boolean {
  const authorities = policies.flatMap((policy) => {
    const captures = capturedBy(policy, evidence.image)
    return policy.authorities.flatMap((one) => (one.kind === 'sigstore' ? bind(one, captures, policy.denied) : []))
  })
  const all = [claims, ...platforms.map((one) => one.claims)].flat()
  return all.every((claim) => authorities.some((authority) => knows(authority, claim)))
}

function knows({ demand, source, identities, denied }: BoundAuthority, { claim, proofs }: Authenticated): boolean {
  const proof = claim.source === sourceId(source) ? proofs.get(demandId(demand)) : undefined
  if (proof?.ok !== true) return false
  const asked = proof.signer.kind === 'key' || matchesIdentity(identities, proof.signer)
  return asked && denialOf(denied, proof) === undefined
}
