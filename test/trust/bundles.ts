import { createHash, hash, type KeyObject, sign } from 'node:crypto'
import { dsse } from '@sigstore/core'
import { type ClaimContent, demandId, type Proof } from '../../lambda/core/evidence.ts'
import type { Digest } from '../../lambda/core/image.ts'
import type { Descriptor } from '../../lambda/core/manifest.ts'
import type { Demand, HashAlgorithm } from '../../lambda/core/policy/policy.ts'
import { legacyBundle } from '../../lambda/formats/legacy-bundle.ts'
import { authenticator } from '../../lambda/trust/authenticate.ts'
import { trustMaterials } from '../../lambda/trust/roots.ts'
import type { KeyPair } from '../../local/sigstore/authority.ts'
import { envelopeBody, type Kind, type Logged, messageBody, pem } from './log-bodies.ts'
import {
  ecKeys,
  type Inclusion,
  type LeafOptions,
  type LogEntry,
  leafCertificate,
  logged,
  logged2,
  NOW,
  type Pki,
  rootOf,
  stamped,
} from './pki.ts'

export const V03 = 'application/vnd.dev.sigstore.bundle.v0.3+json'
export const V01 = 'application/vnd.dev.sigstore.bundle+json;version=0.1'
export const IMAGE = new TextEncoder().encode('{"schemaVersion":2,"this":"is the manifest"}')
export const DIGEST: Digest = `sha256:${hash('sha256', IMAGE)}`
export const OTHER: Digest = `sha256:${'0'.repeat(64)}`
export const SIGN_V1 = 'https://sigstore.dev/cosign/sign/v1'
export const SLSA = 'https://slsa.dev/provenance/v1'

/** A bundle as JSON that a test may change. */
export type BundleJson = {
  mediaType: string
  verificationMaterial: {
    publicKey?: { hint: string }
    certificate?: { rawBytes: string }
    x509CertificateChain?: { certificates: { rawBytes: string }[] }
    tlogEntries: LogEntry[]
    timestampVerificationData: { rfc3161Timestamps: { signedTimestamp: string }[] }
  }
  dsseEnvelope?: { payload: string; payloadType: string; signatures: { sig: string; keyid: string }[] }
  messageSignature?: { messageDigest: { algorithm: string; digest: string }; signature: string }
}
export type Signed = {
  readonly bundle: BundleJson
  readonly keys: KeyPair
  readonly signature: Buffer
  readonly logged: Logged
}

/** How a bundle is signed: by a fresh certificate, or by a key; logged as a kind; stamped or not. */
export type SignOptions = {
  readonly by?: 'certificate' | 'key'
  readonly keys?: KeyPair
  readonly hash?: string | null
  readonly leaf?: LeafOptions
  readonly log?: Kind | 'none'
  readonly inclusion?: Inclusion
  readonly stamp?: Date
  /** Of an envelope. */
  readonly payloadType?: string
}

export function statement(predicateType = SIGN_V1, digest = DIGEST, annotations?: Record<string, unknown>): object {
  const subject = [{ digest: { sha256: digest.slice(7) }, ...(annotations && { annotations }) }]
  return { _type: 'https://in-toto.io/Statement/v1', subject, predicateType, predicate: {} }
}

/** A bundle around a statement, or around any payload. */
export function signEnvelope(pki: Pki, payload: object | string = statement(), options: SignOptions = {}): Signed {
  const bytes = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload))
  const { payloadType = 'application/vnd.in-toto+json' } = options
  const made = material(pki, dsse.preAuthEncoding(payloadType, bytes), options, (parts) =>
    envelopeBody(kindOf(options), { ...parts, payload: bytes }),
  )
  const signatures = [{ sig: made.signature.toString('base64'), keyid: '' }]
  return {
    ...made,
    bundle: { ...made.bundle, dsseEnvelope: { payload: bytes.toString('base64'), payloadType, signatures } },
  }
}

/** A bundle around a bare signature of bytes. */
export function signMessage(pki: Pki, bytes: Uint8Array = IMAGE, options: SignOptions = {}): Signed {
  const made = material(pki, Buffer.from(bytes), options, (parts) =>
    messageBody({ ...parts, payload: bytes }, options.log === 'hashedrekord/0.0.2' ? options.log : undefined),
  )
  const digest = createHash('sha256').update(bytes).digest('base64')
  const messageSignature = {
    messageDigest: { algorithm: 'SHA2_256', digest },
    signature: made.signature.toString('base64'),
  }
  return { ...made, bundle: { ...made.bundle, messageSignature } }
}

/** The log entry that such a bundle would have, about whatever a test says. */
export function entryOf(pki: Pki, body: object, inclusion?: Inclusion): LogEntry {
  const { apiVersion } = body as { apiVersion: string }
  return apiVersion === '0.0.2' && !('content' in (body as { spec: object }).spec)
    ? logged2(pki, body)
    : logged(pki, body, inclusion)
}

function kindOf({ log = 'dsse/0.0.1' }: SignOptions): Kind {
  return log === 'none' ? 'dsse/0.0.1' : log
}

function material(
  pki: Pki,
  data: Buffer,
  options: SignOptions,
  body: (parts: Omit<Logged, 'payload'>) => object,
): Signed {
  const keys = options.keys ?? ecKeys()
  const signature = sign(options.hash === undefined ? 'sha256' : options.hash, data, keys.privateKey)
  const verifier =
    options.by === 'key'
      ? { kind: 'key' as const, der: keys.publicKey.export({ format: 'der', type: 'spki' }) }
      : { kind: 'certificate' as const, der: leafCertificate(pki, keys.publicKey, options.leaf) }
  const held =
    verifier.kind === 'key'
      ? { publicKey: { hint: '' } }
      : { certificate: { rawBytes: verifier.der.toString('base64') } }
  const entries = options.log === 'none' ? [] : [entryOf(pki, body({ signature, verifier }), options.inclusion)]
  const rfc3161Timestamps = options.stamp ? [{ signedTimestamp: stamped(pki, signature, options.stamp) }] : []
  const verificationMaterial = {
    ...held,
    tlogEntries: entries,
    timestampVerificationData: { rfc3161Timestamps },
  }
  const bundle: BundleJson = { mediaType: V03, verificationMaterial }
  return {
    bundle: JSON.parse(JSON.stringify(bundle)) as BundleJson,
    keys,
    signature,
    logged: { payload: data, signature, verifier },
  }
}

/** What the policy asks for unless a test says otherwise: a certificate, its SCT, a log entry. */
export const CERTIFICATE: Demand = {
  signer: { kind: 'certificate', sct: true },
  root: 'test',
  log: 1,
  timestamp: 0,
}

export function keyDemand(key: KeyObject, more: Partial<Demand> = {}, digest: HashAlgorithm = 'sha256'): Demand {
  const pemText = key.export({ format: 'pem', type: 'spki' }).toString()
  return { signer: { kind: 'key', key: { pem: pemText }, hash: digest }, root: 'test', log: 0, timestamp: 0, ...more }
}

type ProveOptions = {
  readonly artifact?: Uint8Array
  readonly digest?: Digest
  readonly root?: unknown
  readonly now?: Date
  readonly keys?: Readonly<Record<string, string>>
}

/** One claim against one demand. */
export function prove(
  pki: Pki,
  content: BundleJson | ClaimContent,
  demand: Demand = CERTIFICATE,
  { artifact, digest = DIGEST, root = rootOf(pki), now = NOW, keys = {} }: ProveOptions = {},
): Proof {
  const claimed: ClaimContent =
    'kind' in content ? content : { kind: 'bundle', bundle: content, ...(artifact && { artifact }) }
  const claim = { carrier: 'test', source: '', manifest: OTHER, layer: OTHER, content: claimed }
  const [judged] = authenticator([demand], { materials: trustMaterials({ test: root }), keys, now })([claim], digest)
  return judged!.proofs.get(demandId(demand))!
}

/** The same signature as cosign 2 would lay it into a layer. */
export function legacyClaim(signed: Signed, bytes?: Uint8Array, chain?: readonly Buffer[]): ClaimContent {
  const { layer, content } = legacyLayer(signed, bytes, chain)
  return legacyBundle(layer, content)
}

/** That layer: its descriptor with the annotations, and its bytes. */
export function legacyLayer(
  { bundle, logged: { verifier } }: Signed,
  bytes?: Uint8Array,
  chain?: readonly Buffer[],
): { layer: Descriptor; content: Uint8Array } {
  const { tlogEntries, timestampVerificationData } = bundle.verificationMaterial
  const [entry] = tlogEntries
  const stamp = timestampVerificationData.rfc3161Timestamps[0]?.signedTimestamp
  const rekor = entry && {
    SignedEntryTimestamp: entry.inclusionPromise?.signedEntryTimestamp,
    Payload: {
      body: entry.canonicalizedBody,
      integratedTime: Number(entry.integratedTime),
      logIndex: Number(entry.logIndex),
      logID: Buffer.from(entry.logId.keyId, 'base64').toString('hex'),
    },
  }
  const annotations = {
    'dev.cosignproject.cosign/signature': bundle.messageSignature?.signature ?? '',
    ...(verifier.kind === 'certificate' && { 'dev.sigstore.cosign/certificate': pem(verifier) }),
    ...(chain && { 'dev.sigstore.cosign/chain': chain.map((der) => pem({ kind: 'certificate', der })).join('') }),
    ...(rekor && { 'dev.sigstore.cosign/bundle': JSON.stringify(rekor) }),
    ...(stamp && { 'dev.sigstore.cosign/rfc3161timestamp': JSON.stringify({ SignedRFC3161Timestamp: stamp }) }),
  }
  const mediaType = bundle.dsseEnvelope
    ? 'application/vnd.dsse.envelope.v1+json'
    : 'application/vnd.dev.cosign.simplesigning.v1+json'
  const content = bytes ?? Buffer.from(JSON.stringify(bundle.dsseEnvelope))
  return {
    layer: { mediaType, digest: `sha256:${hash('sha256', content)}`, size: content.length, annotations },
    content,
  }
}

/** The same bundle in version 0.1, with more certificates beside the signing one. */
export function withChain(bundle: BundleJson, ...brought: readonly Buffer[]): BundleJson {
  const { certificate, ...material } = bundle.verificationMaterial
  const certificates = [certificate!, ...brought.map((der) => ({ rawBytes: der.toString('base64') }))]
  return { ...bundle, mediaType: V01, verificationMaterial: { ...material, x509CertificateChain: { certificates } } }
}

/** cosign's simple signing payload. */
export function simpleSigning(digest: string = DIGEST, more: object = {}): Buffer {
  const critical = {
    identity: { 'docker-reference': 'registry.test/app' },
    image: { 'docker-manifest-digest': digest },
    type: 'cosign container image signature',
  }
  return Buffer.from(JSON.stringify({ critical, optional: { team: 'blue' }, ...more }))
}

export const ACCEPTED_AT = NOW.toISOString()
