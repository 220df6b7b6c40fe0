import { configChanges } from '../core/bases/base-changes.ts'
import type { BaseProblem, FoundChain } from '../core/bases/base-evidence.ts'
import { changesOf } from '../core/bases/changes-of.ts'
import type { PlatformContents } from '../core/bases/standing.ts'
import type { ImageTools } from '../core/image-tools.ts'
import { changesTo, type LayerChanges } from '../core/layers/changes.ts'
import type { LayerListing } from '../core/layers/listing.ts'
import { toolsIn } from '../core/layers/tools-in.ts'
import type { Descriptor } from '../core/manifest.ts'
import type { BaseImage } from '../core/policy/policy.ts'
import { mapLimited } from '../map-limited.ts'
import type { KnownChain } from './find-chains.ts'
import type { ReadFiles } from './layer-files.ts'

/** Layers of one image that are read at once. */
const AT_ONCE = 2

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
  const { length } = contents.layers
  const isRead = chains.some((one) => one.layers < length || otherwiseStored(one, contents).length > 0)
  const files = isRead ? await mapLimited(layers, AT_ONCE, readFiles) : []
  const odd = files.findIndex((one, index) => 'diffId' in one && one.diffId !== contents.layers[index]?.diffId)
  if (odd >= 0) return { problem: { reason: 'layers-mismatch', detail: describeOdd(odd, files[odd], contents) } }
  const found = await Promise.all(
    chains.map(async (one) => ({
      chain: one.chain,
      layers: one.layers,
      bases: one.bases,
      proved: proofOf(one, contents, files),
      changes: await changesBy(one, contents, files, settings),
    })),
  )
  const listings = await listingsOf(files)
  const tools = isRead && !('unknown' in listings) ? toolsIn(listings) : undefined
  return { found, ...(tools !== undefined && !('fault' in tools) && { tools }) }
}

/** The layers of a base that an image stores under other digests. */
function otherwiseStored({ layers, contents: base }: KnownChain, { layers: own }: PlatformContents): number[] {
  return own.slice(0, layers).flatMap(({ digest }, index) => (base?.layers[index]?.digest === digest ? [] : [index]))
}

function proofOf(known: KnownChain, contents: PlatformContents, files: readonly ReadFiles[]): FoundChain['proved'] {
  for (const index of otherwiseStored(known, contents)) {
    const read = files[index]
    if (read !== undefined && 'diffId' in read) continue
    return {
      why: `layer ${index + 1} is stored otherwise than by the base, and what it unpacks to is not known: ${read?.unknown}`,
    }
  }
  return true
}

async function changesBy(
  { layers, bases, contents: base }: KnownChain,
  contents: PlatformContents,
  files: readonly ReadFiles[],
  settings: readonly BaseImage[],
): Promise<FoundChain['changes']> {
  const vouched = new Set(bases.flatMap((one) => one.vouched))
  if (base === undefined || vouched.size === 0) return {}
  const config = configChanges(base.run, contents.run)
  const above = layers === contents.layers.length ? undefined : await changesAbove(layers, files)
  return Object.fromEntries(
    settings
      .filter(({ name }) => vouched.has(name))
      .map(({ name, expected }) => {
        return [name, above !== undefined && 'unknown' in above ? above : changesOf(above, config, expected)]
      }),
  )
}

/** What the layers above so many do to the files of these. */
async function changesAbove(
  layers: number,
  files: readonly ReadFiles[],
): Promise<LayerChanges | { readonly unknown: string }> {
  const listings = await listingsOf(files)
  if ('unknown' in listings) return listings
  const changes = changesTo(listings.slice(0, layers), listings.slice(layers))
  return 'fault' in changes ? { unknown: changes.fault } : changes
}

async function listingsOf(
  files: readonly ReadFiles[],
): Promise<readonly LayerListing[] | { readonly unknown: string }> {
  const listings: LayerListing[] = []
  for (const [index, read] of files.entries()) {
    if ('unknown' in read) return { unknown: `layer ${index + 1}: ${read.unknown}` }
    listings.push(await read.listing())
  }
  return listings
}

function describeOdd(index: number, read: ReadFiles | undefined, { layers }: PlatformContents): string {
  const seen = read !== undefined && 'diffId' in read ? read.diffId : 'nothing'
  return `layer ${index + 1} unpacks to ${seen}; the config says ${layers[index]?.diffId}`
}
