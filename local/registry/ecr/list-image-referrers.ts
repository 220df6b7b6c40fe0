import * as z from 'zod'
import { type Referrer, referrersOf } from '../referrers.ts'
import { digest, onRepository, repository } from './operation.ts'
import { paging, placeOf, tokenFor } from './paging.ts'

const schema = z.object({
  ...repository,
  ...paging(50),
  subjectId: z.object({ imageDigest: digest }),
  filter: z
    .object({
      artifactTypes: z.array(z.string()).optional(),
      artifactStatus: z.enum(['ACTIVE', 'ARCHIVED', 'ACTIVATING', 'ANY']).default('ACTIVE'),
    })
    .prefault({}),
})

/** Lists page by page the manifests whose subject is this image. */
export const listImageReferrers = onRepository(schema, async ({ store }, request) => {
  const { repositoryName, subjectId, maxResults = 20, filter } = request
  const page: Referrer[] = []
  if (filter.artifactStatus === 'ARCHIVED' || filter.artifactStatus === 'ACTIVATING') return { referrers: page }
  const types = filter.artifactTypes ?? []
  for await (const one of referrersOf(store, repositoryName, subjectId.imageDigest, placeOf(request.nextToken))) {
    if (types.length > 0 && !types.includes(one.artifactType ?? '')) continue
    const last = page.at(-1)
    if (last !== undefined && page.length === maxResults) {
      return { referrers: page.map(active), nextToken: tokenFor(last.digest) }
    }
    page.push(one)
  }
  return { referrers: page.map(active) }
})

function active(one: Referrer) {
  return { ...one, artifactStatus: 'ACTIVE' }
}
