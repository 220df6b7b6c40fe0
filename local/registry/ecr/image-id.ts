import { isDigest, isTag } from '../../../lambda/core/image.ts'
import { EcrError } from '../errors.ts'
import type { StoredManifest } from '../storage/manifests.ts'
import type { Store } from '../storage/store.ts'

/** An image as a client names it. */
export type ImageId = { readonly imageTag?: string | undefined; readonly imageDigest?: string | undefined }

/** Why one image of a batch was left out; the others are still answered. */
export type Failure = { readonly imageId: ImageId; readonly failureCode: string; readonly failureReason: string }

type Found = { readonly manifest: StoredManifest; readonly tag?: string }

/** The image that tag, digest or both name in a repository; both have to agree. */
export async function findImage(store: Store, name: string, id: ImageId): Promise<Found | Failure> {
  const { imageTag: tag, imageDigest: digest } = id
  if (tag === undefined && digest === undefined) {
    return failure(id, 'MissingDigestAndTag', 'neither a tag nor a digest is given')
  }
  if (digest !== undefined && !isDigest(digest)) {
    return failure(id, 'InvalidImageDigest', `${JSON.stringify(digest)} is not sha256: and 64 lower-case hex digits`)
  }
  if (tag !== undefined && !isTag(tag)) return failure(id, 'InvalidImageTag', `${JSON.stringify(tag)} is not a tag`)
  const held = tag === undefined ? digest : await store.tags.get(name, tag)
  const manifest = held && (await store.manifests.get(name, held))
  if (manifest === undefined) return failure(id, 'ImageNotFound', `there is no such image in "${name}"`)
  if (digest !== undefined && digest !== held) {
    return failure(id, 'ImageTagDoesNotMatchDigest', `tag "${tag}" is on ${held}`)
  }
  return { manifest, ...(tag !== undefined && { tag }) }
}

/** The same, for calls that fail as a whole when an image is not there. */
export async function requireImage(store: Store, name: string, id: ImageId): Promise<Found> {
  const found = await findImage(store, name, id)
  if (!('failureCode' in found)) return found
  const isMissing = found.failureCode === 'ImageNotFound' || found.failureCode === 'ImageTagDoesNotMatchDigest'
  const type = isMissing ? 'ImageNotFoundException' : 'InvalidParameterException'
  throw new EcrError(type, `${JSON.stringify(id)}: ${found.failureReason}`)
}

/** A failure entry. */
export function failure(imageId: ImageId, failureCode: string, failureReason: string): Failure {
  return { imageId, failureCode, failureReason }
}
