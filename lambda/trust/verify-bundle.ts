import type { KeyObject } from 'node:crypto'
import type { Bundle, TransparencyLogEntry } from '@sigstore/bundle'
import { type SignedEntity, toSignedEntity, Verifier } from '@sigstore/verify'
import type { Signer } from '../core/evidence.ts'
import type { HashAlgorithm } from '../core/policy/policy.ts'
import type { Artifact } from './artifact.ts'
import { readIdentity, withoutScts } from './certificate.ts'
import { keyName, spki } from './keys.ts'
import { leanCertificate } from './lean-certificate.ts'
import { assertLogInUse, assertSpeaksOf, type Holder, isIntoto001, verifyIntoto001 } from './log-entry.ts'
import { leafOf, openBundle } from './open-bundle.ts'
import { Rejection } from './rejection.ts'
import type { TrustedMaterial } from './roots.ts'
import { type SignedContent, signedContent, widened } from './signed-content.ts'

/** A demand with all it refers to: the trusted root, and the key where it asks for one. */
export type Trust = {
  readonly signer:
    | { readonly kind: 'key'; readonly key: KeyObject; readonly hash: HashAlgorithm }
    | { readonly kind: 'certificate'; readonly sct: boolean }
  readonly material: TrustedMaterial
  readonly log: number
  readonly timestamp: number
}

type BundleContent = { readonly bundle: unknown; readonly artifact?: Artifact }

/**
 * Verifies one bundle against one demand, and throws unless all of it holds: Rejection, or whatever the libraries throw.
 * The library is never given an identity to match: its pattern is unanchored. Who signed is read out here and judged in core.
 */
export function verifyBundle(claim: BundleContent, trust: Trust): { signer: Signer; content: SignedContent } {
  const bundle = partsThatCount(openBundle(claim.bundle, claim.artifact), trust)
  const holder = holderOf(bundle, trust)
  const content = signedContent(bundle, claim.artifact)
  const entries: TransparencyLogEntry[] = bundle.verificationMaterial.tlogEntries
  if (trust.log > 0 && entries.length === 0) throw new Rejection('log-missing', 'no transparency log entry')
  for (const entry of entries) assertSpeaksOf(entry, holder)

  const stock = lean(toSignedEntity(bundle))
  const times = timesOf(stock)
  assertTimed(bundle, trust, times)
  const known = entries.filter((entry) => !isIntoto001(entry))
  verifierOf(trust, known.length).verify({
    ...stock,
    key: trust.signer.kind === 'certificate' && !trust.signer.sct ? unlogged(stock.key) : stock.key,
    signature: widened(stock.signature, content, trust.signer.kind === 'key' ? trust.signer.hash : 'sha256'),
    tlogEntries: known,
  })
  for (const entry of entries) {
    if (isIntoto001(entry)) verifyIntoto001(entry, content, trust.material.tlogs)
    assertLogInUse(entry, trust.material.tlogs, times)
  }
  return { signer: signerOf(stock, holder, times), content }
}

/**
 * What the demand does not ask for is left out, as if it were not there: whoever attached the bundle could have left it out too.
 * Only a certificate always needs a trusted time, from a log or from a timestamp authority.
 */
function partsThatCount(bundle: Bundle, { signer, material, log, timestamp }: Trust): Bundle {
  const { verificationMaterial } = bundle
  const timed = signer.kind === 'certificate'
  const useLog = log > 0 || (timed && timestamp === 0)
  const useTimestamps = timestamp > 0 || (timed && material.timestampAuthorities.length > 0)
  return {
    ...bundle,
    verificationMaterial: {
      ...verificationMaterial,
      tlogEntries: useLog ? verificationMaterial.tlogEntries : [],
      timestampVerificationData: useTimestamps ? verificationMaterial.timestampVerificationData : undefined,
    },
  }
}

/** A key where a key is asked for, a certificate where one is: the library takes either. */
function holderOf({ verificationMaterial: { content } }: Bundle, { signer }: Trust): Holder {
  if (signer.kind === 'key') {
    if (content.$case === 'publicKey') return { kind: 'key', der: spki(signer.key) }
    throw new Rejection('wrong-key-kind', 'signed by a certificate; a key is asked for')
  }
  if (content.$case !== 'publicKey') return { kind: 'certificate', der: leafOf(content) }
  throw new Rejection('wrong-key-kind', 'signed by a key; a certificate is asked for')
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

function verifierOf({ signer, material }: Trust, logEntries: number): Verifier {
  if (signer.kind === 'certificate') {
    const ctlogThreshold = signer.sct ? 1 : 0
    return new Verifier(material, { tlogThreshold: logEntries, ctlogThreshold, timestampThreshold: 1 })
  }
  const publicKey = () => ({ publicKey: signer.key, validFor: () => true })
  return new Verifier({ ...material, publicKey }, { tlogThreshold: logEntries, timestampThreshold: 0 })
}

function lean(entity: SignedEntity): SignedEntity {
  const { key } = entity
  return key.$case === 'certificate'
    ? { ...entity, key: { ...key, certificate: leanCertificate(key.certificate) } }
    : entity
}

function unlogged(key: SignedEntity['key']): SignedEntity['key'] {
  return key.$case === 'certificate' ? { ...key, certificate: withoutScts(key.certificate) } : key
}

function signerOf({ key }: SignedEntity, holder: Holder, times: readonly Date[]): Signer {
  if (key.$case === 'certificate') {
    return { kind: 'certificate', ...readIdentity(key.certificate), signedAt: earliest(times) }
  }
  return { kind: 'key', key: keyName(holder.der), ...(times.length > 0 && { signedAt: earliest(times) }) }
}

/** An old signature can be stamped again at any time, but never before it was made: the earliest time comes nearest. */
function earliest(times: readonly Date[]): string {
  return new Date(Math.min(...times.map(Number))).toISOString()
}
