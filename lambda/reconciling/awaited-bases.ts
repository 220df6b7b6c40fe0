import { formatImage } from '../core/image.ts'
import type { Verifier } from '../world.ts'
import { isWalked } from './reconcile-pass.ts'
import { hashOf, namedPlaces, WATCH_KEY, watchRound } from './watch-round.ts'

/**
 * Why there may be bases that nobody has looked at yet; undefined where there are none. Until then, that an image stands on none is no
 * verdict on it (I8): this installation, or what a BaseImage watches, may be new.
 */
export async function awaitedBases({
  policies,
  store,
  watched,
}: Pick<Verifier, 'policies' | 'store' | 'watched'>): Promise<string | undefined> {
  const walked = await Promise.all(watched.map((host) => isWalked(store, host)))
  const host = watched[walked.indexOf(false)]
  if (host !== undefined) return `bases in ${host} may not have been looked at yet: it has not been walked through once`
  const named = namedPlaces(policies)
  if (named.length === 0) return undefined
  const round = watchRound.safeParse(await store.system(WATCH_KEY)).data
  const [unseen] = round?.named === hashOf(named) ? round.unseen : named
  return unseen && `${formatImage(unseen)}, which a BaseImage watches, has not been judged yet`
}
