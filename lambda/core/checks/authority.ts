import { type Authenticated, demandId, type Says, type Signer } from '../evidence.ts'
import type { Authority } from '../policy/policy.ts'
import type { Reason } from '../reasons.ts'
import { describeIdentity, matchesIdentity } from './identity.ts'

/** How one thing an authority asks for came out: met by a signer, or missed, with the nearest miss. */
export type Finding =
  | { readonly met: true; readonly signer?: Signer; readonly reason: Reason; readonly message: string }
  | { readonly met: false; readonly reason: Reason; readonly message: string }

type SigstoreAuthority = Extract<Authority, { kind: 'sigstore' }>

/** What is asked for: the image's own signature, or an attestation of one predicate type. */
export type Wanted = { readonly kind: 'signature' } | { readonly kind: 'attestation'; readonly predicateType: string }

// How far a candidate got before it was turned away: the furthest is the nearest miss, and is what people are told.
const STAGES: readonly Reason[] = [
  'no-signature',
  'no-matching-signature',
  'no-matching-attestation',
  'over-limit',
  'unsupported',
  'malformed',
  'wrong-key-kind',
  'predicate-malformed',
  'subject-mismatch',
  'signature-invalid',
  'certificate-untrusted',
  'log-missing',
  'timestamp-missing',
  'log-mismatch',
  'log-invalid',
  'timestamp-invalid',
  'key-outside-validity',
  'identity-mismatch',
  'annotation-mismatch',
]

/** Looks for one signature or attestation that meets the authority; a bad one never hides a good one. */
export function findWanted(authority: SigstoreAuthority, wanted: Wanted, claims: readonly Authenticated[]): Finding {
  const id = demandId(authority.demand)
  let nearest: Finding = nothing(wanted, claims.length)
  for (const { claim, proofs } of claims) {
    const proof = proofs.get(id)
    if (proof === undefined) continue
    const finding: Finding = proof.ok
      ? judge(authority, wanted, proof.signer, proof.says)
      : { met: false, reason: proof.fault, message: `${claim.carrier} in ${claim.manifest}: ${proof.detail}` }
    if (finding.met) return finding
    if (STAGES.indexOf(finding.reason) > STAGES.indexOf(nearest.reason)) nearest = finding
  }
  return nearest
}

function nothing(wanted: Wanted, candidates: number): Finding {
  if (candidates === 0)
    return { met: false, reason: 'no-signature', message: 'nothing on the image claims to be a signature' }
  if (wanted.kind === 'signature') {
    return { met: false, reason: 'no-matching-signature', message: 'there are attestations but no image signature' }
  }
  return { met: false, reason: 'no-matching-attestation', message: `no attestation of type ${wanted.predicateType}` }
}

function judge(authority: SigstoreAuthority, wanted: Wanted, signer: Signer, says: Says): Finding {
  // Signature and attestation share a carrier: one never stands for the other (CVE-2022-35929)
  if (says.kind !== wanted.kind) return nothing(wanted, 1)
  if (says.kind === 'attestation' && wanted.kind === 'attestation' && says.predicateType !== wanted.predicateType) {
    return nothing(wanted, 1)
  }
  const who = describeSigner(signer)
  if (signer.kind === 'certificate' && !matchesIdentity(authority.identities, signer)) {
    const asked = authority.identities.map(describeIdentity).join(' or ')
    return { met: false, reason: 'identity-mismatch', message: `signed by ${who}; asked for is ${asked}` }
  }
  const signed = says.kind === 'signature' ? new Map(Object.entries(says.annotations)) : undefined
  const odd = Object.entries(authority.annotations).find(([key, value]) => signed && signed.get(key) !== value)
  if (odd !== undefined) {
    const seen = signed?.get(odd[0])
    const text = seen === undefined ? 'is not signed' : `is "${seen}"`
    return {
      met: false,
      reason: 'annotation-mismatch',
      message: `signed by ${who}, but ${odd[0]} ${text}; asked for is "${odd[1]}"`,
    }
  }
  return { met: true, signer, reason: 'verified', message: `signed by ${who}` }
}

/** A signer as text for people. */
function describeSigner(signer: Signer): string {
  return signer.kind === 'key' ? `key ${signer.key}` : `${signer.subject} from ${signer.issuer}`
}
