import { type ImageId, isSameImage } from '../core/image.ts'
import type { ImageRecord } from '../core/status.ts'
import { currentPolicyHash } from '../examine.ts'
import type { Known } from '../world.ts'
import type { BaseRecord } from './base-source.ts'

/** Of bases that stand on bases so many are judged anew for one image, each while the one above it is at work and holds what it has read. */
const MAX_DEPTH = 3

/**
 * Reads the items of bases by the policies of now: one that was judged by others, or whose verdict has ended, is judged anew first, since
 * a base that nobody vouches for any more must not count for a minute longer. `path`: the images at work, which are not begun again.
 */
export function upToDate(
  { now, store, policies, registries }: Pick<Known, 'now' | 'store' | 'policies' | 'registries'>,
  path: readonly ImageId[],
  judgeAnew: (base: ImageId) => Promise<ImageRecord | undefined>,
): (base: ImageId) => Promise<BaseRecord | undefined> {
  let last: Promise<unknown> = Promise.resolve()
  return async (base) => {
    const record = await store.image(base)
    if (record === undefined || counts(record)) return record
    // One after the other: bases that end at one layer look each other up, and n of them at once would judge each other n! times
    const next = last.then(() => anew(base))
    last = next.catch(() => {})
    return next
  }

  async function anew(base: ImageId): Promise<BaseRecord | undefined> {
    const record = await store.image(base)
    if (record === undefined || counts(record)) return record
    const isOpen = path.some((one) => isSameImage(one, base))
    const isLeft = isOpen || path.length > MAX_DEPTH || !registries.has(base.host) || record.state === 'error'
    const judged = isLeft ? record : await judgeAnew(base)
    return judged === undefined || counts(judged) ? judged : unjudged(judged)
  }

  /** In state `error` a standing is of an earlier verdict, whatever policies the error was found under. */
  function counts(record: ImageRecord): boolean {
    const isOver = record.goodUntil !== undefined && record.goodUntil <= now().toISOString()
    return record.state !== 'error' && !isOver && record.policyHash === currentPolicyHash(policies, record)
  }
}

/** It is gone, or cannot be judged, or its registry is no longer read: nobody can tell what it is by the policies of now. */
function unjudged(record: ImageRecord): BaseRecord {
  const { standing } = record
  return { ...record, unjudged: true, ...(standing && { standing: { ...standing, vouched: [] } }) }
}
