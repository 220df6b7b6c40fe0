import type { SerializedBundle } from '@sigstore/bundle'
import { z } from 'zod'
import type { Digest } from '../../lambda/core/image.ts'
import { certificatePem } from '../sigstore/pem.ts'
import { signMessage, signStatement } from './bundle.ts'
import { type Content, jsonBytes, pullManifest, pushBlob, pushManifest, type Repository } from './push.ts'
import type { Signing } from './signing.ts'
import { hex, STATEMENT_V01, type Statement } from './statement.ts'

const IMAGE = 'application/vnd.oci.image.manifest.v1+json'
const CONFIG = 'application/vnd.oci.image.config.v1+json'
const SIMPLE_SIGNING = 'application/vnd.dev.cosign.simplesigning.v1+json'
const DSSE = 'application/vnd.dsse.envelope.v1+json'
const SIGNATURE = 'dev.cosignproject.cosign/signature'

const Layer = z.object({
  mediaType: z.string(),
  digest: z.templateLiteral(['sha256:', z.string()]),
  size: z.number(),
  annotations: z.record(z.string(), z.string()),
})
type Layer = z.infer<typeof Layer>

/** Signs an image as cosign 1 and 2 did: a layer of the manifest at `sha256-….sig`. */
export async function attachLegacySignature(
  to: Repository,
  digest: Digest,
  signing: Signing,
  annotations?: Readonly<Record<string, string>>,
): Promise<Content> {
  const payload = jsonBytes({
    critical: {
      identity: { 'docker-reference': reference(to) },
      image: { 'docker-manifest-digest': digest },
      type: 'cosign container image signature',
    },
    optional: annotations ?? null,
  })
  const bundle = await signMessage(payload, signing)
  const signature = { [SIGNATURE]: bundle.messageSignature?.signature ?? '' }
  const layer = await pushBlob(to, SIMPLE_SIGNING, payload)
  return await appendLayer(to, `sha256-${hex(digest)}.sig`, {
    ...layer,
    annotations: { ...signature, ...proofs(bundle) },
  })
}

/** Attests as cosign 1 and 2 did: an envelope around a v0.1 statement, a layer of the manifest at `sha256-….att`. */
export async function attachLegacyAttestation(
  to: Repository,
  digest: Digest,
  statement: Statement,
  signing: Signing,
): Promise<Content> {
  const subject = statement.subject.map((one) => ({ name: reference(to), ...one }))
  const bundle = await signStatement({ ...statement, _type: STATEMENT_V01, subject }, signing)
  const layer = await pushBlob(to, DSSE, jsonBytes(bundle.dsseEnvelope))
  const annotations = { [SIGNATURE]: '', predicateType: statement.predicateType, ...proofs(bundle) }
  return await appendLayer(to, `sha256-${hex(digest)}.att`, { ...layer, annotations })
}

function reference({ registry, name }: Repository): string {
  return `${new URL(registry).host}/${name}`
}

/** What a bundle proves, in the annotations of a legacy layer: certificate, promise of the log, timestamp. */
function proofs(bundle: SerializedBundle): Record<string, string> {
  const { certificate: leaf, tlogEntries, timestampVerificationData } = bundle.verificationMaterial
  // Empty lists and zeros are left out of the JSON, whatever its type says
  const entry = tlogEntries?.[0]
  const timestamp = timestampVerificationData?.rfc3161Timestamps?.[0]
  return {
    ...(leaf && {
      'dev.sigstore.cosign/certificate': certificatePem(Buffer.from(leaf.rawBytes, 'base64')),
      'dev.sigstore.cosign/chain': '',
    }),
    ...(entry?.inclusionPromise && {
      'dev.sigstore.cosign/bundle': JSON.stringify({
        SignedEntryTimestamp: entry.inclusionPromise.signedEntryTimestamp,
        Payload: {
          body: entry.canonicalizedBody,
          integratedTime: Number(entry.integratedTime),
          logIndex: Number(entry.logIndex ?? 0),
          logID: Buffer.from(entry.logId.keyId, 'base64').toString('hex'),
        },
      }),
    }),
    ...(timestamp && {
      'dev.sigstore.cosign/rfc3161timestamp': JSON.stringify({ SignedRFC3161Timestamp: timestamp.signedTimestamp }),
    }),
  }
}

/** Adds a layer to the manifest at a tag, as cosign does: one layer a signature, the tag rewritten. */
async function appendLayer(to: Repository, tag: string, layer: Layer): Promise<Content> {
  const present = await pullManifest(to, tag)
  const layers = [...(present === undefined ? [] : layersOf(present.bytes)), layer]
  const created = '0001-01-01T00:00:00Z'
  const config = await pushBlob(
    to,
    CONFIG,
    jsonBytes({
      architecture: '',
      created,
      history: layers.map(() => ({ created })),
      os: '',
      rootfs: { type: 'layers', diff_ids: layers.map((one) => one.digest) },
      config: {},
    }),
  )
  return await pushManifest(to, IMAGE, jsonBytes({ schemaVersion: 2, mediaType: IMAGE, config, layers }), tag)
}

function layersOf(manifest: Uint8Array): Layer[] {
  return z.object({ layers: z.array(Layer) }).parse(JSON.parse(Buffer.from(manifest).toString('utf8'))).layers
}
