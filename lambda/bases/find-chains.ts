import * as z from 'zod'
import type { FoundBase } from '../core/bases/base-evidence.ts'
import { chainIds } from '../core/bases/chain-ids.ts'
import type { PlatformContents } from '../core/bases/standing.ts'
import { type Digest, type ImageId, isDigest, isSameImage } from '../core/image.ts'
import { earliest, type ImageRecord } from '../core/status.ts'
import { type BaseRecord, type BaseSource, coveredBy } from './base-source.ts'
import { followTags } from './follow-tags.ts'

/** Bases that end at the same layer; `cut`: these were not looked at, as too many lie on top of them. */
export type KnownChain = {
  readonly chain: Digest
  readonly layers: number
  readonly bases: readonly KnownBase[]
  readonly cut?: string
}

/** `contents`: what it consists of there; undefined where that is no longer kept. Each counts for its own base only: another one may be vouched for by somebody else. */
export type KnownBase = { readonly base: FoundBase; readonly contents?: PlatformContents | undefined }

/** Bases on top of each other that are looked at, the topmost ones. */
const MAX_CHAINS = 16
/** Chains that are asked for at once: a hostile image has tens of thousands. */
const CHAINS_AT_ONCE = 500
/** Far more than Docker's 127 layers on 64 platforms. */
const MAX_CONTENTS = 4 * 1024 * 1024

/** Who is known to end at a chain of layers. */
export type KnownBases = ReadonlyMap<Digest, readonly ImageId[]>

/** What the catalogue knows at the layers of some platforms together, in ⌈layers/100⌉ calls for all of them; and beside it what they claim and is true. */
export async function knownChains(
  { catalogue }: BaseSource,
  platforms: readonly PlatformContents[],
  claimed: readonly ImageRecord[],
): Promise<KnownBases> {
  const chains = platforms.flatMap(({ layers }) => chainIds(layers.map(({ diffId }) => diffId)))
  const asked = [...new Set(chains)]
  const known = new Map<Digest, readonly ImageId[]>()
  for (let from = 0; from < asked.length; from += CHAINS_AT_ONCE) {
    const records = await catalogue.at(asked.slice(from, from + CHAINS_AT_ONCE))
    for (const { chain, bases } of records) known.set(chain, bases)
  }
  for (const { host, name, digest, standing } of claimed) {
    for (const { chain } of standing?.chains ?? []) {
      const others = (known.get(chain) ?? []).filter((one) => !isSameImage(one, { host, name, digest }))
      known.set(chain, [...others, { host, name, digest }])
    }
  }
  return known
}

/** The chains at which one platform's layers agree with a known base, the longest first; never the image itself. */
export async function findChains(
  source: BaseSource,
  known: KnownBases,
  { layers, digest }: PlatformContents,
  image: Digest,
): Promise<KnownChain[]> {
  const ids = chainIds(layers.map(({ diffId }) => diffId))
  const hits = ids.flatMap((chain, index) => {
    const bases = known.get(chain)
    return bases === undefined ? [] : [{ chain, layers: index + 1, bases }]
  })
  const longest = hits.toReversed()
  const chains = await Promise.all(longest.slice(0, MAX_CHAINS).map((hit) => readChain(source, hit, [digest, image])))
  const cut = longest.slice(MAX_CHAINS).map(({ chain, layers: length }): KnownChain => {
    return { chain, layers: length, bases: [], cut: `more than ${MAX_CHAINS} known bases lie on top of each other` }
  })
  return [...chains.filter(({ bases }) => bases.length > 0), ...cut]
}

type Hit = Pick<KnownChain, 'chain' | 'layers'> & { readonly bases: readonly ImageId[] }

async function readChain(source: BaseSource, hit: Hit, self: readonly Digest[]): Promise<KnownChain> {
  const { chain, layers, bases } = hit
  const others = bases.filter(({ digest }) => !self.includes(digest))
  const records = await Promise.all(others.map((base) => source.upToDate(base)))
  // A hit is a hint: what the item of the base says is what holds
  const standing = records.flatMap((record) =>
    record?.standing?.chains.some((one) => one.chain === chain) ? [{ ...record, standing: record.standing }] : [],
  )
  const read = await Promise.all(
    standing.map(async (record) => ({ record, contents: await readPlatform(source, record, chain) })),
  )
  // The same image under another index: nothing stands on itself
  const found = read.filter(({ contents }) => contents === undefined || !self.includes(contents.digest))
  const all = await Promise.all(found.map(({ record }) => foundBase(source, record)))
  const known = all.map((base, index) => ({ base: asOldAsAny(base, all), contents: found[index]?.contents }))
  return { chain, layers, bases: known }
}

/** A copy in another repository is no younger; how old it is is the word of those alone who vouch for it here too. */
function asOldAsAny(base: FoundBase, all: readonly FoundBase[]): FoundBase {
  const { vouched } = base
  const isCopy = (one: FoundBase) =>
    one.image.digest === base.image.digest && one.vouched.some((name) => vouched.includes(name))
  const copies = all.filter(isCopy)
  return { ...base, existedAt: earliest(...copies.map(({ existedAt }) => existedAt)) ?? base.existedAt }
}

type Standing = BaseRecord & Required<Pick<ImageRecord, 'standing'>>

async function foundBase(source: BaseSource, record: Standing): Promise<FoundBase> {
  const { host, name, digest, standing, goodUntil, unjudged } = record
  return {
    image: { host, name, digest },
    vouched: standing.vouched,
    ...(unjudged && { unjudged, by: coveredBy(source.policies, record).map((one) => one.name) }),
    ...(goodUntil !== undefined && { goodUntil }),
    existedAt: standing.existedAt,
    tags: await followTags(source, record),
    ...(standing.endOfLife && { endOfLife: standing.endOfLife }),
    ...(standing.packages && { packages: standing.packages }),
  }
}

const pair = z.object({ digest: z.custom<Digest>(isDigest), diffId: z.custom<Digest>(isDigest) })
const texts = z.array(z.string())
const keptContents = z.array(
  z.object({
    platform: z.string(),
    digest: z.custom<Digest>(isDigest),
    layers: z.array(pair),
    size: z.number(),
    run: z.object({ entrypoint: texts, cmd: texts, env: texts, user: z.string() }),
  }),
)

/** What a base consists of where a chain ends, as it was written down when it was judged. */
async function readPlatform(
  { evidence }: BaseSource,
  { standing }: Standing,
  chain: Digest,
): Promise<PlatformContents | undefined> {
  const bytes = await evidence.get(standing.contents)
  if (bytes === undefined || bytes.length > MAX_CONTENTS) return undefined
  const platforms = keptContents.parse(JSON.parse(Buffer.from(bytes).toString()))
  const at = standing.chains.findIndex((one) => one.chain === chain)
  return platforms[at]
}
