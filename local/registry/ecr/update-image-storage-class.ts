import * as z from 'zod'
import { EcrError } from '../errors.ts'
import { announceStorageClass } from '../events.ts'
import { setStorageClass } from '../images.ts'
import { requireImage } from './image-id.ts'
import { imageId, onRepository, repository } from './operation.ts'
import { statusOf } from './status.ts'

const schema = z.object({ ...repository, imageId, targetStorageClass: z.enum(['STANDARD', 'ARCHIVE']) })
const STATUS = { STANDARD: 'ACTIVE', ARCHIVE: 'ARCHIVED' } as const

/**
 * Puts an image into the archive or takes it out, at once where ECR needs up to 20 minutes. Only the image named moves,
 * not the images an index lists, nor referrers. AWS does not document which changes it refuses; this refuses one to the
 * class the image has.
 */
export const updateImageStorageClass = onRepository(schema, async (context, request) => {
  const { store, account } = context
  const { repositoryName: name, imageId: id, targetStorageClass } = request
  const { moved, tag } = await store.lock(name, async () => {
    const { manifest, tag } = await requireImage(store, name, id)
    if (statusOf(manifest) === STATUS[targetStorageClass]) {
      const message = `${manifest.digest} in "${name}" is in storage class ${targetStorageClass} already`
      throw new EcrError('ImageStorageClassUpdateNotSupportedException', message)
    }
    return { moved: await setStorageClass(context, name, manifest, targetStorageClass), tag }
  })
  await announceStorageClass(context, name, moved)
  return {
    registryId: account,
    repositoryName: name,
    imageId: { imageDigest: moved.digest, imageTag: tag },
    imageStatus: statusOf(moved),
  }
})
