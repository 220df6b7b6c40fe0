import type { Bundle, TransparencyLogEntry } from '@sigstore/bundle'
import { type SignedEntity, toSignedEntity, Verifier } from '@sigstore/verify'
import { verifySCTs } from '@sigstore/verify/dist/key/sct.js'
import type { ClaimContent, Signer } from '../core/evidence.ts'
import { readIdentity } from './certificate.ts'
import { type Certificate, parseCertificate } from './certificate-authority.ts'
import { type CertificatePath, pathAt } from './certificate-path.ts'
import { keyName, spki } from './keys.ts'
import { assertLogInUse, assertSpeaksOf, type Holder, isIntoto001, verifyIntoto001 } from './log-entry.ts'
import { certificatesIn, openBundle } from './open-bundle.ts'
import { partsThatCount } from './parts-that-count.ts'
import { Rejection } from './rejection.ts'
import { type SignedContent, signedContent, widened } from './signed-content.ts'
import { countAuthorities, overEither } from './timestamp-authority.ts'
import type { Trust } from './trust.ts'

export type BundleContent = Extract<ClaimContent, { kind: 'bundle' }>

/** What a bundle proves, whenever it is looked at: who signed what, and the trusted times at which the signature was there. */
export type Verified = { readonly signer: Signer; readonly content: SignedContent; readonly times: readonly Date[] }

/**
 * Verifies one bundle against one demand, and throws unless all of it holds: Rejection, or whatever the libraries throw.
 * The library is never given an identity to match: its pattern is unanchored. Who signed is read out here and judged in core.
 */
export function verifyBundle(claim: BundleContent, trust: Trust): Verified {
  const bundle = partsThatCount(openBundle(claim.bundle, claim.artifact), trust)
  const holder = holderOf(bundle, trust)
  const content = signedContent(bundle, claim.artifact)
  const entries: TransparencyLogEntry[] = bundle.verificationMaterial.tlogEntries
  if (trust.log > 0 && entries.length === 0) throw new Rejection('log-missing', 'no transparency log entry')
  for (const entry of entries) assertSpeaksOf(entry, holder)

  const stock = toSignedEntity(bundle, claim.artifact && Buffer.from(claim.artifact))
  const times = timesOf(stock)
  assertTimed(bundle, trust, times)
  const known = entries.filter((entry) => !isIntoto001(entry))
  const paths: CertificatePath[] = []
  verifierOf(trust, holder, known.length, paths).verify({
    key: { $case: 'public-key', hint: '' },
    timestamps: stock.timestamps.map((time) => overEnvelope(time, claim.envelope)),
    signature: widened(stock.signature, content, trust.signer.kind === 'key' ? trust.signer.hash : 'sha256'),
    tlogEntries: known,
  })
  for (const entry of entries) {
    if (isIntoto001(entry)) verifyIntoto001(entry, content, trust.material.tlogs)
    assertLogInUse(entry, trust.material.tlogs, times)
  }
  assertCertificateLogged(paths, trust)
  assertDistinct(stock, entries, trust)
  return { signer: signerOf(trust, holder, times), content, times }
}

/** Who holds the signing key, with the certificates at hand: the signing one first, then those that the bundle brings along. */
type KeyHolder = Holder & { readonly certificates: readonly Certificate[] }

/** A key where a key is asked for, a certificate where one is: the library takes either. */
function holderOf({ verificationMaterial: { content } }: Bundle, { signer }: Trust): KeyHolder {
  if (signer.kind === 'key') {
    if (content.$case === 'publicKey') return { kind: 'key', der: spki(signer.key), certificates: [] }
    throw new Rejection('wrong-key-kind', 'signed by a certificate; a key is asked for')
  }
  if (content.$case === 'publicKey')
    throw new Rejection('wrong-key-kind', 'signed by a key; a certificate is asked for')
  const { leaf, brought } = certificatesIn(content)
  return { kind: 'certificate', der: leaf, certificates: [leaf, ...brought].map(parseCertificate) }
}

/** Times that count once the library has verified them: RFC 3161, or a log's promise. Others in a bundle are hearsay. */
function timesOf({ timestamps }: SignedEntity): Date[] {
  return timestamps.flatMap((time) => {
    if (time.$case === 'timestamp-authority') return [time.timestamp.signingTime]
    const { inclusionPromise, integratedTime } = time.tlogEntry
    return inclusionPromise === undefined ? [] : [new Date(Number(integratedTime) * 1000)]
  })
}

function assertTimed({ verificationMaterial }: Bundle, trust: Trust, times: readonly Date[]): void {
  const rfc3161 = verificationMaterial.timestampVerificationData?.rfc3161Timestamps ?? []
  if (trust.timestamp > 0 && rfc3161.length === 0) throw new Rejection('timestamp-missing', 'no RFC 3161 timestamp')
  if (trust.signer.kind === 'certificate' && times.length === 0) {
    throw new Rejection('timestamp-missing', 'no trusted time to judge the certificate at')
  }
}

function overEnvelope(time: SignedEntity['timestamps'][number], envelope: Uint8Array | undefined) {
  if (time.$case !== 'timestamp-authority' || envelope === undefined) return time
  return { ...time, timestamp: overEither(time.timestamp, envelope) }
}

/**
 * The library asks for the key only once it has verified the times, and then whether it is valid at each: there a certificate
 * must lead to an authority, by a path of ours. The library's own needs a self-signed end and takes nothing that a bundle brings.
 */
function verifierOf(
  { signer, material }: Trust,
  { certificates: [leaf, ...brought] }: KeyHolder,
  logEntries: number,
  paths: CertificatePath[],
): Verifier {
  const thresholds = { tlogThreshold: logEntries, timestampThreshold: signer.kind === 'certificate' ? 1 : 0 }
  const isValid = (time: Date) => {
    if (signer.kind === 'certificate' && leaf) paths.push(pathAt(time, leaf, brought, signer.authorities))
    return true
  }
  const key = signer.kind === 'key' ? signer.key : leaf?.x509.publicKey
  if (key === undefined) throw new Rejection('malformed', 'there is no signing certificate')
  return new Verifier({ ...material, publicKey: () => ({ publicKey: key, validFor: isValid }) }, thresholds)
}

/** The certificate must carry proof (SCT) that a certificate log of the root knows it, and none that does not hold. */
function assertCertificateLogged(paths: readonly CertificatePath[], { signer, material }: Trust): void {
  if (signer.kind === 'key' || !signer.sct) return
  const logs = paths.slice(0, 1).flatMap(([leaf, issuer]) => verifySCTs(leaf.asn1, issuer.asn1, material.ctlogs))
  if (logs.length === 0) throw new Rejection('certificate-untrusted', 'the certificate carries no SCT')
}

/** Proof must come from as many logs and timestamp authorities as are asked for: twice from one is once (GHSA-9vcr-p3rj-q5q6). */
function assertDistinct({ timestamps }: SignedEntity, entries: readonly TransparencyLogEntry[], trust: Trust): void {
  const logs = new Set(entries.map(({ logId }) => logId.keyId.toString('hex'))).size
  if (logs < trust.log) throw new Rejection('log-missing', `entries of ${logs} logs; ${trust.log} are asked for`)
  const tokens = timestamps.flatMap((time) => (time.$case === 'timestamp-authority' ? [time.timestamp] : []))
  const stamped = countAuthorities(tokens, trust.material.timestampAuthorities)
  if (stamped < trust.timestamp) {
    throw new Rejection('timestamp-missing', `stamped by ${stamped} authorities; ${trust.timestamp} are asked for`)
  }
}

function signerOf({ signer }: Trust, { certificates: [leaf] }: KeyHolder, times: readonly Date[]): Signer {
  if (signer.kind === 'certificate' && leaf) {
    return { kind: 'certificate', ...readIdentity(leaf.asn1, signer.fulcio), signedAt: earliest(times) }
  }
  if (signer.kind === 'key') {
    return { kind: 'key', key: keyName(signer.key), ...(times.length > 0 && { signedAt: earliest(times) }) }
  }
  throw new Rejection('malformed', 'there is no signing certificate')
}

/** An old signature can be stamped again at any time, but never before it was made: the earliest time comes nearest. */
function earliest(times: readonly Date[]): string {
  return new Date(Math.min(...times.map(Number))).toISOString()
}
