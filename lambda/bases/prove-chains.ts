import { configChanges } from '../core/bases/base-changes.ts'
import type { BaseProblem, FoundChain } from '../core/bases/base-evidence.ts'
import { changesOf } from '../core/bases/changes-of.ts'
import type { PlatformContents } from '../core/bases/standing.ts'
import type { ImageTools } from '../core/image-tools.ts'
import { changesTo, type LayerChanges, MAX_ENTRIES_IN_ALL } from '../core/layers/changes.ts'
import type { LayerListing } from '../core/layers/listing.ts'
import { toolsIn } from '../core/layers/tools-in.ts'
import type { Descriptor } from '../core/manifest.ts'
import type { BaseImage } from '../core/policy/policy.ts'
import { mapLimited } from '../map-limited.ts'
import type { KnownBase, KnownChain } from './find-chains.ts'
import type { ReadFiles } from './layer-files.ts'
import { turns } from './turns.ts'

/** Layers of one image that are read at once. */
const AT_ONCE = 2
/** Lists of files take much memory, and comparing them all of the processor: those of one platform at a time in a process. */
const inTurn = turns(1, 20)

/** One platform of an image that is held against the chains its layers agree with. */
export type Held = { readonly contents: PlatformContents; readonly layers: readonly Descriptor[] }

/** Which chains its layers prove, and what was done to them; or that the layers are not what the config says. */
export type Proven =
  | { readonly found: readonly FoundChain[]; readonly tools?: ImageTools }
  | { readonly problem: BaseProblem }

/**
 * Proves chains of layers. The config's word is not enough: a layer counts as the base's where it is stored as the base stores it, or was
 * read and unpacks to the same. What lies above is read for what it does to the files of the base.
 */
export async function proveChains(
  { contents, layers }: Held,
  chains: readonly KnownChain[],
  settings: readonly BaseImage[],
  readFiles: (layer: Descriptor) => Promise<ReadFiles>,
): Promise<Proven> {
  const isRead = chains.some(
    (one) => one.layers < layers.length || one.bases.some((base) => otherwiseStored(one, base, contents).length > 0),
  )
  const files = isRead ? await mapLimited(layers, AT_ONCE, readFiles) : []
  const odd = files.findIndex((one, index) => 'diffId' in one && one.diffId !== contents.layers[index]?.diffId)
  if (odd >= 0) return { problem: { reason: 'layers-mismatch', detail: describeOdd(odd, files[odd], contents) } }
  const parts = chains.flatMap((one) => partedByProof(one, contents, files))
  return inTurn(async () => {
    const listings = await listingsOf(files)
    const tools = isRead && !('unknown' in listings) ? toolsIn(listings) : undefined
    return {
      found: withChanges(parts, contents, listings, settings),
      ...(tools !== undefined && !('fault' in tools) && { tools }),
    }
  })
}

/** The layers of a base that an image stores under other digests. */
function otherwiseStored(
  { layers }: KnownChain,
  { contents: base }: KnownBase,
  { layers: own }: PlatformContents,
): number[] {
  return own.slice(0, layers).flatMap(({ digest }, index) => (base?.layers[index]?.digest === digest ? [] : [index]))
}

type Part = KnownChain & Pick<FoundChain, 'proved'>

/** Bases that end at one layer, those that are proved apart from those that are not: what one stores under a digest says nothing of another. */
function partedByProof(known: KnownChain, contents: PlatformContents, files: readonly ReadFiles[]): Part[] {
  if (known.cut !== undefined) return [{ ...known, proved: { why: known.cut } }]
  const bases = known.bases.map((one) => ({ one, proved: proofOf(known, one, contents, files) }))
  const open = bases.find(({ proved }) => proved !== true)?.proved
  const those = (isProved: boolean) =>
    bases.filter(({ proved }) => (proved === true) === isProved).map(({ one }) => one)
  return [
    ...(those(true).length > 0 ? [{ ...known, bases: those(true), proved: true as const }] : []),
    ...(open === undefined ? [] : [{ ...known, bases: those(false), proved: open }]),
  ]
}

function proofOf(
  known: KnownChain,
  base: KnownBase,
  contents: PlatformContents,
  files: readonly ReadFiles[],
): FoundChain['proved'] {
  for (const index of otherwiseStored(known, base, contents)) {
    const read = files[index]
    if (read !== undefined && 'diffId' in read) continue
    return {
      why: `layer ${index + 1} is stored otherwise than by the base, and what it unpacks to is not known: ${read?.unknown}`,
    }
  }
  return true
}

/** What was done to each base, by the word of each BaseImage: of those it vouches for only the topmost counts. */
function withChanges(
  parts: readonly Part[],
  contents: PlatformContents,
  listings: Listings,
  settings: readonly BaseImage[],
): FoundChain[] {
  const told = new Set<string>()
  return parts.map(({ chain, layers, bases, proved }) => {
    const vouched = new Set(proved === true ? bases.flatMap(({ base }) => base.vouched) : [])
    const named = settings.filter(({ name }) => vouched.has(name) && !told.has(name))
    for (const { name } of named) told.add(name)
    const isTop = layers === contents.layers.length
    const above = named.length === 0 || isTop ? undefined : changesAbove(layers, listings)
    const changes = named.flatMap((setting): [string, FoundChain['changes'][string]][] => {
      const known = leastChanged(bases, contents, above, setting)
      return known === undefined ? [] : [[setting.name, known]]
    })
    return { chain, layers, bases: bases.map(({ base }) => base), proved, changes: Object.fromEntries(changes) }
  })
}

/** An image runs as one of the bases does that a BaseImage vouches for; as those of another one do does not count. */
function leastChanged(
  bases: readonly KnownBase[],
  { run }: PlatformContents,
  above: Above | undefined,
  { name, expected }: BaseImage,
): FoundChain['changes'][string] | undefined {
  const own = bases.flatMap(({ base, contents }) => (contents && base.vouched.includes(name) ? [contents] : []))
  if (above !== undefined && 'unknown' in above) return own.length > 0 ? above : undefined
  return own
    .map((one) => changesOf(above, configChanges(one.run, run), expected))
    .toSorted((a, b) => a.unexpectedCount - b.unexpectedCount)[0]
}

type Above = LayerChanges | { readonly unknown: string }
type Listings = readonly LayerListing[] | { readonly unknown: string }

/** What the layers above so many do to the files of these. */
function changesAbove(layers: number, listings: Listings): Above {
  if ('unknown' in listings) return listings
  const changes = changesTo(listings.slice(0, layers), listings.slice(layers))
  return 'fault' in changes ? { unknown: changes.fault } : changes
}

/** Never more at once than are compared. */
async function listingsOf(files: readonly ReadFiles[]): Promise<Listings> {
  const listings: LayerListing[] = []
  let entries = 0
  for (const [index, read] of files.entries()) {
    if ('unknown' in read) return { unknown: `layer ${index + 1}: ${read.unknown}` }
    const listing = await read.listing()
    entries += listing.length
    if (entries > MAX_ENTRIES_IN_ALL) return { unknown: `more than ${MAX_ENTRIES_IN_ALL} entries in its layers` }
    listings.push(listing)
  }
  return listings
}

function describeOdd(index: number, read: ReadFiles | undefined, { layers }: PlatformContents): string {
  const seen = read !== undefined && 'diffId' in read ? read.diffId : 'nothing'
  return `layer ${index + 1} unpacks to ${seen}; the config says ${layers[index]?.diffId}`
}
