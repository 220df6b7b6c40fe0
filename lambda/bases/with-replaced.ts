import { currentness } from '../core/bases/base-facts.ts'
import type { Judged } from '../core/plan.ts'
import type { ImageRecord } from '../core/status.ts'
import type { BaseSource } from './base-source.ts'
import { followTags } from './find-chains.ts'

/** A verdict on a base, with whether one of its tags points at another image by now. */
export async function withReplaced(
  source: Pick<BaseSource, 'policies' | 'store'>,
  image: Pick<ImageRecord, 'host' | 'name' | 'digest' | 'seenTags'>,
  judged: Judged,
): Promise<Judged> {
  if (judged.kind !== 'verdict' || judged.standing === undefined) return judged
  const { replaced } = currentness({ tags: await followTags(source, image) })
  return replaced === undefined ? judged : { ...judged, standing: { ...judged.standing, replaced } }
}
