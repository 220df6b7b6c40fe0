import { gzipSync } from 'node:zlib'
import { type Content, describe, jsonBytes, pushBlob, pushManifest, type Repository } from './push.ts'
import { tar } from './tar.ts'

const IMAGE = 'application/vnd.oci.image.manifest.v1+json'
const INDEX = 'application/vnd.oci.image.index.v1+json'
const CONFIG = 'application/vnd.oci.image.config.v1+json'
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip'
const EPOCH = '1970-01-01T00:00:00Z'

export type Platform = { readonly os: string; readonly architecture: string; readonly variant?: string }
type Strings = Readonly<Record<string, string>>
type Layer = { readonly bytes: Uint8Array; readonly diffId: string; readonly createdBy: string }

/** What is in an image: one layer of files, on top of a base where one is given. */
export type ImageOptions = {
  readonly files: Strings
  readonly base?: PushedImage
  readonly platform?: Platform
  readonly user?: string
  readonly env?: readonly string[]
  readonly entrypoint?: readonly string[]
  readonly labels?: Strings
  readonly annotations?: Strings
  /** ISO time; 1970 if not given, so that the same content has the same digest. */
  readonly created?: string
}

/** A manifest in a registry. */
export type Pushed = Content & { readonly bytes: Uint8Array }
/** An image in a registry, with what is needed to build on it. */
export type PushedImage = Pushed & { readonly platform: Platform; readonly layers: readonly Layer[] }

/** Builds a small image and pushes it. The same options give the same bytes. */
export async function pushImage(options: Repository & { readonly tag?: string } & ImageOptions): Promise<PushedImage> {
  const layers = [...(options.base?.layers ?? []), layerOf(options.files)]
  const platform = options.platform ?? options.base?.platform ?? { os: 'linux', architecture: 'amd64' }
  const config = await pushBlob(options, CONFIG, jsonBytes(configOf(options, layers, platform)))
  const descriptors = []
  for (const layer of layers) descriptors.push(await pushBlob(options, LAYER, layer.bytes))
  const bytes = jsonBytes({
    schemaVersion: 2,
    mediaType: IMAGE,
    config,
    layers: descriptors,
    annotations: options.annotations,
  })
  return { ...(await pushManifest(options, IMAGE, bytes, options.tag)), bytes, platform, layers }
}

/** Pushes an index over images of several platforms that are in the repository already. */
export async function pushIndex(
  options: Repository & {
    readonly tag?: string
    readonly images: readonly PushedImage[]
    readonly annotations?: Strings
  },
): Promise<Pushed> {
  const manifests = options.images.map((image) => ({
    ...describe(image.mediaType, image.bytes),
    platform: image.platform,
  }))
  const bytes = jsonBytes({ schemaVersion: 2, mediaType: INDEX, manifests, annotations: options.annotations })
  return { ...(await pushManifest(options, INDEX, bytes, options.tag)), bytes }
}

function layerOf(files: Strings): Layer {
  const archive = tar(files)
  const createdBy = `COPY ${Object.keys(files).toSorted().join(' ')} /`
  return { bytes: gzipSync(archive), diffId: describe('', archive).digest, createdBy }
}

// https://github.com/opencontainers/image-spec/blob/main/config.md
function configOf(options: ImageOptions, layers: readonly Layer[], platform: Platform) {
  const created = options.created ?? EPOCH
  return {
    created,
    ...platform,
    config: { User: options.user, Env: options.env, Entrypoint: options.entrypoint, Labels: options.labels },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.diffId) },
    history: layers.map((layer) => ({ created, created_by: layer.createdBy })),
  }
}
