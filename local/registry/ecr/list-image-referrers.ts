import * as z from 'zod'
import { type Referrer, referrersOf } from '../referrers.ts'
import { digest, onRepository, repository } from './operation.ts'
import { paging, placeOf, tokenFor } from './paging.ts'
import { hasStatus, statusFilter, statusOf } from './status.ts'

const schema = z.object({
  ...repository,
  ...paging(50),
  subjectId: z.object({ imageDigest: digest }),
  filter: z.object({ artifactTypes: z.array(z.string()).optional(), artifactStatus: statusFilter }).prefault({}),
})

/** Lists page by page the manifests whose subject is this image. */
export const listImageReferrers = onRepository(schema, async ({ store }, request) => {
  const { repositoryName, subjectId, maxResults = 20, filter } = request
  const page: Referrer[] = []
  const types = filter.artifactTypes ?? []
  for await (const one of referrersOf(store, repositoryName, subjectId.imageDigest, placeOf(request.nextToken))) {
    if (!hasStatus(one, filter.artifactStatus)) continue
    if (types.length > 0 && !types.includes(one.artifactType ?? '')) continue
    const last = page.at(-1)
    if (last !== undefined && page.length === maxResults) {
      return { referrers: page.map(listed), nextToken: tokenFor(last.digest) }
    }
    page.push(one)
  }
  return { referrers: page.map(listed) }
})

function listed({ archived, ...one }: Referrer) {
  return { ...one, artifactStatus: statusOf({ archived }) }
}
