import { createHash } from 'node:crypto'
import type { Digest } from '../../lambda/core/image.ts'
import { type FetchedManifest, MANIFEST_TYPES } from '../../lambda/core/manifest.ts'

/** A manifest with the blobs it needs. */
export type Fixture = { readonly manifest: FetchedManifest; readonly blobs: readonly Uint8Array[] }

/** Puts a manifest with its blobs into a registry, under these tags. */
export type PushImage = (name: string, image: Fixture, tags?: readonly string[]) => Promise<void>

export const [IMAGE, INDEX] = MANIFEST_TYPES
export const CONFIG = 'application/vnd.oci.image.config.v1+json'
const LAYER = 'application/vnd.oci.image.layer.v1.tar'

export function sha256(bytes: Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** An image whose digest depends on the text. */
export function image(text: string): Fixture {
  const config = bytesOf({ os: 'linux', architecture: 'amd64', config: { Labels: { text } } })
  const layer = new TextEncoder().encode(`layer of ${text}`)
  const manifest = { config: described(config, CONFIG), layers: [described(layer, LAYER)] }
  return { manifest: manifestOf(IMAGE, manifest), blobs: [config, layer] }
}

/** An index of images. */
export function index(...images: readonly Fixture[]): Fixture {
  const manifests = images.map(({ manifest }) => described(manifest.bytes, manifest.mediaType))
  return { manifest: manifestOf(INDEX, { manifests }), blobs: [] }
}

/** An artifact that refers to an image, as signatures do. */
export function referrer(subject: FetchedManifest, artifactType: string, text: string): Fixture {
  const blob = new TextEncoder().encode(text)
  const empty = bytesOf({})
  const manifest = {
    artifactType,
    config: described(empty, 'application/vnd.oci.empty.v1+json'),
    layers: [described(blob, 'text/plain')],
    subject: described(subject.bytes, subject.mediaType),
    annotations: { text },
  }
  return { manifest: manifestOf(IMAGE, manifest), blobs: [empty, blob] }
}

function manifestOf(mediaType: string, content: object): FetchedManifest {
  const bytes = bytesOf({ schemaVersion: 2, mediaType, ...content })
  return { digest: sha256(bytes), mediaType, bytes }
}

function described(bytes: Uint8Array, mediaType: string) {
  return { mediaType, digest: sha256(bytes), size: bytes.byteLength }
}

function bytesOf(json: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(json))
}
