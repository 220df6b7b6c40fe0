import type { BaseSource } from '../lambda/bases/base-source.ts'
import type { AwaitedBase } from '../lambda/core/bases/base-evidence.ts'
import type { ImageId } from '../lambda/core/image.ts'
import type { Examiner } from '../lambda/examine.ts'
import { mapLimited } from '../lambda/map-limited.ts'
import { eachOnce } from '../lambda/reconciling/watch-round.ts'
import { askedBases } from './asked-bases.ts'
import { judgeBases } from './judge-bases.ts'

/** Watched tags that are looked at, and at a time. */
const MAX_WATCHED = 50
const AT_ONCE = 5

/**
 * Where bases are looked up for one image without a table: what it claims, and what watched tags point at now, is judged on the spot as the
 * image itself is. Undefined where no policy of the image asks what it stands on: then nothing is looked up.
 */
export function baseSource(examiner: Omit<Examiner, 'evidence' | 'bases'>, image: ImageId): BaseSource | undefined {
  const asked = askedBases(examiner.policies, image)
  if (asked.length === 0) return undefined
  const { source, look, failures } = judgeBases(examiner, image)
  let looking: Promise<unknown> | undefined

  async function lookAtWatched(): Promise<void> {
    const places = eachOnce(asked.flatMap(({ watch }) => watch))
    await mapLimited(places.slice(0, MAX_WATCHED), AT_ONCE, look)
    if (places.length > MAX_WATCHED) {
      failures.set('spec.watch', `of ${places.length} tags the first ${MAX_WATCHED} are looked at`)
    }
  }

  return {
    ...source,
    catalogue: {
      at: async (chains) => {
        looking ??= lookAtWatched()
        await looking
        return source.catalogue.at(chains)
      },
    },
    awaited: async () => describe(failures),
  }
}

function describe(failures: ReadonlyMap<string, string>): readonly AwaitedBase[] {
  const [first, ...others] = [...failures].map(([what, why]) => (what === '' ? why : `${what}: ${why}`)).toSorted()
  if (first === undefined) return []
  return [{ why: others.length === 0 ? first : `${first}; and ${others.length} more` }]
}
