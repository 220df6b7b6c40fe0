import { currentness } from '../core/bases/base-facts.ts'
import type { BaseStanding } from '../core/bases/standing.ts'
import type { Digest } from '../core/image.ts'
import type { ImageRecord } from '../core/status.ts'
import type { BaseCatalogue, StatusStore } from '../ports.ts'
import type { BaseSource } from './base-source.ts'
import { followTags } from './find-chains.ts'

type Base = Pick<ImageRecord, 'host' | 'name' | 'digest' | 'standing'>

/**
 * Whether on every platform another base ends at the same layers that is current, and vouched for by all who vouch for this one: a rebuild
 * that changed nothing but the config. Whoever stands on this one stands on that as well, and lacks nothing.
 */
export async function hasTwin(
  { policies, store, catalogue }: Pick<BaseSource, 'policies'> & Stored,
  base: Base,
): Promise<boolean> {
  const chains = [...new Set((base.standing?.chains ?? []).map(({ chain }) => chain))]
  const known = await catalogue.at(chains)
  const records = await Promise.all(known.flatMap(({ bases }) => bases).map((id) => store.image(id)))
  const others = records.flatMap((record) => (record?.standing && !isSame(record, base) ? [record] : []))
  const twins = await Promise.all(
    others.map(async (record): Promise<readonly Digest[]> => {
      const isGood = record.goneAt === undefined && vouchesAsMuch(record.standing, base.standing)
      if (!isGood || currentness({ tags: await followTags({ policies, store }, record) }).current !== 'yes') return []
      return (record.standing?.chains ?? []).map(({ chain }) => chain)
    }),
  )
  return chains.length > 0 && chains.every((chain) => twins.some((its) => its.includes(chain)))
}

type Stored = {
  readonly store: Pick<StatusStore, 'image' | 'tag' | 'tagsOf'>
  readonly catalogue: Pick<BaseCatalogue, 'at'>
}

function vouchesAsMuch(other: BaseStanding | undefined, base: BaseStanding | undefined): boolean {
  return (base?.vouched ?? []).every((name) => other?.vouched.includes(name))
}

function isSame(one: Base, other: Base): boolean {
  return one.host === other.host && one.name === other.name && one.digest === other.digest
}
