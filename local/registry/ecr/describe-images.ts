import * as z from 'zod'
import type { Digest } from '../../../lambda/core/image.ts'
import type { Contents } from '../contents.ts'
import type { Context } from '../context.ts'
import { EcrError } from '../errors.ts'
import { contentsOf } from '../images.ts'
import type { Store } from '../storage/store.ts'
import { filter, type Listed, narrowed } from './filter.ts'
import { findImage, type ImageId } from './image-id.ts'
import { imageIds, onRepository, repository } from './operation.ts'
import { paging, placeOf, tokenFor } from './paging.ts'

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
    const listed = await narrowed(store, name, await digestsOf(store, name, request.imageIds), request.filter)
    return { imageDetails: await describeAll(context, name, listed) }
  }
  const place = placeOf(request.nextToken)
  const digests = (await store.manifests.digests(name)).filter((digest) => digest > place)
  const listed = await narrowed(store, name, digests, request.filter)
  const page = listed.slice(0, maxResults)
  const last = page.at(-1)
  return {
    imageDetails: await describeAll(context, name, page),
    ...(last !== undefined && page.length < listed.length && { nextToken: tokenFor(last.digest) }),
  }
})

async function digestsOf(store: Store, name: string, ids: readonly ImageId[]): Promise<Digest[]> {
  const digests = new Set<Digest>()
  for (const id of ids) {
    const found = await findImage(store, name, id)
    if ('failureCode' in found) throw exception(found.failureCode, found.failureReason, id)
    digests.add(found.digest)
  }
  return [...digests]
}

function exception(code: string, reason: string, id: ImageId): EcrError {
  const isMissing = code === 'ImageNotFound' || code === 'ImageTagDoesNotMatchDigest'
  const type = isMissing ? 'ImageNotFoundException' : 'InvalidParameterException'
  return new EcrError(type, `${JSON.stringify(id)}: ${reason}`)
}

async function describeAll(context: Context, name: string, listed: readonly Listed[]): Promise<object[]> {
  const details: object[] = []
  for (const one of listed) {
    const detail = await describe(context, name, one)
    if (detail !== undefined) details.push(detail)
  }
  return details
}

async function describe({ account, store }: Context, name: string, { digest, tags }: Listed) {
  const manifest = await store.manifests.get(name, digest)
  if (manifest === undefined) return undefined
  const contents = contentsOf(manifest)
  return {
    registryId: account,
    repositoryName: name,
    imageDigest: digest,
    ...(tags.length > 0 && { imageTags: tags }),
    imageSizeInBytes: await sizeOf(store, name, contents),
    imagePushedAt: Date.parse(manifest.pushedAt) / 1000,
    imageManifestMediaType: manifest.mediaType,
    ...(contents.artifactType !== undefined && { artifactMediaType: contents.artifactType }),
    ...(contents.subject !== undefined && { subjectManifestDigest: contents.subject }),
    imageStatus: 'ACTIVE',
  }
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
