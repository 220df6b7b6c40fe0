import { hash } from 'node:crypto'
import type { Digest } from '../../lambda/core/image.ts'
import type { Descriptor, FetchedManifest } from '../../lambda/core/manifest.ts'

export const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
export const INDEX = 'application/vnd.oci.image.index.v1+json'
export const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json'
export const EMPTY = 'application/vnd.oci.empty.v1+json'
export const SIMPLE_SIGNING = 'application/vnd.dev.cosign.simplesigning.v1+json'
export const DSSE = 'application/vnd.dsse.envelope.v1+json'
export const CONFIG = 'application/vnd.oci.image.config.v1+json'

export function sha256(bytes: Uint8Array): Digest {
  return `sha256:${hash('sha256', bytes)}`
}

export function bytesOf(value: unknown): Uint8Array {
  return value instanceof Uint8Array
    ? value
    : new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value))
}

/** The descriptor of some bytes. */
export function describeBytes(mediaType: string, content: unknown, more: Partial<Descriptor> = {}): Descriptor {
  const bytes = bytesOf(content)
  return { mediaType, digest: sha256(bytes), size: bytes.length, annotations: {}, ...more }
}

/** Any manifest or index, as a registry would serve it. */
export function manifestOf(json: object): FetchedManifest {
  const mediaType = 'manifests' in json && !('config' in json) ? INDEX : MANIFEST
  const bytes = bytesOf({ schemaVersion: 2, mediaType, ...json })
  return { digest: sha256(bytes), mediaType, bytes }
}

/** The descriptor of a manifest in a list, with whatever type the list gives it. */
export function listed({ digest, mediaType, bytes }: FetchedManifest, artifactType?: string): Descriptor {
  return { mediaType, digest, size: bytes.length, annotations: {}, ...(artifactType !== undefined && { artifactType }) }
}

export const IMAGE_MANIFEST = manifestOf({
  config: describeBytes(CONFIG, '{}'),
  layers: [describeBytes('application/vnd.oci.image.layer.v1.tar+gzip', 'files')],
})

/** A referrer of the image: by default as cosign 3 attaches a bundle. */
export function referrerOf(
  subject: FetchedManifest | undefined,
  layers: readonly Descriptor[],
  artifactType: string | undefined = BUNDLE,
): FetchedManifest {
  const config = describeBytes(EMPTY, '{}')
  return manifestOf({ artifactType, config, layers, ...(subject && { subject: listed(subject) }) })
}
