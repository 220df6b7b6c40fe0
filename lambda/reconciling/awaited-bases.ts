import { coveredBy } from '../bases/base-source.ts'
import type { AwaitedBase } from '../core/bases/base-evidence.ts'
import { formatImage } from '../core/image.ts'
import type { Verifier } from '../world.ts'
import { isWalked } from './reconcile-pass.ts'
import { lastRound, namedPlaces } from './watch-round.ts'

/**
 * Why there may be bases that nobody has looked at yet. Until then, that an image stands on none is no verdict on it (I8): this installation,
 * or what a BaseImage watches, may be new.
 */
export async function awaitedBases({
  policies,
  store,
  watched,
}: Pick<Verifier, 'policies' | 'store' | 'watched'>): Promise<readonly AwaitedBase[]> {
  const walked = await Promise.all(watched.map((host) => isWalked(store, host)))
  const unwalked = watched
    .filter((_, index) => walked[index] === false)
    .map((host) => ({ why: `bases in ${host} may not have been looked at yet: it has not been walked through once` }))
  const named = namedPlaces(policies)
  if (named.length === 0) return unwalked
  const unseen = (await lastRound({ store, policies }))?.unseen ?? named
  const unjudged = unseen.map((place) => ({
    // Whoever covers it may vouch for it, whoever watches it
    by: coveredBy(policies, place).map(({ name }) => name),
    why: `${formatImage(place)}, which a BaseImage watches, has not been judged yet`,
  }))
  // The first for each set of BaseImages: what is awaited is written into every transcript
  const firsts = new Map(unjudged.toReversed().map((one) => [one.by.join(' '), one]))
  return [...unwalked, ...[...firsts.values()].toReversed()]
}
