import type { KeyObject } from 'node:crypto'
import type { Bundle, TransparencyLogEntry } from '@sigstore/bundle'
import { type SignedEntity, type TrustMaterial, toSignedEntity, Verifier } from '@sigstore/verify'
import type { ClaimContent, Signer } from '../core/evidence.ts'
import type { Demand } from '../core/policy/policy.ts'
import { readIdentity, withoutScts } from './certificate.ts'
import { keyName, spki } from './keys.ts'
import { assertLogInUse, assertSpeaksOf, type Holder, isIntoto001, verifyIntoto001 } from './log-entry.ts'
import { leafOf, openBundle } from './open-bundle.ts'
import { Rejection } from './rejection.ts'
import { type SignedContent, signedContent, widened } from './signed-content.ts'

/** A demand with what it trusts: the root it names and, where it asks for a key, that key. */
export type Trust = { readonly demand: Demand; readonly material: TrustMaterial; readonly key?: KeyObject }

type BundleContent = Extract<ClaimContent, { kind: 'bundle' }>

/**
 * Verifies one bundle against one demand, and throws unless all of it holds: Rejection, or whatever the libraries throw.
 * The library is never given an identity to match: its pattern is unanchored. Who signed is read out here and judged in core.
 */
export function verifyBundle(claim: BundleContent, trust: Trust): { signer: Signer; content: SignedContent } {
  const { demand, material, key } = trust
  const bundle = partsThatCount(openBundle(claim.bundle), trust)
  const holder = holderOf(bundle, key)
  const content = signedContent(bundle, claim.artifact)
  const entries: TransparencyLogEntry[] = bundle.verificationMaterial.tlogEntries
  if (demand.log && entries.length === 0) throw new Rejection('log-missing', 'no transparency log entry')
  for (const entry of entries) assertSpeaksOf(entry, holder)

  const stock = toSignedEntity(bundle, claim.artifact && Buffer.from(claim.artifact))
  const times = timesOf(stock)
  assertTimed(bundle, trust, times)
  const known = entries.filter((entry) => !isIntoto001(entry))
  const entity: SignedEntity = {
    ...stock,
    key: demand.signer.kind === 'certificate' && !demand.signer.sct ? unlogged(stock.key) : stock.key,
    signature: widened(stock.signature, content, demand.signer.kind === 'key' ? demand.signer.hash : 'sha256'),
    tlogEntries: known,
  }
  verifierOf(trust, known.length).verify(entity)
  for (const entry of entries) {
    if (isIntoto001(entry)) verifyIntoto001(entry, content, material.tlogs)
    assertLogInUse(entry, material.tlogs, times)
  }
  return { signer: signerOf(stock.key, key, times), content }
}

/**
 * What the demand does not ask for is left out, as if it were not there: whoever attached the bundle could have left it out too.
 * A certificate needs a trusted time from one or the other.
 */
function partsThatCount(bundle: Bundle, { demand, material, key }: Trust): Bundle {
  const { verificationMaterial } = bundle
  const byCertificate = key === undefined
  const log = demand.log || (byCertificate && !demand.timestamp)
  const timestamps = demand.timestamp || (byCertificate && material.timestampAuthorities.length > 0)
  return {
    ...bundle,
    verificationMaterial: {
      ...verificationMaterial,
      tlogEntries: log ? verificationMaterial.tlogEntries : [],
      timestampVerificationData: timestamps ? verificationMaterial.timestampVerificationData : undefined,
    },
  }
}

/** A key where a key is asked for, a certificate where one is: the library takes either. */
function holderOf({ verificationMaterial: { content } }: Bundle, key: KeyObject | undefined): Holder {
  if (key === undefined) {
    if (content.$case !== 'publicKey') return { kind: 'certificate', der: leafOf(content) }
    throw new Rejection('wrong-key-kind', 'signed by a key; a certificate is asked for')
  }
  if (content.$case === 'publicKey') return { kind: 'key', der: spki(key) }
  throw new Rejection('wrong-key-kind', 'signed by a certificate; a key is asked for')
}

/** Times that count once the library has verified them: RFC 3161, or a log's promise. Other times in a bundle are hearsay. */
function timesOf({ timestamps }: SignedEntity): Date[] {
  return timestamps.flatMap((time) => {
    if (time.$case === 'timestamp-authority') return [time.timestamp.signingTime]
    const { inclusionPromise, integratedTime } = time.tlogEntry
    return inclusionPromise === undefined ? [] : [new Date(Number(integratedTime) * 1000)]
  })
}

function assertTimed({ verificationMaterial }: Bundle, { demand, key }: Trust, times: readonly Date[]): void {
  const rfc3161 = verificationMaterial.timestampVerificationData?.rfc3161Timestamps ?? []
  if (demand.timestamp && rfc3161.length === 0) throw new Rejection('timestamp-missing', 'no RFC 3161 timestamp')
  if (key === undefined && times.length === 0) {
    throw new Rejection('timestamp-missing', 'no trusted time to judge the certificate at')
  }
}

function verifierOf({ demand, material, key }: Trust, logEntries: number): Verifier {
  const keyed = key && { ...material, publicKey: () => ({ publicKey: key, validFor: () => true }) }
  return new Verifier(keyed ?? material, {
    tlogThreshold: logEntries,
    ctlogThreshold: demand.signer.kind === 'certificate' && demand.signer.sct ? 1 : 0,
    timestampThreshold: key === undefined ? 1 : 0,
  })
}

function unlogged(key: SignedEntity['key']): SignedEntity['key'] {
  return key.$case === 'certificate' ? { ...key, certificate: withoutScts(key.certificate) } : key
}

function signerOf(holder: SignedEntity['key'], key: KeyObject | undefined, times: readonly Date[]): Signer {
  // Anyone can have an old signature stamped again, nobody can have it stamped before it was made: the earliest is nearest
  const signedAt = times.length === 0 ? undefined : new Date(Math.min(...times.map(Number))).toISOString()
  if (key !== undefined) return { kind: 'key', key: keyName(key), ...(signedAt && { signedAt }) }
  if (holder.$case !== 'certificate' || signedAt === undefined) throw new Rejection('malformed', 'no certificate')
  return { kind: 'certificate', ...readIdentity(holder.certificate), signedAt }
}
