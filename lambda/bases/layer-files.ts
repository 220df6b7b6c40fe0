import * as z from 'zod'
import { type Digest, type ImageId, isDigest } from '../core/image.ts'
import type { LayerListing } from '../core/layers/listing.ts'
import { decodeListing, encodeListing } from '../core/layers/listing-bytes.ts'
import { plusSeconds } from '../core/status.ts'
import { Incomplete } from '../errors.ts'
import type { Clock, EvidenceStore, Registry, StatusStore } from '../ports.ts'
import { readLayer } from './read-layer.ts'

/** What is read of one layer, stored and unpacked; of one image for so long. */
const MAX_BYTES = 2 ** 30
const MAX_UNPACKED = 4 * 2 ** 30
const SECONDS = 20
/** How often a layer is begun that was not read in time. */
const TRIES = 3
/** And for how many seconds it is left in peace then. */
const REST = 24 * 3600

/** A layer by the digest it is stored under. */
export type StoredLayer = { readonly digest: Digest; readonly size: number }

/** What a layer unpacks to, and its files by its tar headers; or why that is not to be told. */
export type ReadFiles =
  | { readonly diffId: Digest; readonly unpackedSize: number; readonly listing: () => Promise<LayerListing> }
  | { readonly unknown: string; readonly again?: true }

/** Reads layers of one image, within the time that one image has. A layer is read once: what it holds never changes. */
export type LayerFiles = (registry: Registry, image: ImageId) => (layer: StoredLayer) => Promise<ReadFiles>

const known = z.object({
  diffId: z.custom<Digest>(isDigest),
  unpackedSize: z.number(),
  listing: z.custom<Digest>(isDigest),
})
const item = z.union([
  known,
  z.object({ unknown: z.string(), until: z.string().optional() }),
  z.object({ tries: z.number() }),
])

type Keeping = {
  readonly now: Clock
  readonly store: Pick<StatusStore, 'system' | 'putSystem'>
  readonly evidence: EvidenceStore
}

/** Layers as they were read once, else from their registry. An outage is thrown. */
export function layerFiles(keeping: Keeping): LayerFiles {
  return (registry, image) => {
    // One clock for all layers of the image, begun with the first that has to be read
    let signal: AbortSignal | undefined
    return async (layer) => {
      const kept = item.safeParse(await keeping.store.system(keyOf(layer.digest))).data
      const now = keeping.now().toISOString()
      if (kept !== undefined && 'unknown' in kept && (kept.until === undefined || now < kept.until))
        return { unknown: kept.unknown }
      if (kept !== undefined && 'listing' in kept) return fromKept(keeping, kept)
      signal ??= AbortSignal.timeout(SECONDS * 1000)
      return readOnce(keeping, registry, image, layer, signal, kept !== undefined && 'tries' in kept ? kept.tries : 0)
    }
  }
}

function fromKept({ evidence }: Keeping, { diffId, unpackedSize, listing: digest }: z.infer<typeof known>): ReadFiles {
  return {
    diffId,
    unpackedSize,
    listing: async () => {
      const bytes = await evidence.get(digest)
      const listing = bytes && decodeListing(bytes)
      if (listing === undefined || 'fault' in listing)
        throw new Incomplete(`the files of a layer, ${digest}, are no longer kept`)
      return listing
    },
  }
}

async function readOnce(
  keeping: Keeping,
  registry: Registry,
  { name }: ImageId,
  { digest, size }: StoredLayer,
  signal: AbortSignal,
  tries: number,
): Promise<ReadFiles> {
  const { store, evidence } = keeping
  if (size > MAX_BYTES) return forGood(keeping, digest, `${size} bytes; at most ${MAX_BYTES} are read of a layer`)
  try {
    const chunks = await registry.layer(name, digest, signal)
    if (chunks === undefined) return { unknown: 'it is not in the repository', again: true }
    const read = await readLayer(chunks, { bytes: MAX_BYTES, unpackedBytes: MAX_UNPACKED, signal })
    // What was cut or changed on the way says nothing of the layer
    if ('fault' in read) {
      return read.reason === 'unreadable'
        ? notYet(keeping, digest, read.fault, tries)
        : forGood(keeping, digest, read.fault)
    }
    if (read.layer !== digest)
      return notYet(keeping, digest, `it was served as bytes that hash to ${read.layer}`, tries)
    const { diffId, unpackedSize, listing } = read
    const kept = { diffId, unpackedSize, listing: await evidence.put(encodeListing(listing)) }
    await store.putSystem(keyOf(digest), kept)
    return { diffId, unpackedSize, listing: async () => listing }
  } catch (error) {
    if (!signal.aborted) throw error
    return notYet(keeping, digest, `the layers could not be read within ${SECONDS} seconds`, tries)
  }
}

async function forGood({ store }: Keeping, digest: Digest, unknown: string): Promise<ReadFiles> {
  await store.putSystem(keyOf(digest), { unknown })
  return { unknown }
}

/** It is tried again soon, and after some tries in vain a day later. */
async function notYet({ store, now }: Keeping, digest: Digest, unknown: string, tries: number): Promise<ReadFiles> {
  if (tries + 1 < TRIES) {
    await store.putSystem(keyOf(digest), { tries: tries + 1 })
    return { unknown, again: true }
  }
  await store.putSystem(keyOf(digest), { unknown, until: plusSeconds(now().toISOString(), REST) })
  return { unknown }
}

function keyOf(digest: Digest): string {
  return `layer#${digest}`
}
