import { describe, expect, it } from 'vitest'
import { knownKind } from './known.ts'
import type { Observation } from './observation.ts'

const no = (message: string) => ({ accepts: false, message })
const YES = { accepts: true, message: 'verified: signed by key sha256:00' }
const THRESHOLD =
  'no matching attestations: failed to verify signature: could not verify envelope: accepted signatures do not match threshold, Found: 0, Expected 1'
const ASN1 = 'no matching signatures: invalid signature when validating ASN.1 encoded signature'
const NO_ENVELOPE = 'no matching attestations: bundle does not contain a DSSE envelope'
const V001 = 'failed to verify log inclusion: unsupported entry type: *intoto.V001Entry'
const ONLY_ATTESTED = no('no-matching-signature: there are attestations but no image signature')

function seen(
  assay: Observation['assay'],
  cosign: Observation['cosign'],
  more: Partial<Observation> = {},
): Observation {
  return { name: 'any', asked: 'signature', entries: [], assay, cosign, ...more }
}

describe('a disagreement with cosign', () => {
  it.each<[kind: string, Observation]>([
    ['attestation taken for a signature', seen(ONLY_ATTESTED, YES)],
    ['message signature as a referrer', seen(YES, no(NO_ENVELOPE))],
    ['key that goes with another hash than SHA-256', seen(YES, no(THRESHOLD), { key: 'secp384r1' })],
    ['key that goes with another hash than SHA-256', seen(YES, no(ASN1), { key: 'secp521r1' })],
    ['key that goes with another hash than SHA-256', seen(YES, no(THRESHOLD), { key: 'ed25519' })],
    ['intoto 0.0.1 log entry in a bundle', seen(YES, no(V001), { entries: ['intoto/0.0.1'] })],
    [
      'timestamp that does not hold beside a log entry that does',
      seen(no('certificate-untrusted: Failed to verify certificate chain'), YES, { unstamped: true }),
    ],
  ])('of a known kind is told by what both said: %s', (kind, observation) => {
    expect(knownKind(observation)?.kind).toBe(kind)
  })

  it.each<[what: string, Observation]>([
    ['a yes of ours to a key of the usual kind', seen(YES, no(THRESHOLD), { key: 'prime256v1' })],
    ['a yes of ours to a certificate', seen(YES, no(THRESHOLD))],
    ['a yes of ours to another fault under an unusual key', seen(YES, no('no signatures found'), { key: 'secp384r1' })],
    ['a yes of ours to a subject that cosign finds wrong', seen(YES, no('provided artifact digest does not match'))],
    ['a no of ours to an attestation that was asked for', seen(ONLY_ATTESTED, YES, { asked: 'attestation' })],
    ['a no of ours for another reason', seen(no('log-mismatch: tlog entry signature mismatch'), YES)],
    ['a no of ours that timestamps have no part in', seen(no('malformed: x'), YES, { unstamped: false })],
    ['an old log entry that cosign rejects for another reason', seen(YES, no(ASN1), { entries: ['intoto/0.0.1'] })],
  ])('of no known kind stays unexplained: %s', (_, observation) => {
    expect(knownKind(observation)).toBeUndefined()
  })
})
