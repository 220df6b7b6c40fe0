import { currentness } from '../core/bases/base-facts.ts'
import type { Judged } from '../core/plan.ts'
import { earliest, type ImageRecord } from '../core/status.ts'
import type { BaseSource } from './base-source.ts'
import { followTags } from './follow-tags.ts'

/** `standing`: what it was to those that stand on it when it was judged before. */
type Base = Pick<ImageRecord, 'host' | 'name' | 'digest' | 'seenTags'> & Partial<Pick<ImageRecord, 'standing'>>

/** A verdict on a base, with whether one of its tags points at another one by now, and which packages differ between the two. */
export async function withReplaced(source: BaseSource, image: Base, judged: Judged): Promise<Judged> {
  if (judged.kind !== 'verdict' || judged.standing === undefined) return judged
  const { standing } = judged
  // What differs is found out anew each time: an SBOM may have come since
  const { material: _, ...known } = image.standing?.replaced ?? {}
  const followed = { ...image, standing: { ...standing, ...('tag' in known && { replaced: known }) } }
  const tags = await followTags(source, followed)
  const { replaced } = currentness({ tags })
  const settlesAt = earliest(...tags.map(({ settling }) => settling?.until))
  return {
    ...judged,
    standing: replaced === undefined ? standing : { ...standing, replaced },
    ...(settlesAt !== undefined && { settlesAt }),
  }
}
