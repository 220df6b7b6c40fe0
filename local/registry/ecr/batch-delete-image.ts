import * as z from 'zod'
import type { Digest } from '../../../lambda/core/image.ts'
import { announceDelete } from '../events.ts'
import { eraseImage, isListed } from '../images.ts'
import type { Store } from '../storage/store.ts'
import { type Failure, failure, findImage, type ImageId } from './image-id.ts'
import { imageIds, onRepository, repository } from './operation.ts'

const schema = z.object({ ...repository, imageIds })

type Deleted = { readonly imageDigest: Digest; readonly imageTag?: string }

/**
 * Removes tags or whole images. By digest the image goes with all its tags; by tag the tag goes, and with the last
 * one the image. By both it is what `deleteMeaning` says, once the tag is found to be on that digest.
 */
export const batchDeleteImage = onRepository(schema, async (context, { repositoryName: name, imageIds: ids }) => {
  const { store } = context
  const deleted: Deleted[] = []
  const failures: Failure[] = []
  for (const id of ids) {
    const outcome = await store.lock(name, () => deleteOne(store, name, id, context.deleteMeaning()))
    if ('failureCode' in outcome) failures.push(outcome)
    else deleted.push(...outcome)
  }
  for (const { imageDigest, imageTag } of deleted) await announceDelete(context, name, imageDigest, imageTag)
  return { imageIds: deleted, failures }
})

async function deleteOne(
  store: Store,
  name: string,
  id: ImageId,
  meaning: 'tag' | 'image',
): Promise<Deleted[] | Failure> {
  const found = await findImage(store, name, id)
  if ('failureCode' in found) return found
  const { manifest, tag } = found
  const { digest } = manifest
  const tags = await store.tags.of(name, digest)
  const byTag = tag !== undefined && (id.imageDigest === undefined || meaning === 'tag')
  if (byTag && tags.length > 1) {
    await store.tags.remove(name, tag)
    return [{ imageDigest: digest, imageTag: tag }]
  }
  if (await isListed(store, name, digest)) {
    return failure(id, 'ImageReferencedByManifestList', `an index in "${name}" lists ${digest}`)
  }
  await eraseImage(store, name, digest)
  return tags.length === 0 ? [{ imageDigest: digest }] : tags.map((one) => ({ imageDigest: digest, imageTag: one }))
}
