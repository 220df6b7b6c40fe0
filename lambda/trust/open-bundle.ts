import {
  BUNDLE_V01_MEDIA_TYPE,
  BUNDLE_V02_MEDIA_TYPE,
  BUNDLE_V03_LEGACY_MEDIA_TYPE,
  BUNDLE_V03_MEDIA_TYPE,
  type Bundle,
  bundleFromJSON,
} from '@sigstore/bundle'
import { isObject } from '../core/is-object.ts'
import { type Artifact, artifactDigest } from './artifact.ts'
import { assertBounded } from './bounded-der.ts'
import { assertShallow } from './json.ts'
import { Rejection } from './rejection.ts'

const MEDIA_TYPES: readonly unknown[] = [
  BUNDLE_V01_MEDIA_TYPE,
  BUNDLE_V02_MEDIA_TYPE,
  BUNDLE_V03_LEGACY_MEDIA_TYPE,
  BUNDLE_V03_MEDIA_TYPE,
]
const MAX_LOG_ENTRIES = 32
const MAX_TIMESTAMPS = 32
const MAX_DER = 32 * 1024
const MAX_CHAIN = 8
const MAX_BODY = 128 * 1024
const MAX_HASHES = 64
const MAX_CHECKPOINT = 16 * 1024
const MAX_CHECKPOINT_SIGNATURES = 32

/**
 * Parses a bundle of a version we know, within limits. They come first: the library compares log entries pairwise
 * and hashes a checkpoint once a signature on it, all before any cryptography (sigstore-go GHSA-cq38-jh5f-37mq).
 */
export function openBundle(json: unknown, artifact: Artifact | undefined): Bundle {
  if (!isObject(json)) throw new Rejection('malformed', 'the bundle is not a JSON object')
  // The library takes any `v<digit>.<digit>` and reads it as the newest it knows
  if (!MEDIA_TYPES.includes(json.mediaType)) {
    throw new Rejection('unsupported', `bundle media type ${JSON.stringify(json.mediaType)}`)
  }
  assertShallow(json, 'the bundle')
  assertUnambiguous(json)
  const material = isObject(json.verificationMaterial) ? json.verificationMaterial : {}
  const timestamps = isObject(material.timestampVerificationData) ? material.timestampVerificationData : {}
  atMost(MAX_LOG_ENTRIES, lengthOf(material.tlogEntries), 'log entries')
  atMost(MAX_TIMESTAMPS, lengthOf(timestamps.rfc3161Timestamps), 'timestamps')
  const bundle = bundleFromJSON(withDigest(json, artifact))
  assertSmallParts(bundle)
  return bundle
}

/** Of two contents or two signing keys the library would read the first and leave the other unchecked. */
function assertUnambiguous(json: Readonly<Record<string, unknown>>): void {
  const material = isObject(json.verificationMaterial) ? json.verificationMaterial : {}
  const contents = [json.messageSignature, json.dsseEnvelope]
  const keys = [material.publicKey, material.certificate, material.x509CertificateChain]
  for (const choice of [contents, keys]) {
    if (choice.filter((one) => one !== undefined && one !== null).length > 1) {
      throw new Rejection('malformed', 'the bundle holds two contents or two signing keys')
    }
  }
}

/** Under Ed25519 cosign writes no digest, since the bytes themselves are signed; the library insists on one. */
function withDigest(json: Readonly<Record<string, unknown>>, artifact: Artifact | undefined): unknown {
  const { messageSignature } = json
  if (artifact === undefined || !isObject(messageSignature)) return json
  if (isObject(messageSignature.messageDigest) && 'digest' in messageSignature.messageDigest) return json
  const messageDigest = { algorithm: 'SHA2_256', digest: artifactDigest(artifact, 'sha256').toString('base64') }
  return { ...json, messageSignature: { ...messageSignature, messageDigest } }
}

function assertSmallParts({ verificationMaterial }: Bundle): void {
  const { content, tlogEntries, timestampVerificationData } = verificationMaterial
  for (const { canonicalizedBody, inclusionProof } of tlogEntries) {
    atMost(MAX_BODY, canonicalizedBody.length, 'bytes in a log entry')
    const checkpoint = inclusionProof?.checkpoint?.envelope ?? ''
    atMost(MAX_HASHES, inclusionProof?.hashes.length ?? 0, 'hashes in an inclusion proof')
    atMost(MAX_CHECKPOINT, checkpoint.length, 'characters in a checkpoint')
    atMost(MAX_CHECKPOINT_SIGNATURES, checkpoint.split('\u2014').length - 1, 'signatures on a checkpoint')
  }
  for (const { signedTimestamp } of timestampVerificationData?.rfc3161Timestamps ?? []) {
    atMost(MAX_DER, signedTimestamp.length, 'bytes in a timestamp')
    assertBounded(signedTimestamp, 'a timestamp')
  }
  if (content.$case === 'publicKey') return
  const { leaf, brought } = certificatesIn(content)
  atMost(MAX_CHAIN, 1 + brought.length, 'certificates in a chain')
  for (const der of [leaf, ...brought]) atMost(MAX_DER, der.length, 'bytes in a certificate')
}

type Certificates = { readonly leaf: Buffer; readonly brought: readonly Buffer[] }

/** The signing certificate, and others that the bundle brings along: they may complete a path and are never trusted. */
export function certificatesIn(
  content: Exclude<Bundle['verificationMaterial']['content'], { $case: 'publicKey' }>,
): Certificates {
  if (content.$case === 'certificate') return { leaf: content.certificate.rawBytes, brought: [] }
  const [leaf, ...brought] = content.x509CertificateChain.certificates.map(({ rawBytes }) => rawBytes)
  if (leaf === undefined) throw new Rejection('malformed', 'the certificate chain is empty')
  return { leaf, brought }
}

function atMost(limit: number, seen: number, what: string): void {
  if (seen > limit) throw new Rejection('over-limit', `${seen} ${what}; at most ${limit} are read`)
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0
}
