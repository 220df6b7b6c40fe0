import * as z from 'zod'
import { isTag } from '../../../lambda/core/image.ts'
import { EcrError } from '../errors.ts'
import { announcePush } from '../events.ts'
import { putImage as put, type Refusal } from '../images.ts'
import { digest, onRepository, repository } from './operation.ts'

const schema = z.object({
  ...repository,
  imageManifest: z.string().min(1),
  imageManifestMediaType: z.string().optional(),
  imageTag: z.string().refine(isTag, 'not a tag').optional(),
  imageDigest: digest.optional(),
})

const EXCEPTIONS = {
  'manifest-invalid': 'InvalidParameterException',
  'digest-mismatch': 'ImageDigestDoesNotMatchException',
  'blobs-missing': 'LayersNotFoundException',
  'manifests-missing': 'ReferencedImagesNotFoundException',
  'tag-immutable': 'ImageTagAlreadyExistsException',
} satisfies Record<Refusal['refused'], string>

/** Stores a manifest, brings it back from the archive, or points a further tag at it. */
export const putImage = onRepository(schema, async (context, request) => {
  if (context.putImages?.take() === false) throw new EcrError('ThrottlingException', 'Rate exceeded')
  const { repositoryName, imageManifest, imageManifestMediaType, imageTag, imageDigest } = request
  const pushed = await put(context, repositoryName, {
    bytes: Buffer.from(imageManifest),
    mediaType: imageManifestMediaType,
    ...(imageTag !== undefined && { tag: imageTag }),
    ...(imageDigest !== undefined && { digest: imageDigest }),
  })
  if ('refused' in pushed) throw new EcrError(EXCEPTIONS[pushed.refused], pushed.message)
  const { contents, changed } = pushed
  if (!changed) {
    const what = imageTag === undefined ? pushed.digest : `tag "${imageTag}" on ${pushed.digest}`
    throw new EcrError('ImageAlreadyExistsException', `${what} is already in "${repositoryName}"`)
  }
  await announcePush(context, repositoryName, pushed, imageTag)
  const image = {
    registryId: context.account,
    repositoryName,
    imageId: { imageDigest: pushed.digest, imageTag },
    imageManifest,
    imageManifestMediaType: contents.mediaType,
  }
  return { image }
})
