import { admit, heldBy, type Safety } from '../core/breaker.ts'
import { type ImageId, repositoryOf } from '../core/image.ts'
import type { Enforcement } from '../core/policy/policy.ts'
import type { Actor } from '../world.ts'
import { changeSafety, readSafety } from './safety.ts'

/** Of more images a share is no longer counted out: the number of all images is what trips the breaker then. */
const MOST_COUNTED = 1000
const PAGE = 100

/** Counts an image that is to be quarantined, unless quarantine is held already; what stands after, the breaker tripped by it or not. */
export async function admitted(
  world: Pick<Actor, 'store' | 'now'>,
  id: ImageId,
  { breaker }: Pick<Enforcement, 'breaker'>,
): Promise<Safety> {
  const now = world.now().toISOString()
  const before = await readSafety(world.store)
  if (heldBy(before) !== undefined) return before
  // As many as may ever be needed: others are admitted at the same time
  const most = Math.ceil((breaker.images * 100) / breaker.percent)
  const known = await countImages(world, id, Math.min(most, MOST_COUNTED))
  return changeSafety(world.store, (safety) => {
    return heldBy(safety) === undefined ? admit(safety, id, known, breaker, now) : undefined
  })
}

/** How many images a repository has; infinitely many where there are as many as are counted. */
async function countImages({ store }: Pick<Actor, 'store'>, id: ImageId, most: number): Promise<number> {
  const repository = repositoryOf(id)
  let count = 0
  let cursor: string | undefined
  do {
    const page = await store.images({ repository, limit: PAGE, ...(cursor && { cursor }) })
    count += page.items.filter(({ goneAt }) => goneAt === undefined).length
    cursor = page.cursor
  } while (cursor !== undefined && count < most)
  return count >= MOST_COUNTED ? Number.POSITIVE_INFINITY : count
}
