import {
  BatchDeleteImageCommand,
  DescribeImagesCommand,
  type ECRClient,
  PutImageCommand,
  type PutImageCommandOutput,
  UpdateImageStorageClassCommand,
} from '@aws-sdk/client-ecr'
import { errorName } from '../aws-errors.ts'
import type { Digest } from '../core/image.ts'
import { Unavailable } from '../errors.ts'
import type { FullTagger } from '../ports.ts'
import { ecrRegistry } from '../registry/ecr.ts'
import { ecrCaller } from '../registry/ecr-call.ts'
import { absentOrThrow, ecrService, failureOf } from '../registry/ecr-errors.ts'

/** Which ECR registry, through which client. */
export type EcrTaggerOptions = {
  readonly client: ECRClient
  /** The AWS account whose registry this is. */
  readonly registryId: string
}

/** Moves tags and images in one account's private ECR registry. */
export function ecrTagger({ client, registryId }: EcrTaggerOptions): FullTagger {
  const call = ecrCaller(registryId)
  const registry = ecrRegistry({ client, registryId })

  async function storage(name: string, digest: Digest): Promise<Storage | undefined> {
    // Without the filter an archived image looks deleted
    const filter = { imageStatus: 'ANY' as const }
    const imageIds = [{ imageDigest: digest }]
    const command = new DescribeImagesCommand({ registryId, repositoryName: name, imageIds, filter })
    const answer = await call('DescribeImages', name, (options) => client.send(command, options))
    const [image] = answer?.imageDetails ?? []
    return image && STORAGE[image.imageStatus ?? 'ACTIVE']
  }

  return {
    async put(name, tag, manifest) {
      const command = new PutImageCommand({
        registryId,
        repositoryName: name,
        imageTag: tag,
        imageManifest: new TextDecoder('utf-8', { ignoreBOM: true }).decode(manifest.bytes),
        imageManifestMediaType: manifest.mediaType,
        // ECR then refuses a manifest that did not survive the way into a string and back
        imageDigest: manifest.digest,
      })
      const outcome = await call('PutImage', name, (options) => client.send(command, options).then(done, known))
      if (outcome === 'put') return 'put'
      if (outcome !== 'tag exists') {
        const why = outcome === undefined ? 'repository or layers are gone' : 'neither done nor refused'
        throw new Unavailable(ecrService(registryId), `PutImage on "${name}": ${why}`)
      }
      // Undocumented which of its two errors ECR gives for an immutable tag that already holds this very digest
      return (await registry.resolve(name, tag)) === manifest.digest ? 'put' : 'taken'
    },

    async remove(name, tag, digest) {
      // Never a tag or a digest alone: the one deletes whatever the tag points at now, the other the image with all its tags
      const imageIds = [{ imageTag: tag, imageDigest: digest }]
      const command = new BatchDeleteImageCommand({ registryId, repositoryName: name, imageIds })
      const answer = await call('BatchDeleteImage', name, (options) => client.send(command, options))
      if (answer === undefined) return 'absent'
      const [failure] = answer.failures ?? []
      if (failure?.failureCode === 'ImageTagDoesNotMatchDigest') return 'moved'
      if (failure !== undefined) {
        return absentOrThrow(failureOf(failure), { registryId, action: 'BatchDeleteImage', name }) ?? 'absent'
      }
      if (answer.imageIds?.some(({ imageTag }) => imageTag === tag)) return 'removed'
      throw new Unavailable(ecrService(registryId), `BatchDeleteImage on "${name}": neither done nor refused`)
    },

    storage,

    async store(name, digest, as) {
      const command = new UpdateImageStorageClassCommand({
        registryId,
        repositoryName: name,
        imageId: { imageDigest: digest },
        targetStorageClass: as === 'archived' ? 'ARCHIVE' : 'STANDARD',
      })
      const refused = (error: unknown) => {
        if (errorName(error) === 'ImageStorageClassUpdateNotSupportedException') return 'refused' as const
        throw error
      }
      const send = (options: { abortSignal: AbortSignal }) =>
        client.send(command, options).then(() => 'done' as const, refused)
      if ((await call('UpdateImageStorageClass', name, send)) !== 'refused') return 'done'
      // A retry inside the SDK finds it done already, and that is an error to ECR
      return ((await storage(name, digest)) === 'archived') === (as === 'archived') ? 'done' : 'refused'
    },
  }
}

type Storage = 'active' | 'archived' | 'restoring'
const STORAGE = { ACTIVE: 'active', ARCHIVED: 'archived', ACTIVATING: 'restoring' } as const satisfies Record<
  string,
  Storage
>

function done({ image }: PutImageCommandOutput): 'put' | 'no answer' {
  return image === undefined ? 'no answer' : 'put'
}

function known(error: unknown): 'put' | 'tag exists' {
  const name = errorName(error)
  if (name === 'ImageAlreadyExistsException') return 'put'
  if (name === 'ImageTagAlreadyExistsException') return 'tag exists'
  throw error
}
