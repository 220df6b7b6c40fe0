import type { SerializedBundle } from '@sigstore/bundle'
import { z } from 'zod'
import type { Descriptor } from '../../lambda/core/manifest.ts'
import {
  type Content,
  jsonBytes,
  listsReferrers,
  pullManifest,
  pushBlob,
  pushManifest,
  type Repository,
} from './push.ts'
import { hex } from './statement.ts'

const IMAGE = 'application/vnd.oci.image.manifest.v1+json'
const INDEX = 'application/vnd.oci.image.index.v1+json'
const EMPTY = 'application/vnd.oci.empty.v1+json'
const Index = z.looseObject({ manifests: z.array(z.looseObject({ digest: z.string() })) })

/** Attaches a bundle to an image as an OCI 1.1 referrer, the way cosign 3 and GitHub do. */
export async function attachBundle(
  to: Repository,
  subject: Content,
  bundle: SerializedBundle,
  created?: Date,
): Promise<Content> {
  const annotations = {
    ...describeBundle(bundle),
    ...(created && { 'org.opencontainers.image.created': created.toISOString() }),
  }
  return await attachArtifact(to, subject, bundle.mediaType, jsonBytes(bundle), annotations)
}

/** Attaches any bytes as a referrer of one layer; where the registry lists no referrers, the fallback tag names it. */
export async function attachArtifact(
  to: Repository,
  subject: Content,
  artifactType: string,
  bytes: Uint8Array,
  annotations: Readonly<Record<string, string>> = {},
): Promise<Content> {
  const { mediaType, digest, size } = subject
  const manifest = {
    schemaVersion: 2,
    mediaType: IMAGE,
    artifactType,
    config: await pushBlob(to, EMPTY, Buffer.from('{}')),
    layers: [await pushBlob(to, artifactType, bytes)],
    annotations,
    subject: { mediaType, digest, size },
  }
  const pushed = await pushManifest(to, IMAGE, jsonBytes(manifest))
  if (!(await listsReferrers(to, digest))) await addToFallbackTag(to, subject, { ...pushed, artifactType, annotations })
  return pushed
}

/**
 * Names a referrer where clients look on a registry that lists none itself.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#referrers-tag-schema
 */
export async function addToFallbackTag(
  to: Repository,
  subject: Pick<Content, 'digest'>,
  referrer: Descriptor,
): Promise<void> {
  const tag = `sha256-${hex(subject.digest)}`
  const present = await pullManifest(to, tag)
  const listed = present === undefined ? [] : Index.parse(JSON.parse(Buffer.from(present.bytes).toString())).manifests
  const manifests = [...listed.filter((one) => one.digest !== referrer.digest), referrer]
  await pushManifest(to, INDEX, jsonBytes({ schemaVersion: 2, mediaType: INDEX, manifests }), tag)
}

function describeBundle(bundle: SerializedBundle): Record<string, string> {
  if (bundle.dsseEnvelope === undefined) return { 'dev.sigstore.bundle.content': 'message-signature' }
  const payload: unknown = JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString('utf8'))
  const { predicateType } = z.object({ predicateType: z.string() }).parse(payload)
  return { 'dev.sigstore.bundle.content': 'dsse-envelope', 'dev.sigstore.bundle.predicateType': predicateType }
}
