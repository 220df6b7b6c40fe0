import type { Claim, Evidence } from './core/evidence.ts'
import { type Digest, formatImage, type ImageId } from './core/image.ts'
import {
  type Descriptor,
  type FetchedManifest,
  holdsOnlySignatures,
  type Manifest,
  parseManifest,
  platformOf,
} from './core/manifest.ts'
import { OverLimit } from './errors.ts'
import { announcedFormat, chooseReferrers } from './formats/choose-referrers.ts'
import { unread, unreadable } from './formats/format.ts'
import { formats } from './formats/index.ts'
import { type Candidate, locateClaims, type Place } from './formats/locate-claims.ts'
import type { EvidenceStore, Registry } from './ports.ts'

const MAX_CANDIDATES = 100
/** Of a referrer: they are held together, a hundred at most. */
const MAX_REFERRER = 512 * 1024
const MAX_TOTAL = 64 * 1024 * 1024
const MAX_LAYER = 1024 * 1024
const PARALLEL = 8

/** One image to read about; `keep` stores bytes as evidence. */
type Reading = {
  readonly registry: Registry
  readonly image: ImageId
  readonly keep: (bytes: Uint8Array) => Promise<void>
}

/**
 * Reads everything that claims to vouch for an image, bounded, and keeps the bytes. Undefined: there is no such image.
 * What cannot be read is a claim of its own. An outage and anything over a limit is thrown: no verdict rests on a part.
 */
export async function gather(registry: Registry, image: ImageId, store: EvidenceStore): Promise<Evidence | undefined> {
  const kept = new Set<Digest>()
  let total = 0
  const keep = async (bytes: Uint8Array) => {
    total += bytes.length
    if (total > MAX_TOTAL) throw new OverLimit(`${formatImage(image)}: more than ${MAX_TOTAL} bytes of signatures`)
    kept.add(await store.put(bytes))
  }
  const reading = { registry, image, keep }
  const [own, api, fallback, tagged] = await Promise.all([
    registry.manifest(image.name, image.digest),
    registry.referrers(image.name, image.digest),
    registry.manifest(image.name, fallbackTag(image.digest)),
    readTagged(reading),
  ])
  if (own === undefined) return undefined
  const manifest = parseManifest(own)
  const common = { image, mediaType: own.mediaType }
  if (typeof manifest === 'string') {
    await keep(own.bytes)
    return { ...common, kept: [...kept], platforms: [], signature: false, claims: [], ambiguous: manifest }
  }
  const [referrers] = await Promise.all([readReferrers(reading, api ?? [], descriptorsOf(fallback)), keep(own.bytes)])
  const claims = await readClaims(reading, [...tagged, ...referrers], own.bytes)
  return {
    ...common,
    kept: [...kept].sort(),
    platforms: platformsOf(manifest),
    signature: holdsOnlySignatures(manifest),
    claims,
  }
}

// distribution-spec 1.1, "Referrers Tag Schema"
function fallbackTag(digest: Digest): string {
  return digest.replace(':', '-')
}

async function readTagged({ registry, image }: Reading): Promise<Candidate[]> {
  const tags = formats.flatMap(({ name, tags }) => tags(image.digest).map((tag) => ({ carrier: name, tag })))
  const read = tags.map(async ({ carrier, tag }): Promise<Candidate[]> => {
    const fetched = await registry.manifest(image.name, tag)
    return fetched === undefined ? [] : [{ digest: fetched.digest, found: 'by-tag', carrier, fetched }]
  })
  return (await Promise.all(read)).flat()
}

async function readReferrers(
  { registry, image }: Reading,
  api: readonly Descriptor[],
  fallback: readonly Descriptor[],
): Promise<Candidate[]> {
  const { needed, spare } = chooseReferrers(api, fallback)
  assertFewEnough(image, needed.length)
  const chosen = [...needed, ...spare].slice(0, MAX_CANDIDATES)
  return mapLimited(chosen, async ({ digest, size, artifactType }): Promise<Candidate> => {
    const candidate = { digest, found: 'as-referrer', carrier: announcedFormat(artifactType) } as const
    const fetched = size > MAX_REFERRER ? undefined : await registry.manifest(image.name, digest)
    // A list may lie about sizes
    const bytes = fetched?.bytes.length ?? size
    if (bytes > MAX_REFERRER)
      return { ...candidate, unread: `${bytes} bytes of manifest; at most ${MAX_REFERRER} are read` }
    return { ...candidate, ...(fetched && { fetched }) }
  })
}

/** Opens the candidates and reads every claim in them; in an order that does not depend on how they were listed. */
async function readClaims(reading: Reading, candidates: readonly Candidate[], own: Uint8Array): Promise<Claim[]> {
  const located = candidates.map((candidate) => ({ candidate, ...locateClaims(candidate, reading.image.digest) }))
  const places = located.flatMap((one) => one.places)
  const faults = located.flatMap((one) => one.faults)
  assertFewEnough(reading.image, places.length + faults.length)
  const speaking = located.filter((one) => one.places.length + one.faults.length > 0)
  const [read] = await Promise.all([
    mapLimited(places, (place) => readClaim(reading, place, own)),
    mapLimited(speaking, async ({ candidate: { fetched } }) => fetched && reading.keep(fetched.bytes)),
  ])
  return [...read, ...faults].sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1))
}

async function readClaim({ registry, image, keep }: Reading, place: Place, own: Uint8Array): Promise<Claim> {
  const { format, manifest, layer } = place
  const claim = { carrier: format.name, manifest, layer: layer.digest }
  if (layer.size > MAX_LAYER) return { ...claim, content: unread(`${layer.size} bytes; at most ${MAX_LAYER} are read`) }
  const bytes = await registry.blob(image.name, layer.digest, MAX_LAYER)
  if (bytes !== undefined) await keep(bytes)
  const content = bytes === undefined ? unreadable('the blob is missing') : format.read(layer, bytes, own)
  return { ...claim, content }
}

function placeOf({ manifest, layer, carrier }: Claim): string {
  return `${manifest} ${layer} ${carrier}`
}

/** The list that pushers keep under the fallback tag; empty where the tag holds something else. */
function descriptorsOf(fallback: FetchedManifest | undefined): readonly Descriptor[] {
  const manifest = fallback && parseManifest(fallback)
  return typeof manifest === 'object' && manifest.kind === 'index' ? manifest.manifests : []
}

function platformsOf(manifest: Manifest): string[] {
  if (manifest.kind === 'image') return []
  return [...new Set(manifest.manifests.map(platformOf).filter((platform) => platform !== undefined))]
}

function assertFewEnough(image: ImageId, candidates: number): void {
  if (candidates <= MAX_CANDIDATES) return
  throw new OverLimit(`${formatImage(image)}: ${candidates} signature candidates; at most ${MAX_CANDIDATES} are read`)
}

/** Maps in order, a few at a time. */
async function mapLimited<T, R>(items: readonly T[], map: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const queue = items.entries()
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await map(item)
  }
  await Promise.all(Array.from({ length: PARALLEL }, worker))
  return results
}
