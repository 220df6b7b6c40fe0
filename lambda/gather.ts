import type { Claim, Evidence, ImageConfig, UnsignedClaim } from './core/evidence.ts'
import type { ImageId } from './core/image.ts'
import { readImageConfig } from './core/image-config.ts'
import { holdsOnlySignatures, isPlatform, type Manifest, parseManifest, platformOf } from './core/manifest.ts'
import type { Source } from './core/policy/policy.ts'
import { buriedIn } from './core/tombstone.ts'
import { OverLimit } from './errors.ts'
import { unsignedFormats } from './formats/index.ts'
import type { Wanted } from './formats/wanted.ts'
import { type Listing, listClaims, readClaims, type Site, unsignedIn } from './gather-claims.ts'
import { mapLimited } from './map-limited.ts'
import type { Registry } from './ports.ts'
import { type Room, roomFor } from './room.ts'
import { withinLimit } from './within-limit.ts'

/** Statements that count for nothing: lists of them opened in an index, and those told of. */
const MAX_LISTS = 64
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
  const [{ value: own, overLimit }, ...listings] = await Promise.all([
    withinLimit(registry.manifest(image.name, image.digest, reading.room.manifest)),
    ...sites.map(listClaims),
  ])
  // Only now: what is read and written down must not depend on which answer came first
  if (overLimit !== undefined) throw new OverLimit(overLimit)
  // What we put in the place of a taken tag is no image, whoever asks about it
  if (own === undefined || buriedIn(own) !== undefined) return undefined
  const manifest = parseManifest(own)
  const common = { image, mediaType: own.mediaType }
  if (typeof manifest === 'string') {
    return { ...common, platforms: [], signature: false, claims: [], unsigned: [], ambiguous: manifest }
  }
  const children = manifest.kind === 'index' ? { children: manifest.manifests.filter(isPlatform) } : {}
  const [claims, inIndex, config] = await Promise.all([
    readAll(sites, listings, own.bytes),
    readUnsignedChildren(registry, image, manifest),
    reading.wanted.config ? readConfig(reading, image, manifest) : undefined,
  ])
  return {
    ...common,
    ...children,
    platforms: [...new Set((children.children ?? []).map(platformOf).filter((name) => name !== undefined))],
    signature: holdsOnlySignatures(manifest),
    claims,
    unsigned: [...listings.flatMap(({ unsigned }) => unsigned), ...inIndex].slice(0, MAX_UNSIGNED),
    ...(config !== undefined && { config }),
  }
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

async function readConfig(
  { registryOf, room }: Reading,
  { host, name }: ImageId,
  manifest: Manifest,
): Promise<ImageConfig | undefined> {
  if (manifest.kind === 'index') return undefined
  const { config } = manifest
  const { value, overLimit } = await withinLimit(registryOf(host).blob(name, config.digest, room.config))
  if (overLimit !== undefined) return { fault: overLimit, reason: 'over-limit' }
  if (value !== undefined) return readImageConfig(config, value)
  return { fault: `the blob ${config.digest} is not in the repository`, reason: 'config-missing' }
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
  const opened = unsigned.slice(0, MAX_LISTS)
  const { referrer } = roomFor(opened.length)
  const read = await mapLimited(opened, PARALLEL, async ({ format, digest }) => {
    // They count for nothing: what is too large of them changes nothing
    const { value } = await withinLimit(registry.manifest(name, digest, referrer))
    return value === undefined ? [] : unsignedIn(format, value)
  })
  return read.flat()
}
