import type { Reason } from './reasons.ts'

const TEXTS: Readonly<Record<Reason, string>> = {
  // Who signed says it all
  verified: '',
  covered: 'covered by the index it belongs to',
  'static-pass': 'the policy lets it pass',
  'static-fail': 'the policy lets nothing pass',
  'no-policy': 'no policy matches this image',
  'no-signature': 'nothing on the image claims to be a signature',
  'no-matching-signature': 'there are attestations but no image signature',
  'no-matching-attestation': 'there is no such attestation',
  'too-few-signers': 'too few distinct signers',
  'identity-mismatch': 'signed by somebody else',
  'annotation-mismatch': 'the signature carries other annotations',
  'reference-mismatch': 'signed for another repository',
  denied: 'the signer is denied',
  'too-old': 'too old, or of unknown age',
  'policy-not-met': 'what it says does not meet the policy',
  'provenance-mismatch': 'built in another way than is asked for',
  'sbom-mismatch': 'the SBOM is not as asked for',
  vulnerabilities: 'the scan is not as asked for',
  'not-judged': 'the policy asks what cannot be judged here',
  'config-missing': 'the image config cannot be read',
  unsigned: 'unsigned, so it counts for nothing',
  'evidence-removed': 'no longer in the registry; the kept copy counts',
  malformed: 'cannot be read as what it claims to be',
  'over-limit': 'more than is read',
  unsupported: 'of a kind that is not judged yet',
  'signature-invalid': 'the signature does not verify',
  'wrong-key-kind': 'signed by the other kind of signer',
  'key-outside-validity': 'the key was not valid when it signed',
  'certificate-untrusted': 'the certificate is not trusted',
  'log-missing': 'the proof from a transparency log is missing',
  'log-invalid': 'the proof from the transparency log does not hold',
  'log-mismatch': 'the transparency log speaks of another signature',
  'timestamp-missing': 'a trusted time is missing',
  'timestamp-invalid': 'the time of the signature is not to be trusted',
  'subject-mismatch': 'signed for another image',
  'predicate-malformed': 'what is signed is no statement about an image',
  'ambiguous-manifest': 'the manifest can be read two ways or not at all',
  'child-missing': 'a manifest that the index lists is not in the repository',
  'no-platform': 'the index lists no platform that could be judged',
  unavailable: 'could not be judged',
}

/** What people are told of a reason, and of what was seen: the one place where messages come from. */
export function explain(reason: Reason, detail = ''): string {
  return [TEXTS[reason], detail].filter((part) => part !== '').join(': ')
}
