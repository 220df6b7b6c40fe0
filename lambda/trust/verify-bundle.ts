import type { KeyObject } from 'node:crypto'
import type { Bundle, TransparencyLogEntry } from '@sigstore/bundle'
import { type SignedEntity, toSignedEntity, Verifier } from '@sigstore/verify'
import { verifySCTs } from '@sigstore/verify/dist/key/sct.js'
import { digestOf } from '../core/digest-of.ts'
import type { Certified, Signer } from '../core/evidence.ts'
import type { Artifact } from './artifact.ts'
import { readIdentity } from './certificate.ts'
import { type Certificate, parseCertificate } from './certificate-authority.ts'
import { type CertificatePath, pathAt } from './certificate-path.ts'
import { keyName, spki } from './keys.ts'
import { assertLogInUse, assertSpeaksOf, isIntoto001, verifyIntoto001 } from './log-entry.ts'
import { certificatesIn, openBundle } from './open-bundle.ts'
import { partsThatCount } from './parts-that-count.ts'
import { Rejection } from './rejection.ts'
import type { TrustedMaterial } from './roots.ts'
import { type SignedContent, signedContent, widened } from './signed-content.ts'
import { countAuthorities, overEither, underAnyKey } from './timestamp-authority.ts'
import type { Trust } from './trust.ts'

type BundleContent = { readonly bundle: unknown; readonly artifact?: Artifact; readonly envelope?: Uint8Array }

/**
 * What a bundle proves, whenever it is looked at: who signed what, and the trusted times at which the signature was there.
 * `lasting`: a name of the certificate, where it signs for longer than a day, and so may have signed long before it was stamped;
 * `path`: the signing certificate and all that it rests on, at whatever of these times.
 */
export type Verified = {
  readonly signer: Signer
  readonly content: SignedContent
  readonly times: readonly Date[]
  readonly lasting?: string
  readonly path?: readonly Certified[]
}

/**
 * Verifies one bundle against one demand, and throws unless all of it holds: Rejection, or whatever the libraries throw.
 * The library is never given an identity to match: its pattern is unanchored. Who signed is read out here and judged in core.
 */
export function verifyBundle(claim: BundleContent, trust: Trust): Verified {
  const bundle = partsThatCount(openBundle(claim.bundle, claim.artifact), trust)
  const holder = holderOf(bundle, trust)
  const content = signedContent(bundle, claim.artifact)
  const entries: TransparencyLogEntry[] = bundle.verificationMaterial.tlogEntries
  for (const entry of entries) assertSpeaksOf(entry, holder.der)

  const stock = toSignedEntity(withoutCertificate(bundle))
  const times = timesOf(stock)
  const known = entries.filter((entry) => !isIntoto001(entry))
  verifierOf(trust.material, holder, known.length).verify({
    ...stock,
    timestamps: stock.timestamps.map((time) => verifiable(time, claim.envelope)),
    signature: widened(stock.signature, content, trust.signer.hash),
    tlogEntries: known,
  })
  for (const entry of entries) {
    if (isIntoto001(entry)) verifyIntoto001(entry, content, trust.material.tlogs)
    assertLogInUse(entry, trust.material.tlogs, times)
  }
  assertDistinct(stock, entries, trust)
  if (holder.kind === 'certificate') assertCertified(holder, trust.material)
  const signer = signerOf(holder, times)
  if (holder.kind === 'key') return { signer, content, times }
  const lasting = lastingName(holder)
  return { signer, content, times, ...(lasting !== undefined && { lasting }), path: pathOf(holder) }
}

/** To the library every bundle is one of a key: the certificate is read and judged here, and once is enough. */
function withoutCertificate(bundle: Bundle): Bundle {
  const content = { $case: 'publicKey', publicKey: { hint: '' } } as const
  return { ...bundle, verificationMaterial: { ...bundle.verificationMaterial, content } } as Bundle
}

/** Who holds the signing key. A certificate comes with others that the bundle brings along, and the paths found from it, one a trusted time. */
type KeyHolder = KeySigner | CertificateSigner
type KeySigner = { readonly kind: 'key'; readonly key: KeyObject; readonly der: Buffer }
type CertificateSigner = {
  readonly kind: 'certificate'
  readonly key: KeyObject
  readonly der: Buffer
  readonly leaf: Certificate
  readonly brought: readonly Certificate[]
  readonly wanted: Extract<Trust['signer'], { kind: 'certificate' }>
  readonly paths: CertificatePath[]
}

/** A key where a key is asked for, a certificate where one is: the library takes either. */
function holderOf({ verificationMaterial: { content } }: Bundle, { signer: wanted }: Trust): KeyHolder {
  if (wanted.kind === 'key') {
    if (content.$case === 'publicKey') return { kind: 'key', key: wanted.key, der: spki(wanted.key) }
    throw new Rejection('wrong-key-kind', 'signed by a certificate; a key is asked for')
  }
  if (content.$case === 'publicKey')
    throw new Rejection('wrong-key-kind', 'signed by a key; a certificate is asked for')
  const { leaf: der, brought } = certificatesIn(content)
  const leaf = parseCertificate(der)
  const { publicKey: key } = leaf.x509
  return { kind: 'certificate', key, der, leaf, brought: brought.map(parseCertificate), wanted, paths: [] }
}

/** Times that count once the library has verified them: RFC 3161, or a log's promise. Others in a bundle are hearsay. */
function timesOf({ timestamps }: SignedEntity): Date[] {
  return timestamps.flatMap((time) => {
    if (time.$case === 'timestamp-authority') return [time.timestamp.signingTime]
    const { inclusionPromise, integratedTime } = time.tlogEntry
    return inclusionPromise === undefined ? [] : [new Date(Number(integratedTime) * 1000)]
  })
}

/** A timestamp as the library can verify it. */
function verifiable(time: SignedEntity['timestamps'][number], envelope: Uint8Array | undefined) {
  if (time.$case !== 'timestamp-authority') return time
  const token = underAnyKey(time.timestamp)
  return { ...time, timestamp: envelope === undefined ? token : overEither(token, envelope) }
}

/**
 * The library asks for the key only once it has verified the times, and then whether it is valid at each: there a certificate
 * must lead to an authority, by a path of ours. The library's own needs a self-signed end and takes nothing that a bundle brings.
 */
function verifierOf(material: TrustedMaterial, holder: KeyHolder, logEntries: number): Verifier {
  const validFor = (time: Date) => {
    if (holder.kind === 'certificate') {
      holder.paths.push(pathAt(time, holder.leaf, holder.brought, holder.wanted.authorities))
    }
    return true
  }
  const thresholds = { tlogThreshold: logEntries, timestampThreshold: 0 }
  return new Verifier({ ...material, publicKey: () => ({ publicKey: holder.key, validFor }) }, thresholds)
}

/**
 * At one trusted time at least the certificate must have led to an authority. It must carry proof (SCT), where it is asked for,
 * that a certificate log of the root knows it, and none that does not hold.
 */
function assertCertified({ paths: [path], wanted }: CertificateSigner, { ctlogs }: TrustedMaterial): void {
  if (path === undefined) throw new Rejection('timestamp-missing', 'no trusted time to judge the certificate at')
  if (!wanted.sct) return
  const [leaf, issuer] = path
  const logs = verifySCTs(leaf.asn1, issuer.asn1, ctlogs)
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

function signerOf(holder: KeyHolder, times: readonly Date[]): Signer {
  if (holder.kind === 'certificate') {
    const identity = readIdentity(holder.leaf.asn1, holder.wanted.fulcio)
    return { kind: 'certificate', ...identity, signedAt: earliest(times) }
  }
  return { kind: 'key', key: keyName(holder.der), ...(times.length > 0 && { signedAt: earliest(times) }) }
}

const DAY = 24 * 3600 * 1000

/** By its key: of a certificate signed with ECDSA anybody can make a second form, with another fingerprint. */
function lastingName({ leaf }: CertificateSigner): string | undefined {
  const { validFromDate, validToDate, publicKey } = leaf.x509
  return validToDate.getTime() - validFromDate.getTime() > DAY ? keyName(spki(publicKey)) : undefined
}

function pathOf({ paths }: CertificateSigner): Certified[] {
  return [...new Set(paths.flat())].map(({ x509 }) => ({
    certificate: digestOf(x509.raw),
    key: keyName(spki(x509.publicKey)),
  }))
}

/** An old signature can be stamped again at any time, but never before it was made: the earliest time comes nearest. */
function earliest(times: readonly Date[]): string {
  return new Date(Math.min(...times.map(Number))).toISOString()
}
