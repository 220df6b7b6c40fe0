import type { Mutant } from './mutant.ts'

/** Fields that nothing signs, and why a change there may leave a yes a yes. Who signed and what is said are compared apart from this. */
const ALWAYS: readonly RegExp[] = [
  / \(encoding\)$/, // the same bytes in other base64 or hex
  / \(more\)$/, // a key that nobody reads
  /^\.mediaType$/, // versions differ in what must be there
  /\.keyid\b/, // a hint
  /\.publicKey(?:\.hint)?(?: \(gone\))?$/, // the policy's key counts, not the one hinted at
  /^\.messageSignature\.messageDigest(?:\.digest)?(?: \(gone\))?$/, // made anew where it is missing
  /^\.messageSignature\.messageDigest\.algorithm(?: \(gone\))?$/, // the name of a digest that is compared, or its number
  // Stamped material comes with the stamp's own signature; which times may result is compared
  /\.(?:timestampVerificationData|rfc3161Timestamps|signedTimestamp|rfc3161timestamp|SignedRFC3161Timestamp)\b/,
  // What the checkpoint or the promise says counts, not what is written beside it
  /\.tlogEntries\[\]\.(?:logIndex|integratedTime)(?: \(gone\))?$/,
  /\.inclusionProof\.(?:rootHash|treeSize)(?: \(gone\))?$/,
  // Proof or promise: one of the two suffices where another time is there
  /\.tlogEntries\[\]\.inclusion(?:Promise|Proof)(?: \(gone\))?$/,
  /\.x509CertificateChain\.certificates\[\+\]$/, // beside the first, they are never read
  /^\.layer\.size$/,
  /\.layer\.annotations\.dev\.sigstore\.cosign\/chain\b/,
]
/** A demand without a log leaves log entries unread. */
const UNLOGGED = /\.(?:tlogEntries|dev\.sigstore\.cosign\/bundle)\b/
/** The envelope of an attestation holds the signature, and its bytes are hashed by nobody. */
const LEGACY_ATTESTATION = /^\.layer\.(?:digest|annotations\.dev\.cosignproject\.cosign\/signature)\b/
/** What a log notes about an entry beside signature, signer and digest. */
const LOG_NOTES =
  /\.canonicalizedBody\.spec\.(?:\S+\.)?(?:envelopeHash\b.*|content\.hash\b.*|(?:payloadHash|hash|data)\.algorithm|envelope\.payloadType|verifier\.keyDetails)(?: \(gone\))?$/
const IN_LOG_BODY = /\.canonicalizedBody\b/

/** May this field differ under a yes? */
export function isUnauthenticated(field: string, { kind, specimen }: Mutant): boolean {
  if (ALWAYS.some((pattern) => pattern.test(field))) return true
  if (specimen.demand.log === 0 && UNLOGGED.test(field)) return true
  if (specimen.name.startsWith('legacy attestation') && LEGACY_ATTESTATION.test(field)) return true
  // What is logged anew has a promise and a proof of its own
  return kind === 'logged body' && (LOG_NOTES.test(field) || !IN_LOG_BODY.test(field))
}
