import { BadInput } from '../core/bad-input.ts'
import { type Digest, type ImageRef, parseImage } from '../core/image.ts'
import { meantBy } from '../core/status.ts'
import { type Known, registryOf } from '../world.ts'

/** Where an image asked for is: the digest it means now. */
export type Located = {
  readonly image: ImageRef
  readonly digest?: Digest
  /** Its tag is gone, or on a tombstone, because we took it from this digest. */
  readonly taken: boolean
}

/** Why nothing is asked of an image's registry; undefined where it is watched. */
export function unwatched(
  { registries }: Pick<Known, 'registries'>,
  { host }: Pick<ImageRef, 'host'>,
): string | undefined {
  if (registries.has(host)) return undefined
  return `registry ${host} is not watched; watched: ${[...registries.keys()].join(', ')}`
}

/** Reads the `image` parameter. */
export function imageParameter(value: unknown): ImageRef {
  if (typeof value !== 'string' || value === '') throw new BadInput('image is missing: give [HOST/]NAME[:TAG][@DIGEST]')
  return parseImage(value)
}

/**
 * Resolves a reference as it is now. A tag is asked for at the registry each time: a remembered one may have moved (I4).
 * A tag that we took means the digest it was taken from. With tag and digest, the digest counts.
 */
export async function locate(world: Known, image: ImageRef): Promise<Located> {
  if (image.digest !== undefined) return { image, digest: image.digest, taken: false }
  if (image.tag === undefined || !world.registries.has(image.host)) return { image, taken: false }
  const now = await registryOf(world, image.host).resolve(image.name, image.tag)
  return { image, ...meantBy(now, await world.store.tag(image.host, image.name, image.tag)) }
}
