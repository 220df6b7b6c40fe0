import { gzipSync } from 'node:zlib'
import type { Digest } from '../../lambda/core/image.ts'
import { archive, tarred, type Written } from '../core/layers/tar-writer.ts'
import { type MemoryRegistry, sha256 } from './registry.ts'

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const INDEX = 'application/vnd.oci.image.index.v1+json'
const CONFIG = 'application/vnd.oci.image.config.v1+json'
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip'

/** A layer as it unpacks, and as it is stored. */
export type Layer = { readonly tar: Buffer; readonly stored: Buffer }

/** Files of a layer: by path their content, or all there is to say of them. */
export function layer(
  files: Readonly<Record<string, string | Written>>,
  store = (tar: Buffer) => gzipSync(tar),
): Layer {
  const tar = archive(
    ...Object.entries(files).map(([name, file]) =>
      tarred({ name, ...(typeof file === 'string' ? { content: file } : file) }),
    ),
  )
  return { tar, stored: store(tar) }
}

/** The same layer, stored otherwise: its diff_id stays. */
export function recompressed({ tar }: Layer): Layer {
  return { tar, stored: gzipSync(tar, { level: 1 }) }
}

export type Layered = {
  readonly layers: readonly Layer[]
  /** Of the image config's `config`. */
  readonly config?: Readonly<Record<string, unknown>>
  readonly architecture?: string
  readonly annotations?: Readonly<Record<string, string>>
  /** In place of what the layers unpack to. */
  readonly diffIds?: readonly unknown[]
}

/** An image of real layers, whose blobs are put into a repository; its manifest, to be pushed. */
export function layered(at: MemoryRegistry, name: string, made: Layered) {
  const { layers, config = {}, architecture = 'amd64', annotations } = made
  const diffIds = made.diffIds ?? layers.map(({ tar }) => sha256(tar))
  const bytes = Buffer.from(
    JSON.stringify({ os: 'linux', architecture, config, rootfs: { type: 'layers', diff_ids: diffIds } }),
  )
  return {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: { mediaType: CONFIG, digest: at.addBlob(name, bytes), size: bytes.length },
    layers: layers.map(({ stored }) => ({ mediaType: LAYER, digest: at.addBlob(name, stored), size: stored.length })),
    ...(annotations && { annotations }),
  }
}

/** Pushes an index over images of several platforms, each by its digest. */
export function indexOf(at: MemoryRegistry, name: string, made: readonly Layered[]) {
  const manifests = made.map((one) => {
    const manifest = layered(at, name, one)
    const digest: Digest = at.push(name, manifest)
    const size = Buffer.byteLength(JSON.stringify(manifest))
    return { mediaType: MANIFEST, digest, size, platform: { os: 'linux', architecture: one.architecture ?? 'amd64' } }
  })
  return { schemaVersion: 2, mediaType: INDEX, manifests }
}
