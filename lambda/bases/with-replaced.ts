import { currentness } from '../core/bases/base-facts.ts'
import type { BaseStanding, Replaced } from '../core/bases/standing.ts'
import type { GoneBase } from '../core/gone.ts'
import type { Judged } from '../core/plan.ts'
import { earliest, type ImageRecord } from '../core/status.ts'
import { type BaseSource, coveredBy } from './base-source.ts'
import { followTags } from './follow-tags.ts'

/** `standing`: what it was to those that stand on it when it was judged before. */
type Base = Pick<ImageRecord, 'host' | 'name' | 'digest' | 'seenTags'> & Partial<Pick<ImageRecord, 'standing'>>
/** What took the place of a base; and when that can be told of what is too new to be compared with it. */
type Followed = { readonly replaced?: Replaced; readonly settlesAt?: string }

/** A verdict on a base, with whether one of its tags points at another one by now, and which packages differ between the two. */
export async function withReplaced(source: BaseSource, image: Base, judged: Judged): Promise<Judged> {
  if (judged.kind !== 'verdict' || judged.standing === undefined) return judged
  // What differs is found out anew each time: an SBOM may have come since
  const { material: _, ...known } = image.standing?.replaced ?? {}
  const standing = { ...judged.standing, ...('tag' in known && { replaced: known }) }
  const { replaced, ...settles } = await follow(source, { ...image, standing })
  return { ...judged, standing: { ...judged.standing, ...(replaced && { replaced }) }, ...settles }
}

/** An image that is gone, and what it still is to those that stand on it: its tags may have moved on before it went. */
export async function goneAsBase(
  source: BaseSource,
  image: ImageRecord & { readonly standing: BaseStanding },
): Promise<GoneBase> {
  if (coveredBy(source.policies, image).length === 0) return { standing: { ...image.standing, vouched: [] } }
  const { replaced, ...settles } = await follow(source, image)
  const { replaced: _, ...standing } = image.standing
  return { standing: { ...standing, ...(replaced && { replaced }) }, ...settles }
}

async function follow(source: BaseSource, image: Parameters<typeof followTags>[1]): Promise<Followed> {
  const tags = await followTags(source, image)
  const { replaced } = currentness({ tags })
  const settlesAt = earliest(...tags.map(({ settling }) => settling?.until))
  return { ...(replaced && { replaced }), ...(settlesAt !== undefined && { settlesAt }) }
}
