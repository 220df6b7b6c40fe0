import {
  DescribeRepositoriesCommand,
  InvalidParameterException,
  paginateDescribeRepositories,
} from '@aws-sdk/client-ecr'
import { expect, test } from 'vitest'
import { ecr } from './ecr-client.ts'
import { image, push, testRegistry } from './support.ts'

async function three() {
  const registry = await testRegistry()
  for (const name of ['b', 'team/app', 'a']) await push(registry, name, image('app'))
  return ecr(registry)
}

test('repositories are described in order, page by page', async () => {
  const client = await three()
  const pages: (string | undefined)[][] = []
  for await (const { repositories = [] } of paginateDescribeRepositories({ client, pageSize: 2 }, {})) {
    pages.push(repositories.map(({ repositoryName }) => repositoryName))
  }
  expect(pages).toEqual([['a', 'b'], ['team/app']])
})

test('a repository is described by name, ARN and address', async () => {
  const client = await three()
  const { repositories } = await client.send(new DescribeRepositoriesCommand({}))
  expect(repositories?.[2]).toEqual({
    registryId: '000000000000',
    repositoryName: 'team/app',
    repositoryArn: 'arn:aws:ecr:us-east-1:000000000000:repository/team/app',
    repositoryUri: expect.stringMatching(/^127\.0\.0\.1:\d+\/team\/app$/),
  })
})

test('another account has no repositories here', async () => {
  const client = await three()
  const { repositories } = await client.send(new DescribeRepositoriesCommand({ registryId: '111122223333' }))
  expect(repositories).toEqual([])
})

test.each([
  { maxResults: 1001 },
  { nextToken: 'never given' },
  { nextToken: Buffer.from('../a').toString('base64url') },
])('the request %j is refused', async (input) => {
  const client = await three()
  await expect(client.send(new DescribeRepositoriesCommand(input))).rejects.toThrow(InvalidParameterException)
})
