import type { ImageId } from '../core/image.ts'
import type { ImageRecord } from '../core/status.ts'
import { currentPolicyHash } from '../examine.ts'
import type { Known } from '../world.ts'

/**
 * Reads the items of bases by the policies of now: one that was judged by others is judged anew first, since a base that nobody vouches
 * for any more must not count for a minute longer. `path`: the images at work, which are not begun again.
 */
export function upToDate(
  { store, policies, registries }: Pick<Known, 'store' | 'policies' | 'registries'>,
  path: readonly ImageId[],
  judgeAnew: (base: ImageId) => Promise<ImageRecord | undefined>,
): (base: ImageId) => Promise<ImageRecord | undefined> {
  return async (base) => {
    const record = await store.image(base)
    if (record?.standing === undefined || record.policyHash === currentPolicyHash(policies, base)) return record
    if (path.some((one) => one.host === base.host && one.name === base.name && one.digest === base.digest))
      return record
    const judged = registries.has(base.host) ? await judgeAnew(base) : record
    const isStale = judged?.policyHash !== currentPolicyHash(policies, base)
    if (judged?.standing === undefined || !isStale) return judged
    // It is gone, or its registry is no longer read: nobody can tell what it is by the policies of now
    return { ...judged, standing: { ...judged.standing, vouched: [] } }
  }
}
