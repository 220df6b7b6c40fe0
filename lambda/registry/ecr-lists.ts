import { DescribeRepositoriesCommand, type ECRClient, ListImagesCommand } from '@aws-sdk/client-ecr'
import { isDigest, isRepositoryName, isTag } from '../core/image.ts'
import { pageOf } from '../core/page.ts'
import type { Registry } from '../ports.ts'
import type { EcrCaller } from './ecr-call.ts'
import { answered } from './ecr-errors.ts'
import type { Limits } from './limits.ts'

type Listing = {
  readonly client: ECRClient
  readonly registryId: string
  readonly call: EcrCaller
  readonly limits: Limits
}

// An archived image cannot be pulled; it is listed again when it is restored
const FILTER = { tagStatus: 'TAGGED', imageStatus: 'ACTIVE' } as const

/** What one account's registry lists of itself. */
export function ecrLists({ client, registryId, call, limits }: Listing): Pick<Registry, 'repositories' | 'tagged'> {
  return {
    async repositories(cursor) {
      const input = { registryId, maxResults: limits.names, nextToken: cursor }
      const answer = await call('DescribeRepositories', '*', (options) =>
        client.send(new DescribeRepositoriesCommand(input), options),
      )
      if (answer === undefined) return undefined
      const listed = answered(answer.repositories, { registryId, action: 'DescribeRepositories', name: '*' })
      const names = listed.map(({ repositoryName }) => repositoryName)
      return pageOf(names.filter(isRepositoryName), answer.nextToken)
    },

    async tagged(name, cursor) {
      const input = { registryId, repositoryName: name, filter: FILTER, maxResults: limits.tags, nextToken: cursor }
      const answer = await call('ListImages', name, (options) => client.send(new ListImagesCommand(input), options))
      if (answer === undefined) return undefined
      const listed = answered(answer.imageIds, { registryId, action: 'ListImages', name })
      const tagged = listed.flatMap(({ imageTag: tag, imageDigest: digest }) =>
        isTag(tag) && isDigest(digest) ? [{ tag, digest }] : [],
      )
      return pageOf(tagged, answer.nextToken)
    },
  }
}
