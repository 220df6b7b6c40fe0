import { dsse } from '@sigstore/core'
import type { Digest } from '../../../lambda/core/image.ts'
import type { FetchedManifest } from '../../../lambda/core/manifest.ts'
import { IN_TOTO } from '../../../local/signing/bundle.ts'
import { generateKeys, signBytes } from '../../../local/signing/key.ts'
import { sequence } from '../../../local/sigstore/der.ts'
import {
  BUNDLE,
  CONFIG,
  DSSE,
  describeBytes,
  EMPTY,
  IMAGE_MANIFEST,
  listed,
  MANIFEST,
  manifestOf,
  SIMPLE_SIGNING,
  sha256,
} from '../../formats/layouts.ts'
import { statement } from '../../trust/bundles.ts'
import { newCa } from '../../trust/private-ca.ts'
import { put, putBlob, type Repository } from './repository.ts'

const MIB = 1024 * 1024
export const LARGEST_LAYER = 8 * MIB
export const LARGEST_MANIFEST = 4 * MIB
/** What an envelope of 8 MiB holds in base64. */
export const PAYLOAD = 6 * MIB - 4096
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip'

/** The key that the policy asks for: whoever has it may be hostile too. */
export const KEYS = generateKeys()
const CERTIFICATE = newCa('somebody').certificate

/** A statement about the image with its predicate left open. */
export function statementAbout(n: number): string {
  const { digest } = IMAGE_MANIFEST
  const whole = JSON.stringify(statement('https://spdx.dev/Document', digest, { n: String(n) }))
  return `${whole.slice(0, -3)}{"x":[`
}

/** As many values as are read, the rest of it text. */
export function signedEnvelope(n: number): Buffer {
  const values = 400_000
  const start = `${statementAbout(n)}"`
  const text = 'x'.repeat(PAYLOAD - start.length - values * 4 - 16)
  return envelope(n, Buffer.from(`${start}${text}",${'{},'.repeat(values)}0]}}`))
}

export function envelope(
  n: number,
  payload: Buffer,
  sig = signBytes(dsse.preAuthEncoding(IN_TOTO, payload), KEYS.privateKey).toString('base64'),
): Buffer {
  const signatures = [{ sig }]
  const dsseEnvelope = { payloadType: IN_TOTO, signatures, payload: payload.toString('base64') }
  return Buffer.from(
    JSON.stringify({ mediaType: BUNDLE, verificationMaterial: { publicKey: { hint: String(n) } }, dsseEnvelope }),
  )
}

/** A bundle by certificate, with timestamps that are nothing but a list of empty objects. */
export function stampedBundle(n: number, objects: number): Buffer {
  const signedTimestamp = sequence(Buffer.alloc(2 * objects, Buffer.of(5, 0))).toString('base64')
  const verificationMaterial = {
    certificate: { rawBytes: CERTIFICATE.toString('base64') },
    timestampVerificationData: { rfc3161Timestamps: Array.from({ length: 32 }, () => ({ signedTimestamp })) },
  }
  const dsseEnvelope = {
    payloadType: IN_TOTO,
    signatures: [{ sig: 'AAAA' }],
    payload: Buffer.from(String(n)).toString('base64'),
  }
  return Buffer.from(JSON.stringify({ mediaType: BUNDLE, verificationMaterial, dsseEnvelope }))
}

/** Of all blobs one comes late. */
export function slowest(at: Repository): void {
  const [path, served] = [...at].find(([one]) => one.startsWith('blobs/')) ?? []
  if (path !== undefined && served !== undefined) at.set(path, { ...served, slow: true })
}

export function imageOf(text: string) {
  return { config: describeBytes(CONFIG, text), layers: [describeBytes(LAYER, text)] }
}

/** `start`, then as many of `unit` as fit, then `end`. */
export function padded(start: string, unit: string, end: string, size: number): Buffer {
  const units = Math.floor((size - Buffer.byteLength(start) - end.length) / unit.length)
  return Buffer.concat([Buffer.from(start), Buffer.alloc(units * unit.length, unit), Buffer.from(end)])
}

export function keyed(n: number, size: number): Buffer {
  const keys = Array.from(
    { length: Math.floor((size - 64) / 11) },
    (_, at) => `"${at.toString(36).padStart(5, '0')}":0`,
  )
  return Buffer.from(`{"n":${n},"x":{${keys.join()}}}`)
}

/** A manifest with a field of nothing but empty objects, as large as asked for. */
export function wide(manifest: object, size: number): FetchedManifest {
  const text = Buffer.from(manifestOf(manifest).bytes).toString()
  const bytes = padded(`${text.slice(0, -1)},"x":[`, '{},', '0]}', size)
  return { digest: sha256(bytes), mediaType: MANIFEST, bytes }
}

/** As many descriptors as fit, as short as they can be. */
export function layersOf(mediaType: string, size: number): object[] {
  const one = { mediaType, digest: `sha256:${'0'.repeat(64)}`, size: 0 }
  const length = Math.floor((size - 1024) / (JSON.stringify(one).length + 1))
  return Array.from({ length }, (_, n) => ({ ...one, digest: `sha256:${String(n).padStart(64, '0')}` }))
}

export function referrer(n: number) {
  return {
    artifactType: BUNDLE,
    config: describeBytes(EMPTY, '{}'),
    subject: listed(IMAGE_MANIFEST),
    annotations: { n: String(n) },
  }
}

export function withReferrers(at: Repository, count: number, make: (n: number) => FetchedManifest): Digest {
  put(at, IMAGE_MANIFEST)
  const manifests = Array.from({ length: count }, (_, n) => listed(put(at, make(n)), BUNDLE))
  at.set(`referrers/${IMAGE_MANIFEST.digest}`, manifestOf({ manifests }))
  return IMAGE_MANIFEST.digest
}

export function withBundles(at: Repository, count: number, make: (n: number) => Buffer): Digest {
  return withReferrers(at, count, (n) => {
    const bytes = make(n)
    return manifestOf({
      ...referrer(n),
      layers: [{ mediaType: BUNDLE, digest: putBlob(at, bytes), size: bytes.length }],
    })
  })
}

/** An index of 64 platforms. */
export function withPlatforms(at: Repository, make: (n: number) => FetchedManifest): Digest {
  const manifests = Array.from({ length: 64 }, (_, n) => ({
    ...listed(make(n)),
    platform: { os: 'linux', architecture: `cpu${n}` },
  }))
  return put(at, manifestOf({ manifests })).digest
}

/** What lies under the tag of signatures or of attestations: as many layers of that kind as fit. */
export function taggedLayers(suffix: string, size: number, n = 0): FetchedManifest {
  const layers = layersOf(suffix === '.sig' ? SIMPLE_SIGNING : DSSE, size)
  return manifestOf({ config: describeBytes(EMPTY, `${n}${suffix}`), layers })
}

export function withTags(at: Repository, make: (suffix: string) => FetchedManifest): Digest {
  put(at, IMAGE_MANIFEST)
  tag(at, IMAGE_MANIFEST.digest, make)
  return IMAGE_MANIFEST.digest
}

export function tag(at: Repository, image: Digest, make: (suffix: string) => FetchedManifest): void {
  for (const suffix of ['.sig', '.att']) put(at, make(suffix), `${image.replace(':', '-')}${suffix}`)
}
