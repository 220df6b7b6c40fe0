import * as z from 'zod'
import { type Digest, type ImageId, isDigest } from '../core/image.ts'
import type { LayerListing } from '../core/layers/listing.ts'
import { decodeListing, encodeListing } from '../core/layers/listing-bytes.ts'
import { plusSeconds } from '../core/status.ts'
import { Incomplete } from '../errors.ts'
import type { Clock, EvidenceStore, Registry, StatusStore } from '../ports.ts'
import { readLayer } from './read-layer.ts'
import { type Turns, turns } from './turns.ts'

/** What is read of one layer, stored and unpacked; of one image for so long. */
const MAX_BYTES = 2 ** 30
const MAX_UNPACKED = 4 * 2 ** 30
const SECONDS = 20
const LATE = `the layers could not be read within ${SECONDS} seconds`
const LATER = { unknown: LATE, again: true } as const
/** How often a layer is begun that was not read in time. */
const TRIES = 3
/** And for how many seconds it is left in peace then; longer where what came was more than is read, which nobody proves of a layer that was not read to its end. */
const REST = 24 * 3600
const LONG_REST = 30 * 24 * 3600
/** Layers that a process reads at once: the files of one may take more than 100 MiB. */
const AT_ONCE = 4

/** A layer by the digest it is stored under. */
export type StoredLayer = { readonly digest: Digest; readonly size: number }

/** What a layer unpacks to, and its files by its tar headers; or why that is not to be told. */
export type ReadFiles =
  | { readonly diffId: Digest; readonly unpackedSize: number; readonly listing: () => Promise<LayerListing> }
  | { readonly unknown: string; readonly again?: true }

/** Reads layers of one image, within the time that one image has. A layer is read once: what it holds never changes. */
export type LayerFiles = (registry: Registry, image: ImageId) => (layer: StoredLayer) => Promise<ReadFiles>

const keptLayer = z.object({
  diffId: z.custom<Digest>(isDigest),
  unpackedSize: z.number(),
  listing: z.custom<Digest>(isDigest),
})
const item = z.union([
  keptLayer,
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
  const inTurn = turns(AT_ONCE, SECONDS)
  const queues = new Map<Digest, Turns>()
  return (registry, image) => {
    // One clock for all layers of the image, begun with the first that has to be read
    let signal: AbortSignal | undefined
    return async (layer) => {
      const known = await look(keeping, layer.digest)
      if ('read' in known) return known.read
      signal ??= AbortSignal.timeout(SECONDS * 1000)
      const until = signal
      // Several images of one base come together: who comes first reads its layers for all
      const alone = queues.get(layer.digest) ?? turns(1, SECONDS)
      queues.set(layer.digest, alone)
      const read = async () => {
        // What was never begun has not been tried
        if (until.aborted) return LATER
        const now = await look(keeping, layer.digest)
        return 'read' in now ? now.read : readOnce(keeping, registry, image, layer, until, now.tries)
      }
      return alone(() => inTurn(read, until), until).finally(() => queues.delete(layer.digest))
    }
  }
}

/** What is written down of a layer, or how often it was tried. */
async function look(
  keeping: Keeping,
  digest: Digest,
): Promise<{ readonly read: ReadFiles } | { readonly tries: number }> {
  const kept = item.safeParse(await keeping.store.system(keyOf(digest))).data
  if (kept === undefined) return { tries: 0 }
  if ('listing' in kept) return { read: fromKept(keeping, digest, kept) }
  if ('tries' in kept) return kept
  const isOver = kept.until !== undefined && kept.until <= keeping.now().toISOString()
  return isOver ? { tries: 0 } : { read: { unknown: kept.unknown } }
}

/** Its files are not held but fetched when they are looked at: those of all layers together are too many. */
function fromKept({ evidence, store }: Keeping, layer: Digest, known: z.infer<typeof keptLayer>): ReadFiles {
  const { diffId, unpackedSize, listing: digest } = known
  return {
    diffId,
    unpackedSize,
    listing: async () => {
      const bytes = await evidence.get(digest)
      const listing = bytes && decodeListing(bytes)
      if (listing !== undefined && !('fault' in listing)) return listing
      // The next try reads the layer again
      await store.putSystem(keyOf(layer), { tries: 0 })
      throw new Incomplete(`the files of a layer, ${digest}, are no longer kept`)
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
  // By the word of this image's manifest alone: nothing is written down for others that have the layer
  if (size > MAX_BYTES) return { unknown: `${size} bytes; at most ${MAX_BYTES} are read of a layer` }
  const begun = performance.now()
  try {
    const chunks = await registry.layer(name, digest, signal)
    if (chunks === undefined) return { unknown: 'it is not in the repository', again: true }
    const read = await readLayer(chunks, { bytes: MAX_BYTES, unpackedBytes: MAX_UNPACKED, signal })
    // What was cut or changed on the way says nothing of the layer
    if ('fault' in read) {
      return read.reason === 'unreadable'
        ? notYet(keeping, digest, read.fault, tries)
        : forLong(keeping, digest, read.fault)
    }
    if (read.layer !== digest)
      return notYet(keeping, digest, `it was served as bytes that hash to ${read.layer}`, tries)
    const { diffId, unpackedSize, listing } = read
    const kept = { diffId, unpackedSize, listing: await evidence.put(encodeListing(listing)) }
    await store.putSystem(keyOf(digest), kept)
    return fromKept(keeping, digest, kept)
  } catch (error) {
    if (!signal.aborted) throw error
    // Nor has what came behind slower layers, which may be those of somebody who wants it given up
    const isTried = performance.now() - begun > (SECONDS * 1000) / 2
    return isTried ? notYet(keeping, digest, LATE, tries) : LATER
  }
}

async function forLong({ store, now }: Keeping, digest: Digest, unknown: string): Promise<ReadFiles> {
  await store.putSystem(keyOf(digest), { unknown, until: plusSeconds(now().toISOString(), LONG_REST) })
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
