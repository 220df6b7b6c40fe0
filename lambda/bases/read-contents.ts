import type { BaseProblem } from '../core/bases/base-evidence.ts'
import type { LayerPair, PlatformContents, RunConfig } from '../core/bases/standing.ts'
import { type ImageId, isDigest } from '../core/image.ts'
import { readImageConfig } from '../core/image-config.ts'
import { isObject } from '../core/is-object.ts'
import { type Descriptor, type ImageManifest, parseManifest } from '../core/manifest.ts'
import type { Registry } from '../ports.ts'
import type { Room } from '../room.ts'
import { withinLimit } from '../within-limit.ts'

/** Far more than any runtime takes (Docker: 127). */
const MAX_LAYERS = 1_000

/** What one platform of an image consists of, with what it claims; or why that is not to be told. */
export type ReadContents =
  | {
      readonly contents: PlatformContents
      /** As the manifest lists them, in the order of `contents.layers`. */
      readonly layers: readonly Descriptor[]
      readonly annotations: Readonly<Record<string, string>>
      readonly labels: Readonly<Record<string, string>>
    }
  | { readonly layers: readonly Descriptor[]; readonly problem: BaseProblem }

/** Reads the manifest and the image config of one platform. An outage is thrown. */
export async function readContents(
  registry: Registry,
  { name, digest }: ImageId,
  platform: string | undefined,
  room: Room,
): Promise<ReadContents> {
  const { value: fetched, overLimit } = await withinLimit(registry.manifest(name, digest, room.manifest))
  if (overLimit !== undefined) return problem('over-limit', overLimit)
  if (fetched === undefined) return problem('child-missing', digest)
  const manifest = parseManifest(fetched)
  if (typeof manifest === 'string') return problem('ambiguous-manifest', manifest)
  if (manifest.kind === 'index') return problem('ambiguous-manifest', 'an index where an image is listed')
  if (manifest.layers.length > MAX_LAYERS) {
    return problem('over-limit', `${manifest.layers.length} layers; at most ${MAX_LAYERS} are looked at`)
  }
  const read = await readConfig(registry, name, manifest, room)
  if ('problem' in read) return { ...read, layers: manifest.layers }
  const { layers, annotations } = manifest
  const { json } = read
  const pairs = pairsOf(manifest, json)
  if (typeof pairs === 'string') return { ...problem('layers-mismatch', pairs), layers }
  const run = runOf(json)
  const size = layers.reduce((sum, one) => sum + one.size, 0)
  const contents = { platform: platform ?? read.platform, digest, layers: pairs, size, run }
  return { contents, layers, annotations, labels: labelsOf(json) }
}

function problem(reason: BaseProblem['reason'], detail: string) {
  return { layers: [], problem: { reason, detail } }
}

async function readConfig(registry: Registry, name: string, { config }: ImageManifest, room: Room) {
  const { value, overLimit } = await withinLimit(registry.blob(name, config.digest, room.config))
  if (overLimit !== undefined) return problem('over-limit', overLimit)
  if (value === undefined) return problem('config-missing', `the blob ${config.digest} is not in the repository`)
  const read = readImageConfig(config, value)
  return 'fault' in read ? problem(read.reason, read.fault) : read
}

/** Each layer with what it unpacks to by the config's word; or how the two disagree (image-spec, config.md, `rootfs`). */
function pairsOf({ layers }: ImageManifest, { rootfs }: Readonly<Record<string, unknown>>): LayerPair[] | string {
  const ids: unknown = isObject(rootfs) ? rootfs.diff_ids : undefined
  const diffIds = Array.isArray(ids) ? ids : []
  if (diffIds.length !== layers.length) {
    return `the config names ${diffIds.length} layers and the manifest has ${layers.length}`
  }
  const pairs = layers.flatMap(({ digest }, index) => {
    const diffId: unknown = diffIds[index]
    return isDigest(diffId) ? [{ digest, diffId }] : []
  })
  return pairs.length === layers.length ? pairs : 'a diff_id in the config is not sha256: and 64 lower-case hex digits'
}

function runOf({ config }: Readonly<Record<string, unknown>>): RunConfig {
  const { Entrypoint, Cmd, Env, User } = isObject(config) ? config : {}
  const texts = (list: unknown) => (Array.isArray(list) ? list.filter((one) => typeof one === 'string') : [])
  const user = typeof User === 'string' ? User : ''
  return { entrypoint: texts(Entrypoint), cmd: texts(Cmd), env: texts(Env), user }
}

function labelsOf({ config }: Readonly<Record<string, unknown>>): Record<string, string> {
  const labels = isObject(config) && isObject(config.Labels) ? config.Labels : {}
  return Object.fromEntries(
    Object.entries(labels).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
  )
}
