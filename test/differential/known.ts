import type { Observation } from './observation.ts'

/** A kind of disagreement that was looked into: how to tell it from what both said, why it is, and who is right. */
export type Known = {
  readonly kind: string
  readonly right: 'assay' | 'cosign'
  readonly reason: string
  readonly is: (seen: Observation) => boolean
}

// What cosign says where the bytes are right and the signature does not verify
const NOT_VERIFIED = /accepted signatures do not match threshold|invalid signature|failed to verify signature/
// The hash that goes with these is not SHA-256, which is the only one cosign verifies with under --key
const OTHER_HASH = ['secp384r1', 'secp521r1', 'ed25519']

/** Looked at with cosign 3.1.1; docs/differences-from-cosign.md says more. */
export const KNOWN: readonly Known[] = [
  {
    kind: 'attestation taken for a signature',
    right: 'assay',
    reason:
      'A signature is a statement of type sign/v1 or simple signing; cosign verify takes any statement by the right signer.',
    is: ({ asked, assay, cosign }) =>
      asked === 'signature' && cosign.accepts && /^no-matching-signature: there are attestations/.test(assay.message),
  },
  {
    kind: 'message signature as a referrer',
    right: 'assay',
    reason: 'The bundle signs the bytes of the manifest itself; cosign reads nothing but DSSE envelopes on images.',
    is: ({ assay, cosign }) => assay.accepts && /bundle does not contain a DSSE envelope/.test(cosign.message),
  },
  {
    kind: 'key that goes with another hash than SHA-256',
    right: 'assay',
    reason:
      'cosign signs with SHA-384, SHA-512 or Ed25519ph under such a key, and then verifies with SHA-256 or plain Ed25519.',
    is: ({ key = '', assay, cosign }) => assay.accepts && OTHER_HASH.includes(key) && NOT_VERIFIED.test(cosign.message),
  },
  {
    kind: 'intoto 0.0.1 log entry in a bundle',
    right: 'assay',
    reason:
      'Attestations of images of 2022 and 2023 carry it, and their signatures are good; cosign does not read it in bundles.',
    is: ({ entries, assay, cosign }) =>
      assay.accepts &&
      entries.includes('intoto/0.0.1') &&
      /unsupported entry type: \*intoto\.V001Entry/.test(cosign.message),
  },
  {
    kind: 'timestamp that does not hold beside a log entry that does',
    right: 'assay',
    reason:
      'The suite says reject: a timestamp outside of the certificate is a sign of tampering; cosign leaves timestamps unread unless asked.',
    is: ({ unstamped, assay, cosign }) => cosign.accepts && !assay.accepts && unstamped === true,
  },
]

/** The kind that a disagreement is of; undefined where nobody looked into it yet. */
export function knownKind(seen: Observation): Known | undefined {
  return KNOWN.find(({ is }) => is(seen))
}
