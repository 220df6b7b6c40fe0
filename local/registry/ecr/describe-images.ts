import * as z from 'zod'
import type { Digest } from '../../../lambda/core/image.ts'
import type { Contents } from '../contents.ts'
import type { Context } from '../context.ts'
import { EcrError } from '../errors.ts'
import { contentsOf } from '../images.ts'
import type { Store } from '../storage/store.ts'
import { type Filter, filter, type Listed, narrowed } from './filter.ts'
import { type ImageId, requireImage } from './image-id.ts'
import { imageIds, onRepository, repository } from './operation.ts'
import { paging, placeOf, tokenFor } from './paging.ts'
import { statusOf } from './status.ts'

const schema = z.object({
  ...repository,
  ...paging(1000),
  imageIds: imageIds.optional(),
  filter,
})

/** Describes some images by name, or all of a repository page by page. */
export const describeImages = onRepository(schema, async (context, request) => {
  const { store } = context
  const { repositoryName: name, maxResults = 100 } = request
  if (request.imageIds !== undefined) {
    if (request.maxResults !== undefined || request.nextToken !== undefined) {
      throw new EcrError(
        'InvalidParameterException',
        'images named by imageIds come all at once: no maxResults, no nextToken',
      )
    }
    const digests = await digestsOf(store, name, request.imageIds)
    return page(context, name, digests, request.filter, digests.length)
  }
  const place = placeOf(request.nextToken)
  const digests = (await store.manifests.digests(name)).filter((digest) => digest > place)
  return page(context, name, digests, request.filter, maxResults)
})

async function page(context: Context, name: string, digests: readonly Digest[], by: Filter, most: number) {
  const imageDetails: { readonly imageDigest: Digest }[] = []
  for await (const one of narrowed(context.store, name, digests, by)) {
    const last = imageDetails.at(-1)
    if (last !== undefined && imageDetails.length === most) {
      return { imageDetails, nextToken: tokenFor(last.imageDigest) }
    }
    imageDetails.push(await describe(context, name, one))
  }
  return { imageDetails }
}

async function digestsOf(store: Store, name: string, ids: readonly ImageId[]): Promise<Digest[]> {
  const digests = new Set<Digest>()
  for (const id of ids) digests.add((await requireImage(store, name, id)).manifest.digest)
  return [...digests]
}

async function describe({ account, store }: Context, name: string, { manifest, tags }: Listed) {
  const { digest, mediaType, pushedAt, lastArchivedAt, lastActivatedAt } = manifest
  const contents = contentsOf(manifest)
  return {
    registryId: account,
    repositoryName: name,
    imageDigest: digest,
    ...(tags.length > 0 && { imageTags: tags }),
    imageSizeInBytes: await sizeOf(store, name, contents),
    imagePushedAt: seconds(pushedAt),
    imageManifestMediaType: mediaType,
    ...(contents.artifactType !== undefined && { artifactMediaType: contents.artifactType }),
    ...(contents.subject !== undefined && { subjectManifestDigest: contents.subject }),
    imageStatus: statusOf(manifest),
    ...(lastArchivedAt !== undefined && { lastArchivedAt: seconds(lastArchivedAt) }),
    ...(lastActivatedAt !== undefined && { lastActivatedAt: seconds(lastActivatedAt) }),
  }
}

function seconds(at: string): number {
  return Date.parse(at) / 1000
}

// An index is as large as the largest image it lists.
async function sizeOf(store: Store, name: string, contents: Contents): Promise<number> {
  let size = contents.size
  for (const child of contents.children) {
    const manifest = await store.manifests.get(name, child)
    if (manifest !== undefined) size = Math.max(size, contentsOf(manifest).size)
  }
  return size
}
