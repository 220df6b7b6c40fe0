import type { Claim, Evidence, PlatformEvidence, UnsignedClaim } from './core/evidence.ts'
import { formatImage, type ImageId } from './core/image.ts'
import {
  type Descriptor,
  holdsOnlySignatures,
  isPlatform,
  type Manifest,
  parseManifest,
  platformOf,
} from './core/manifest.ts'
import type { Source } from './core/policy/policy.ts'
import { OverLimit } from './errors.ts'
import { unsignedFormats } from './formats/index.ts'
import type { Wanted } from './formats/wanted.ts'
import { type Listing, listClaims, readClaims, type Site, unsignedIn, withinLimit } from './gather-claims.ts'
import { mapLimited } from './map-limited.ts'
import type { Registry } from './ports.ts'
import { type Room, roomFor } from './room.ts'

const MAX_CHILDREN = 64
/** By all of its indexes together. */
const MAX_LISTED = 2 * MAX_CHILDREN
const MAX_DEPTH = 4
/** Statements that count for nothing, told of. */
const MAX_UNSIGNED = 100
const PARALLEL = 4

/** Where to read and what for. `sources`: where the matching policies look for signatures. */
export type Reading = {
  readonly registryOf: (host: string) => Registry
  readonly sources: readonly Source[]
  readonly wanted: Wanted
  readonly room: Room
}

/**
 * Reads everything that claims to vouch for an image, bounded. Undefined: there is no such image.
 * What cannot be read, and what is more than is read, is a claim of its own; an outage is thrown: no verdict rests on a part.
 */
export async function gather(reading: Reading, image: ImageId): Promise<Evidence | undefined> {
  const registry = reading.registryOf(image.host)
  const sites = sitesOf(reading, image)
  const [own, ...listings] = await Promise.all([
    registry.manifest(image.name, image.digest, reading.room.manifest),
    ...sites.map(listClaims),
  ])
  if (own === undefined) return undefined
  const manifest = parseManifest(own)
  const common = { image, mediaType: own.mediaType }
  if (typeof manifest === 'string') {
    return { ...common, platforms: [], signature: false, claims: [], unsigned: [], ambiguous: manifest }
  }
  const children = manifest.kind === 'index' ? { children: manifest.manifests.filter(isPlatform) } : {}
  const [claims, inIndex] = await Promise.all([
    readAll(sites, listings, own.bytes),
    readUnsignedChildren(registry, image, manifest),
  ])
  return {
    ...common,
    ...children,
    platforms: [...new Set((children.children ?? []).map(platformOf).filter((name) => name !== undefined))],
    signature: holdsOnlySignatures(manifest),
    claims,
    unsigned: [...listings.flatMap(({ unsigned }) => unsigned), ...inIndex].slice(0, MAX_UNSIGNED),
  }
}

/**
 * Reads what vouches for each platform of an index alone, nested indexes included. What is more than is read is a problem of
 * that platform, or of all together: a policy that does not need them is judged all the same.
 */
export async function gatherPlatforms(
  reading: Reading,
  { image, children = [] }: Evidence,
): Promise<readonly PlatformEvidence[]> {
  const { value: leaves = [], overLimit } = await withinLimit(leavesOf(reading, image, children))
  if (overLimit !== undefined) return [tooLarge({ platform: 'all', digest: image.digest }, overLimit)]
  const shared = { ...reading, room: roomFor(leaves.length) }
  const read = await mapLimited(leaves, PARALLEL, (leaf) => gatherPlatform(shared, image, leaf))
  return read.sort((a, b) => (`${a.platform} ${a.digest}` < `${b.platform} ${b.digest}` ? -1 : 1))
}

async function gatherPlatform(reading: Reading, image: ImageId, leaf: Descriptor): Promise<PlatformEvidence> {
  const { digest } = leaf
  const common = { platform: platformOf(leaf) ?? 'unnamed', digest, claims: [] }
  const { value: evidence, overLimit } = await withinLimit(gather(reading, { ...image, digest }))
  if (overLimit !== undefined) return tooLarge(common, overLimit)
  if (evidence === undefined) return { ...common, problem: { reason: 'child-missing', detail: digest } }
  // What the list takes for an image may be an index to whoever pulls it by digest
  const odd =
    evidence.mediaType === leaf.mediaType ? undefined : `listed as ${leaf.mediaType}, served as ${evidence.mediaType}`
  const ambiguous = evidence.ambiguous ?? odd
  if (ambiguous !== undefined) return { ...common, problem: { reason: 'ambiguous-manifest', detail: ambiguous } }
  return { ...common, claims: evidence.claims }
}

function tooLarge(about: Pick<PlatformEvidence, 'platform' | 'digest'>, detail: string): PlatformEvidence {
  return { ...about, claims: [], problem: { reason: 'over-limit', detail } }
}

/** The images that an index lists, those of nested indexes included. Throws OverLimit for too many, or too deep. */
async function leavesOf(
  { registryOf }: Reading,
  image: ImageId,
  children: readonly Descriptor[],
): Promise<Descriptor[]> {
  const leaves = await leavesBelow(registryOf(image.host), image, children, { depth: 1, listed: { count: 0 } })
  assertFewEnough(image, leaves.length)
  return leaves
}

type Walk = { readonly depth: number; readonly listed: { count: number } }

/** What is an index itself is opened. */
async function leavesBelow(
  registry: Registry,
  image: ImageId,
  children: readonly Descriptor[],
  { depth, listed }: Walk,
): Promise<Descriptor[]> {
  // Over the whole walk: indexes may list each other again and again
  listed.count += children.length
  assertFewEnough(image, children.length)
  if (listed.count > MAX_LISTED)
    throw new OverLimit(`${formatImage(image)}: its indexes list more than ${MAX_LISTED} manifests`)
  const below = await mapLimited(children, PARALLEL, async (child): Promise<Descriptor[]> => {
    if (!/\bindex\b|manifest\.list/.test(child.mediaType)) return [child]
    if (depth === MAX_DEPTH) throw new OverLimit(`${formatImage(image)}: indexes nest deeper than ${MAX_DEPTH}`)
    const fetched = await registry.manifest(image.name, child.digest, roomFor(children.length).manifest)
    const manifest = fetched && parseManifest(fetched)
    // Missing or ambiguous: it is told of where it is judged
    if (typeof manifest !== 'object' || manifest.kind !== 'index' || manifest.mediaType !== child.mediaType)
      return [child]
    return leavesBelow(registry, image, manifest.manifests.filter(isPlatform), { depth: depth + 1, listed })
  })
  return below.flat()
}

function sitesOf({ registryOf, sources, wanted, room }: Reading, image: ImageId): Site[] {
  return sources.map((source) => {
    const { host, name } = source.repository ?? image
    return { registry: registryOf(host), name, subject: image.digest, source, wanted, room }
  })
}

async function readAll(sites: readonly Site[], listings: readonly Listing[], own: Uint8Array): Promise<Claim[]> {
  const read = await mapLimited([...sites.entries()], PARALLEL, async ([at, site]) => {
    const listing = listings[at]
    return listing === undefined ? [] : readClaims(site, listing, own)
  })
  return read.flat()
}

async function readUnsignedChildren(
  registry: Registry,
  { name }: ImageId,
  manifest: Manifest,
): Promise<UnsignedClaim[]> {
  const children = manifest.kind === 'index' ? manifest.manifests : []
  const unsigned = unsignedFormats.flatMap((format) =>
    children.filter((child) => format.isChild(child)).map(({ digest }) => ({ format, digest })),
  )
  const opened = unsigned.slice(0, MAX_CHILDREN)
  const { referrer } = roomFor(opened.length)
  const read = await mapLimited(opened, PARALLEL, async ({ format, digest }) => {
    // They count for nothing: what is too large of them changes nothing
    const { value } = await withinLimit(registry.manifest(name, digest, referrer))
    return value === undefined ? [] : unsignedIn(format, value)
  })
  return read.flat()
}

function assertFewEnough(image: ImageId, children: number): void {
  if (children <= MAX_CHILDREN) return
  throw new OverLimit(`${formatImage(image)}: ${children} platforms; at most ${MAX_CHILDREN} are judged`)
}
