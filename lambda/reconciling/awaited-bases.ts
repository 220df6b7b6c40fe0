import { formatImage } from '../core/image.ts'
import type { Verifier } from '../world.ts'
import { isWalked } from './reconcile-pass.ts'
import { lastRound, namedPlaces } from './watch-round.ts'

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
  const [unseen] = (await lastRound({ store, policies }))?.unseen ?? named
  return unseen && `${formatImage(unseen)}, which a BaseImage watches, has not been judged yet`
}
