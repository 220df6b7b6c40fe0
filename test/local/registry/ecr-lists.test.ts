import {
  DescribeImagesCommand,
  type DescribeImagesCommandInput,
  ImageNotFoundException,
  InvalidParameterException,
  ListImageReferrersCommand,
  ListImagesCommand,
  paginateDescribeImages,
  paginateListImages,
  RepositoryNotFoundException,
} from '@aws-sdk/client-ecr'
import { expect, test } from 'vitest'
import { ecr } from './ecr-client.ts'
import {
  CONFIG,
  INDEX,
  image,
  index,
  MANIFEST,
  push,
  put,
  referrer,
  sha256,
  type TestRegistry,
  testRegistry,
} from './support.ts'

const app = image('app')
const repositoryName = 'a'
const sizeOf = (one: typeof app) => one.blobs.reduce((sum, { bytes }) => sum + bytes.length, 0)

function describeImages(registry: TestRegistry, input: Partial<DescribeImagesCommandInput> = {}) {
  return ecr(registry).send(new DescribeImagesCommand({ repositoryName, ...input }))
}

/** Five images in the order of their digests, the second and fourth without a tag. */
async function five() {
  const registry = await testRegistry()
  const images = ['1', '2', '3', '4', '5']
    .map((content) => image(content))
    .sort((a, b) => (a.digest < b.digest ? -1 : 1))
  for (const [n, one] of images.entries()) await push(registry, repositoryName, one, n % 2 === 0 ? `v${n}` : undefined)
  await put(registry, repositoryName, 'first', images[0]!)
  return { registry, digests: images.map(({ digest }) => digest) }
}

test('an image is described', async () => {
  const registry = await testRegistry()
  await push(registry, repositoryName, app, 'v1')
  registry.clock.now = new Date('2027-01-01T00:00:00Z')
  await put(registry, repositoryName, 'latest', app)
  const { imageDetails } = await describeImages(registry, { imageIds: [{ imageTag: 'v1' }] })
  expect(imageDetails).toEqual([
    {
      registryId: '000000000000',
      repositoryName,
      imageDigest: app.digest,
      imageTags: ['latest', 'v1'],
      imageSizeInBytes: sizeOf(app),
      imagePushedAt: new Date('2026-03-01T10:20:30.456Z'),
      imageManifestMediaType: MANIFEST,
      artifactMediaType: CONFIG,
      imageStatus: 'ACTIVE',
    },
  ])
})

test('a referrer is described with its subject, an index with the size of its largest image', async () => {
  const registry = await testRegistry()
  const large = image('a much longer content than the other')
  await push(registry, repositoryName, index([app, large]), 'all')
  const signature = referrer(app, 'application/example')
  await push(registry, repositoryName, signature)
  const imageIds = [{ imageTag: 'all' }, { imageDigest: signature.digest }]
  const { imageDetails } = await describeImages(registry, { imageIds })
  expect(imageDetails).toMatchObject([
    { imageManifestMediaType: INDEX, imageSizeInBytes: sizeOf(large) },
    { subjectManifestDigest: app.digest, artifactMediaType: 'application/example' },
  ])
  expect(imageDetails![1]).not.toHaveProperty('imageTags')
  expect(imageDetails![0]).not.toHaveProperty('artifactMediaType')
})

test('an image named twice is described once', async () => {
  const { registry, digests } = await five()
  const imageIds = [{ imageTag: 'v0' }, { imageTag: 'first' }, { imageDigest: digests[0] }]
  expect((await describeImages(registry, { imageIds })).imageDetails).toHaveLength(1)
})

test('all images come page by page', async () => {
  const { registry, digests } = await five()
  const seen: (string | undefined)[][] = []
  for await (const page of paginateDescribeImages({ client: ecr(registry), pageSize: 2 }, { repositoryName })) {
    seen.push(page.imageDetails!.map(({ imageDigest }) => imageDigest))
  }
  expect(seen).toEqual([digests.slice(0, 2), digests.slice(2, 4), digests.slice(4)])
})

test.each([
  [{ tagStatus: 'TAGGED' }, [0, 2, 4]],
  [{ tagStatus: 'UNTAGGED' }, [1, 3]],
  [{ tagStatus: 'ANY', imageStatus: 'ANY' }, [0, 1, 2, 3, 4]],
  [{ imageStatus: 'ARCHIVED' }, []],
] as const)('images narrowed by %j', async (filter, expected) => {
  const { registry, digests } = await five()
  const { imageDetails } = await describeImages(registry, { filter })
  expect(imageDetails?.map(({ imageDigest }) => imageDigest)).toEqual(expected.map((n) => digests[n]))
})

test('pages and filters go together', async () => {
  const { registry, digests } = await five()
  const filter = { tagStatus: 'TAGGED' } as const
  const first = await describeImages(registry, { filter, maxResults: 2 })
  expect(first.imageDetails?.map(({ imageDigest }) => imageDigest)).toEqual([digests[0], digests[2]])
  const second = await describeImages(registry, { filter, maxResults: 2, nextToken: first.nextToken })
  expect(second.imageDetails?.map(({ imageDigest }) => imageDigest)).toEqual([digests[4]])
  expect(second.nextToken).toBeUndefined()
})

test.each([
  [{ imageIds: [{ imageTag: 'v0' }, { imageTag: 'none' }] }, ImageNotFoundException],
  [{ imageIds: [{ imageDigest: sha256('none') }] }, ImageNotFoundException],
  [{ imageIds: [{ imageTag: 'v0', imageDigest: sha256('none') }] }, ImageNotFoundException],
  [{ imageIds: [{}] }, InvalidParameterException],
  [{ imageIds: [{ imageDigest: 'abc' }] }, InvalidParameterException],
  [{ imageIds: [] }, InvalidParameterException],
  [{ imageIds: [{ imageTag: 'v0' }], maxResults: 5 }, InvalidParameterException],
  [{ imageIds: [{ imageTag: 'v0' }], nextToken: 'x' }, InvalidParameterException],
  [{ maxResults: 0 }, InvalidParameterException],
  [{ maxResults: 1001 }, InvalidParameterException],
  [{ nextToken: 'made up' }, InvalidParameterException],
  [{ nextToken: Buffer.from('made up').toString('base64url') }, InvalidParameterException],
  [{ repositoryName: 'none' }, RepositoryNotFoundException],
  [{ repositoryName: '../a' }, InvalidParameterException],
])('DescribeImages refuses %j', async (input, exception) => {
  const { registry } = await five()
  await expect(describeImages(registry, input)).rejects.toThrow(exception)
})

test('image names come page by page, one for each tag', async () => {
  const { registry, digests } = await five()
  const seen: unknown[][] = []
  for await (const page of paginateListImages({ client: ecr(registry), pageSize: 4 }, { repositoryName })) {
    seen.push(page.imageIds!)
  }
  expect(seen).toEqual([
    [
      { imageDigest: digests[0], imageTag: 'first' },
      { imageDigest: digests[0], imageTag: 'v0' },
      { imageDigest: digests[1] },
      { imageDigest: digests[2], imageTag: 'v2' },
    ],
    [{ imageDigest: digests[3] }, { imageDigest: digests[4], imageTag: 'v4' }],
  ])
  const oneByOne: unknown[] = []
  for await (const page of paginateListImages({ client: ecr(registry), pageSize: 1 }, { repositoryName })) {
    oneByOne.push(...page.imageIds!)
  }
  expect(oneByOne).toEqual(seen.flat())
})

test('image names are narrowed by tag status', async () => {
  const { registry, digests } = await five()
  const ask = (tagStatus: 'TAGGED' | 'UNTAGGED') =>
    ecr(registry).send(new ListImagesCommand({ repositoryName, filter: { tagStatus } }))
  expect((await ask('UNTAGGED')).imageIds).toEqual([{ imageDigest: digests[1] }, { imageDigest: digests[3] }])
  expect((await ask('TAGGED')).imageIds).toHaveLength(4)
})

test('referrers come in pages of 20 unless asked otherwise, and narrowed by type', async () => {
  const registry = await testRegistry()
  await push(registry, repositoryName, app, 'v1')
  const all = Array.from({ length: 22 }, (_, n) =>
    referrer(app, n < 2 ? 'application/rare' : 'application/usual', `${n}`),
  )
  for (const one of all) await push(registry, repositoryName, one)
  const ask = (input: object) =>
    ecr(registry).send(
      new ListImageReferrersCommand({ repositoryName, subjectId: { imageDigest: app.digest }, ...input }),
    )

  const first = await ask({})
  const second = await ask({ nextToken: first.nextToken })
  expect([first.referrers?.length, second.referrers?.length, second.nextToken]).toEqual([20, 2, undefined])
  const listed = [...first.referrers!, ...second.referrers!].map(({ digest }) => digest)
  expect(listed).toEqual(all.map(({ digest }) => digest).sort())
  expect((await ask({ maxResults: 50 })).referrers).toHaveLength(22)

  const rare = await ask({ filter: { artifactTypes: ['application/rare', 'application/none'] }, maxResults: 1 })
  const rest = await ask({ filter: { artifactTypes: ['application/rare'] }, nextToken: rare.nextToken })
  const details = all.slice(0, 2).map((one, n) => ({
    ...one.descriptor,
    artifactType: 'application/rare',
    annotations: { about: `${n}` },
    artifactStatus: 'ACTIVE',
  }))
  expect([...rare.referrers!, ...rest.referrers!]).toEqual(details.sort((a, b) => (a.digest < b.digest ? -1 : 1)))
  expect((await ask({ filter: { artifactStatus: 'ARCHIVED' } })).referrers).toEqual([])
  expect((await ask({ filter: { artifactStatus: 'ANY' }, maxResults: 50 })).referrers).toHaveLength(22)
  expect((await ask({ subjectId: { imageDigest: sha256('none') } })).referrers).toEqual([])

  await expect(ask({ maxResults: 51 })).rejects.toThrow(InvalidParameterException)
  await expect(ask({ subjectId: { imageDigest: 'v1' } })).rejects.toThrow(InvalidParameterException)
  await expect(ask({ repositoryName: 'none' })).rejects.toThrow(RepositoryNotFoundException)
})
