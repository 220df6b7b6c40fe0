import * as z from 'zod'
import { type Failure, failure, findImage } from './image-id.ts'
import { imageIds, onRepository, repository } from './operation.ts'

const schema = z.object({ ...repository, imageIds, acceptedMediaTypes: z.array(z.string()).max(100).optional() })

/** Gives manifests, byte for byte; never translated to another media type. */
export const batchGetImage = onRepository(schema, async ({ account, store }, request) => {
  const { repositoryName, acceptedMediaTypes } = request
  const images: object[] = []
  const failures: Failure[] = []
  for (const id of request.imageIds) {
    const found = await findImage(store, repositoryName, id)
    if ('failureCode' in found) {
      failures.push(found)
      continue
    }
    const { manifest, tag } = found
    if (acceptedMediaTypes?.includes(manifest.mediaType) === false) {
      failures.push(failure(id, 'ImageNotFound', 'there is no such image of an accepted media type'))
      continue
    }
    if (manifest.archived) {
      failures.push(failure(id, 'ImageInaccessible', 'the image is in the archive; restore it to pull it'))
      continue
    }
    images.push({
      registryId: account,
      repositoryName,
      imageId: { imageDigest: manifest.digest, imageTag: tag },
      imageManifest: manifest.bytes.toString('utf8'),
      imageManifestMediaType: manifest.mediaType,
    })
  }
  return { images, failures }
})
