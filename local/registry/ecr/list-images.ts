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
  const listed = await narrowed(store, name, digests, request.filter)
  const rows = listed.flatMap(({ digest, tags }) => {
    const all = tags.length === 0 ? [undefined] : tags
    return all.map((tag) => ({ imageDigest: digest, imageTag: tag, place: `${digest} ${tag ?? ''}` }))
  })
  const rest = rows.filter((row) => row.place > place)
  const page = rest.slice(0, maxResults)
  const last = page.at(-1)
  return {
    imageIds: page.map(({ imageDigest, imageTag }) => ({ imageDigest, imageTag })),
    ...(last !== undefined && page.length < rest.length && { nextToken: tokenFor(last.place) }),
  }
})
