import * as z from 'zod'
import { EcrError } from '../errors.ts'
import { digest, onRepository, repository } from './operation.ts'
import { receivedBytes } from './received-bytes.ts'

const schema = z.object({ ...repository, uploadId: z.string(), layerDigests: z.tuple([digest]) })

/** Makes the bytes of an upload a layer of the repository. The upload is gone then, also where they hash to another digest. */
export const completeLayerUpload = onRepository(schema, async ({ account, store }, request) => {
  const { repositoryName, uploadId } = request
  const [layerDigest] = request.layerDigests
  return store.lock(`upload ${uploadId}`, async () => {
    if ((await receivedBytes(store, repositoryName, uploadId)) === 0) {
      throw new EcrError('EmptyUploadException', `upload "${uploadId}" has no parts`)
    }
    const before = await store.blobs.size(repositoryName, layerDigest)
    if (!(await store.uploads.finish(repositoryName, uploadId, layerDigest))) {
      throw new EcrError(
        'InvalidLayerException',
        `the bytes received do not hash to ${layerDigest}; the upload is gone`,
      )
    }
    if (before !== undefined) {
      throw new EcrError('LayerAlreadyExistsException', `layer ${layerDigest} is already in "${repositoryName}"`)
    }
    return { registryId: account, repositoryName, uploadId, layerDigest }
  })
})
