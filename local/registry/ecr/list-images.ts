import * as z from 'zod'
import { filter, narrowed } from './filter.ts'
import { onRepository, repository } from './operation.ts'
import { paging, placeOf, tokenFor } from './paging.ts'

const schema = z.object({ ...repository, ...paging(1000), filter })

/** Names all images of a repository page by page: an entry for each tag, and one for each image without any. */
export const listImages = onRepository(schema, async ({ store }, request) => {
  const { repositoryName: name, maxResults = 100 } = request
  const place = placeOf(request.nextToken)
  const [from = ''] = place.split(' ')
  const digests = (await store.manifests.digests(name)).filter((digest) => digest >= from)
  const imageIds: object[] = []
  let last = place
  for await (const { manifest, tags } of narrowed(store, name, digests, request.filter)) {
    const imageDigest = manifest.digest
    for (const imageTag of tags.length === 0 ? [undefined] : tags) {
      const here = `${imageDigest} ${imageTag ?? ''}`
      if (here <= place) continue
      if (imageIds.length === maxResults) return { imageIds, nextToken: tokenFor(last) }
      imageIds.push({ imageDigest, imageTag })
      last = here
    }
  }
  return { imageIds }
})
