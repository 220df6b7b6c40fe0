import * as z from 'zod'
import { formatImage, type ImageId, isDigest, isSameImage } from './core/image.ts'
import type { Known } from './world.ts'

const item = z.object({
  images: z.array(z.object({ host: z.string(), name: z.string(), digest: z.custom<ImageId['digest']>(isDigest) })),
})
/** For one digest in one repository. */
const MAX_WAITING = 50

/**
 * Writes down that an image waits for signatures of something else: of its platforms, or of its digest in another repository.
 * A hint, and no more: what it misses is found at the image's deadline.
 */
export async function awaitSignatures(world: Known, image: ImageId, of: readonly ImageId[]): Promise<void> {
  await Promise.all(
    of.map(async (place) => {
      const waiting = await awaiting(world, place)
      const known = waiting.some((one) => isSameImage(one, image))
      const { host, name, digest } = image
      if (known || waiting.length >= MAX_WAITING) return
      await world.store.putSystem(keyOf(place), { images: [...waiting, { host, name, digest }] })
    }),
  )
}

/** The images that wait for a signature of this digest in this repository. */
export async function awaiting(world: Pick<Known, 'store'>, place: ImageId): Promise<readonly ImageId[]> {
  const read = item.safeParse(await world.store.system(keyOf(place)))
  return read.success ? read.data.images : []
}

function keyOf(place: ImageId): string {
  return `awaits#${formatImage(place)}`
}
