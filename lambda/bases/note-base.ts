import type { ChainRecord } from '../core/bases/standing.ts'
import { type Digest, isSameImage } from '../core/image.ts'
import type { ImageRecord } from '../core/status.ts'
import { Unavailable } from '../errors.ts'
import type { BaseCatalogue } from '../ports.ts'

const TRIES = 8
/** Bases that may end at one layer: rebuilds that changed only the config, and mirrors. The newest are remembered of each who vouches. */
const MAX_BASES = 20
/** How many bases, each on the other, an image is noted under. */
export const MAX_WAVES = 8

/**
 * Enters an image where it can be found: as a base, and as one that stands on bases. Before its item is written, so that a crash leaves
 * only hints that nothing stands behind; what is there already is not written again.
 */
export async function noteBase(
  catalogue: BaseCatalogue,
  before: ImageRecord | undefined,
  next: ImageRecord,
): Promise<void> {
  const { standing } = next
  const chains = standing !== undefined && standing.vouched.length > 0 ? standing.chains.map(({ chain }) => chain) : []
  await Promise.all([
    enter(catalogue, chains, next),
    ...newPlaces(before, next).map(([chain, wave]) => catalogue.noteDerived(chain, wave, next)),
  ])
}

async function enter(
  catalogue: BaseCatalogue,
  chains: readonly Digest[],
  base: Pick<ImageRecord, 'host' | 'name' | 'digest' | 'standing'>,
): Promise<void> {
  let missing = [...new Set(chains)]
  for (let attempt = 0; attempt < TRIES && missing.length > 0; attempt++) {
    const known = new Map((await catalogue.at(missing)).map((record) => [record.chain, record]))
    const written = await Promise.all(
      missing.map(async (chain) => {
        const { version = 0, bases = [] } = known.get(chain) ?? {}
        if (bases.some((one) => isSameImage(one, base))) return true
        const { host, name, digest, standing } = base
        const all = fewEnough([...bases, { host, name, digest, vouched: standing?.vouched ?? [] }])
        return catalogue.put({ chain, version: version + 1, bases: all }, known.get(chain)?.version)
      }),
    )
    missing = missing.filter((_, index) => written[index] !== true)
  }
  if (missing.length > 0)
    throw new Unavailable('status table', `${missing[0]} changed under ${TRIES} attempts to write it`)
}

/** Without the oldest of those of which there are most: whoever builds on a base without a layer of his own must not drive it out. */
function fewEnough(bases: ChainRecord['bases']): ChainRecord['bases'] {
  if (bases.length <= MAX_BASES) return bases
  const groups = Object.values(Object.groupBy(bases, ({ vouched = [] }) => vouched.toSorted().join(' ')))
  const [most = []] = groups.toSorted((a = [], b = []) => b.length - a.length)
  return bases.filter((one) => one !== most[0])
}

/** What the first layers of an image unpack to, by its facts: a base of which nobody knows yet may end there or above. */
export function firstsOf({ base }: Pick<ImageRecord, 'base'>): readonly Digest[] {
  return [...new Set((base?.platforms ?? []).flatMap(({ first }) => first ?? []))]
}

/** Where an image stands by its facts: each chain beneath it, and how many bases further up. */
export function placesOf({ base }: Pick<ImageRecord, 'base'>): [chain: Digest, wave: number][] {
  const places = new Map<string, [Digest, number]>()
  for (const { beneath = [] } of base?.platforms ?? []) {
    for (const [index, chain] of beneath.slice(0, MAX_WAVES).entries())
      places.set(`${chain} ${index + 1}`, [chain, index + 1])
  }
  return [...places.values()]
}

function newPlaces(before: ImageRecord | undefined, next: ImageRecord): [chain: Digest, wave: number][] {
  const known = new Set(before === undefined ? [] : notesOf(before).map(([chain, wave]) => `${chain} ${wave}`))
  return notesOf(next).filter(([chain, wave]) => !known.has(`${chain} ${wave}`))
}

/** Beside its places, the chain of its first layer alone: wave 0. */
function notesOf(record: ImageRecord): [chain: Digest, wave: number][] {
  return [...firstsOf(record).map((first): [Digest, number] => [first, 0]), ...placesOf(record)]
}
