import {
  DescribeImagesCommand,
  ListImageReferrersCommand,
  ListImagesCommand,
  paginateDescribeImages,
  paginateListImages,
} from '@aws-sdk/client-ecr'
import { expect, test } from 'vitest'
import { app, archived, pushed, repositoryName, update } from './archived.ts'
import { ecr } from './ecr-client.ts'
import { image, push, referrer, testRegistry } from './support.ts'

test.each([
  [undefined, ['v2']],
  [{ tagStatus: 'TAGGED' }, ['v2']],
  [{ imageStatus: 'ACTIVE' }, ['v2']],
  [{ imageStatus: 'ARCHIVED' }, ['v1']],
  [{ imageStatus: 'ACTIVATING' }, []],
  [{ imageStatus: 'ANY' }, ['v1', 'v2']],
  [{ imageStatus: 'ANY', tagStatus: 'UNTAGGED' }, []],
] as const)('lists narrowed by %j', async (filter, expected) => {
  const registry = await archived()
  const client = ecr(registry)
  const { imageIds } = await client.send(new ListImagesCommand({ repositoryName, filter }))
  expect(imageIds?.map(({ imageTag }) => imageTag).sort()).toEqual(expected)
  const { imageDetails } = await client.send(new DescribeImagesCommand({ repositoryName, filter }))
  expect(imageDetails?.flatMap(({ imageTags }) => imageTags).sort()).toEqual(expected)
  const named = { imageIds: [{ imageTag: 'v1' }, { imageTag: 'v2' }], filter }
  const byName = await client.send(new DescribeImagesCommand({ repositoryName, ...named }))
  expect(byName.imageDetails?.flatMap(({ imageTags }) => imageTags).sort()).toEqual(expected)
})

test('pages skip what is archived, and end without a token', async () => {
  const registry = await testRegistry()
  const images = ['1', '2', '3', '4', '5'].map((content) => image(content))
  for (const [n, one] of images.entries()) await push(registry, repositoryName, one, `v${n}`)
  for (const n of [0, 3]) await update(registry, 'ARCHIVE', { imageTag: `v${n}` })
  const active = [1, 2, 4].map((n) => images[n]!.digest).sort()

  const described: unknown[][] = []
  for await (const page of paginateDescribeImages({ client: ecr(registry), pageSize: 1 }, { repositoryName })) {
    described.push(page.imageDetails!.map(({ imageDigest }) => imageDigest))
  }
  expect(described).toEqual(active.map((digest) => [digest]))
  const named: unknown[][] = []
  for await (const page of paginateListImages({ client: ecr(registry), pageSize: 1 }, { repositoryName })) {
    named.push(page.imageIds!.map(({ imageDigest }) => imageDigest))
  }
  expect(named).toEqual(described)
})

test('an archived referrer is not listed unless asked for', async () => {
  const registry = await pushed()
  const [signature, sbom] = [referrer(app, 'application/signature'), referrer(app, 'application/sbom')]
  for (const one of [signature, sbom]) await push(registry, repositoryName, one)
  await update(registry, 'ARCHIVE', { imageDigest: signature.digest })
  const list = async (artifactStatus?: 'ACTIVE' | 'ARCHIVED' | 'ACTIVATING' | 'ANY') => {
    const input = { repositoryName, subjectId: { imageDigest: app.digest }, filter: { artifactStatus } }
    const { referrers } = await ecr(registry).send(new ListImageReferrersCommand(input))
    return Object.fromEntries(referrers!.map((one) => [one.artifactType, one.artifactStatus]))
  }
  const [active, away] = [{ 'application/sbom': 'ACTIVE' }, { 'application/signature': 'ARCHIVED' }]
  expect([await list(), await list('ACTIVE'), await list('ARCHIVED')]).toEqual([active, active, away])
  expect([await list('ANY'), await list('ACTIVATING')]).toEqual([{ ...active, ...away }, {}])

  const listed = async () => (await registry.fetch('GET', `a/referrers/${app.digest}`)).json()
  const manifest = { ...sbom.descriptor, artifactType: 'application/sbom', annotations: { about: 'application/sbom' } }
  expect(await listed()).toMatchObject({ manifests: [manifest] })
  await update(registry, 'STANDARD', { imageDigest: signature.digest })
  const { manifests } = (await listed()) as { manifests: object[] }
  expect(manifests).toHaveLength(2)
  expect(manifests.filter((one) => 'archived' in one)).toEqual([])
})
