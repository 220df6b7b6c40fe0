import * as z from 'zod'
import { isRepositoryName } from '../../../lambda/core/image.ts'
import type { Operation } from './operation.ts'
import { paging, placeOf, tokenFor } from './paging.ts'

const schema = z.object({ registryId: z.string().optional(), ...paging(1000) })

/** Describes all repositories page by page, in order; another account has none here. */
export const describeRepositories: Operation = async ({ account, region, store, url }, request) => {
  const { registryId = account, maxResults = 100, nextToken } = schema.parse(request)
  const place = placeOf(nextToken, isRepositoryName)
  const all = registryId === account ? await store.repositories() : []
  const rest = all.filter((name) => name > place)
  const page = rest.slice(0, maxResults)
  const last = page.at(-1)
  return {
    repositories: page.map((repositoryName) => ({
      registryId: account,
      repositoryName,
      repositoryArn: `arn:aws:ecr:${region}:${account}:repository/${repositoryName}`,
      repositoryUri: `${new URL(url).host}/${repositoryName}`,
    })),
    ...(last !== undefined && page.length < rest.length && { nextToken: tokenFor(last) }),
  }
}
