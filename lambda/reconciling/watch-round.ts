import * as z from 'zod'
import { canonicalHash } from '../core/canonical.ts'
import { formatImage } from '../core/image.ts'
import type { PolicySet, Watched } from '../core/policy/policy.ts'
import type { Known } from '../world.ts'

/** Under this key: the round of looking at watched tags. */
const WATCH_KEY = 'watch'
/** Tags of one round: those that BaseImages name, and those that images were seen to be built on. */
export const MOST_WATCHED = 500

const place = z.object({ host: z.string(), name: z.string(), tag: z.string() })

/**
 * `left`: what is to be looked at in this round; `unseen`: of what BaseImages name (`named`, its hash), what nobody has judged yet;
 * `troubles`: the first that could not be looked at in this round, or are not there.
 */
const watchRound = z.object({
  startedAt: z.string(),
  left: z.array(place),
  named: z.string(),
  unseen: z.array(place),
  troubles: z.array(z.object({ base: z.string(), why: z.string() })).default([]),
})
export type WatchRound = Omit<z.infer<typeof watchRound>, 'named'>

/** The last round over the tags that BaseImages name now. */
export async function lastRound({
  store,
  policies,
}: Pick<Known, 'store' | 'policies'>): Promise<WatchRound | undefined> {
  const read = watchRound.safeParse(await store.system(WATCH_KEY)).data
  return read?.named === namedHash(policies) ? read : undefined
}

export async function putRound(
  { store, policies }: Pick<Known, 'store' | 'policies'>,
  round: WatchRound,
): Promise<void> {
  await store.putSystem(WATCH_KEY, { ...round, named: namedHash(policies) })
}

/** The tags that BaseImages name. */
export function namedPlaces({ bases }: PolicySet): readonly Watched[] {
  return eachOnce(bases.flatMap(({ watch }) => watch)).slice(0, MOST_WATCHED)
}

/** Tags in their order, each once. */
export function eachOnce(places: readonly Watched[]): readonly Watched[] {
  return [...new Map(places.map((one) => [formatImage(one), one])).values()]
}

function namedHash(policies: PolicySet): string {
  return canonicalHash(namedPlaces(policies))
}
