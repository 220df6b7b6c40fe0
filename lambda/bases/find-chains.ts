import * as z from 'zod'
import type { FollowedTag, FoundBase } from '../core/bases/base-evidence.ts'
import { chainIds } from '../core/bases/chain-ids.ts'
import { after, followTag } from '../core/bases/follow-tag.ts'
import type { BaseStanding, PlatformContents } from '../core/bases/standing.ts'
import { type Digest, type ImageId, isDigest } from '../core/image.ts'
import type { ImageRecord } from '../core/status.ts'
import { isQuarantineTagOf } from '../core/tags.ts'
import { type BaseSource, coveredBy, tellsCurrency } from './base-source.ts'

/** Bases that end at the same layer. `contents`: what one of them consists of there, of those that are vouched for if any is; undefined where that is no longer kept. */
export type KnownChain = {
  readonly chain: Digest
  readonly layers: number
  readonly bases: readonly FoundBase[]
  readonly contents?: PlatformContents | undefined
}

/** Tags of a base that are looked at. */
const MAX_TAGS = 20

/** Who is known to end at a chain of layers. */
export type KnownBases = ReadonlyMap<Digest, readonly ImageId[]>

/** What the catalogue knows at the layers of some platforms together, in ⌈layers/100⌉ calls for all of them; and beside it what they claim and is true. */
export async function knownChains(
  { catalogue }: BaseSource,
  platforms: readonly PlatformContents[],
  claimed: readonly ImageRecord[],
): Promise<KnownBases> {
  const chains = platforms.flatMap(({ layers }) => chainIds(layers.map(({ diffId }) => diffId)))
  const records = await catalogue.at([...new Set(chains)])
  const known = new Map<Digest, readonly ImageId[]>(records.map(({ chain, bases }) => [chain, bases]))
  for (const { host, name, digest, standing } of claimed) {
    for (const { chain } of standing?.chains ?? []) {
      const others = (known.get(chain) ?? []).filter(
        (one) => one.host !== host || one.name !== name || one.digest !== digest,
      )
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
  const chains = await Promise.all(hits.map((hit) => readChain(source, hit, [digest, image])))
  return chains.filter(({ bases }) => bases.length > 0).toReversed()
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
  // How a base stores its layers is only the word of one that is vouched for, where there is any
  const vouched = found.filter(({ record }) => record.standing.vouched.length > 0)
  const telling = vouched.length > 0 ? vouched : found
  return {
    chain,
    layers,
    bases: await Promise.all(found.map(({ record }) => foundBase(source, record))),
    contents: telling.find(({ contents }) => contents !== undefined)?.contents,
  }
}

type Standing = ImageRecord & Required<Pick<ImageRecord, 'standing'>>

async function foundBase(source: BaseSource, record: Standing): Promise<FoundBase> {
  const { host, name, digest, standing } = record
  return {
    image: { host, name, digest },
    vouched: standing.vouched,
    existedAt: standing.existedAt,
    tags: (await followTags(source, record)).map((tag) => withMaterial(tag, standing)),
    ...(standing.endOfLife && { endOfLife: standing.endOfLife }),
    ...(standing.packages && { packages: standing.packages }),
  }
}

type Chained = Pick<BaseStanding, 'chains'>

/** Whether one base ends, on every platform, where another does. */
function endsAlike(one: Chained | undefined, other: Chained): boolean {
  const chains = one?.chains ?? []
  return chains.length > 0 && chains.every(({ chain }) => other.chains.some((its) => its.chain === chain))
}

/** What differs was found out when the base was judged after it was replaced. */
function withMaterial(tag: FollowedTag, { replaced: known }: BaseStanding): FollowedTag {
  const { replaced } = tag
  if (replaced === undefined || known?.material === undefined || known.by !== replaced.by) return tag
  return { ...tag, replaced: { ...replaced, material: known.material } }
}

/** The tags that a base has or had, as far as BaseImages that cover it go by them. */
export async function followTags(
  { policies, store }: Pick<BaseSource, 'policies' | 'store'>,
  record: Pick<ImageRecord, 'host' | 'name' | 'digest' | 'seenTags'> & { readonly standing?: Chained | undefined },
): Promise<FollowedTag[]> {
  const { host, name, digest, seenTags = [] } = record
  const indexed = (await store.tagsOf(record)).map(({ tag }) => tag)
  const bases = coveredBy(policies, record)
  const tags = [...new Set([...seenTags, ...indexed])].filter(
    (tag) => !isQuarantineTagOf(tag, digest) && tellsCurrency(bases, tag),
  )
  return Promise.all(
    tags
      .slice(-MAX_TAGS)
      .toSorted()
      .map(async (tag) => {
        const seen = await store.tag(host, name, tag)
        const later = await Promise.all(after(digest, seen).map((one) => store.image({ host, name, digest: one })))
        const vouched = later.flatMap((one) =>
          one?.standing?.vouched.length
            ? [{ digest: one.digest, alike: endsAlike(record.standing, one.standing) }]
            : [],
        )
        return followTag(tag, digest, seen, vouched)
      }),
  )
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
  if (bytes === undefined) return undefined
  const platforms = keptContents.parse(JSON.parse(Buffer.from(bytes).toString()))
  const at = standing.chains.findIndex((one) => one.chain === chain)
  return platforms[at]
}
