import * as z from 'zod'
import { canonicalHash } from '../core/canonical.ts'
import { formatImage } from '../core/image.ts'
import type { PolicySet, Watched } from '../core/policy/policy.ts'

/** Under this key: the round of looking at watched tags. */
export const WATCH_KEY = 'watch'
/** Tags of one round: those that BaseImages name, and those that images were seen to be built on. */
export const MOST_WATCHED = 500

const place = z.object({ host: z.string(), name: z.string(), tag: z.string() })

/** `left`: what is to be looked at in this round; `unseen`: of what BaseImages name (`named`, its hash), what nobody has judged yet. */
export const watchRound = z.object({
  startedAt: z.string(),
  left: z.array(place),
  named: z.string(),
  unseen: z.array(place),
})

/** The tags that BaseImages name. */
export function namedPlaces({ bases }: PolicySet): readonly Watched[] {
  return eachOnce(bases.flatMap(({ watch }) => watch)).slice(0, MOST_WATCHED)
}

/** Tags in their order, each once. */
export function eachOnce(places: readonly Watched[]): readonly Watched[] {
  return [...new Map(places.map((one) => [formatImage(one), one])).values()]
}

export function hashOf(named: readonly Watched[]): string {
  return canonicalHash(named)
}
