import {
  BatchDeleteImageCommand,
  BatchGetImageCommand,
  DescribeImagesCommand,
  type ImageIdentifier,
  ImageNotFoundException,
  ImageStorageClassUpdateNotSupportedException,
  InvalidParameterException,
  PutImageCommand,
  RepositoryNotFoundException,
  type TargetStorageClass,
  UpdateImageStorageClassCommand,
} from '@aws-sdk/client-ecr'
import { expect, test } from 'vitest'
import { ARCHIVED_AT, app, archived, LATER, other, pushed, repositoryName, update } from './archived.ts'
import { ecr } from './ecr-client.ts'
import {
  CONFIG,
  index,
  MANIFEST,
  push,
  put,
  referrer,
  refusal,
  sha256,
  type TestRegistry,
  testRegistry,
} from './support.ts'

async function detailOf(registry: TestRegistry) {
  const input = { repositoryName, imageIds: [{ imageDigest: app.digest }], filter: { imageStatus: 'ANY' as const } }
  const { imageDetails } = await ecr(registry).send(new DescribeImagesCommand(input))
  const { imageStatus, lastArchivedAt, lastActivatedAt, imageTags } = imageDetails?.[0] ?? {}
  return { imageStatus, lastArchivedAt, lastActivatedAt, imageTags }
}

async function pulls(registry: TestRegistry) {
  const references = ['v1', app.digest, 'v2']
  return Promise.all(references.map(async (one) => (await registry.fetch('GET', `a/manifests/${one}`)).status))
}

function told(registry: TestRegistry) {
  return registry.events.map(({ detail }) => [detail['action-type'], detail['target-storage-class']])
}

test.each<[string, ImageIdentifier]>([
  ['tag', { imageTag: 'v1' }],
  ['digest', { imageDigest: app.digest }],
  ['both', { imageTag: 'v1', imageDigest: app.digest }],
])('an image named by %s is archived and restored', async (_how, imageId) => {
  const registry = await pushed()
  const answer = { registryId: '000000000000', repositoryName, imageId: { ...imageId, imageDigest: app.digest } }
  expect(await update(registry, 'ARCHIVE', imageId)).toMatchObject({ ...answer, imageStatus: 'ARCHIVED' })
  expect(await pulls(registry)).toEqual([404, 404, 200])
  registry.clock.now = LATER
  expect(await update(registry, 'STANDARD', imageId)).toMatchObject({ ...answer, imageStatus: 'ACTIVE' })
  expect(await pulls(registry)).toEqual([200, 200, 200])
})

test('what is archived cannot be pulled, and says so as ECR does', async () => {
  const registry = await archived()
  expect(await refusal(await registry.fetch('GET', 'a/manifests/v1'))).toEqual([404, 'MANIFEST_UNKNOWN'])
  expect((await registry.fetch('HEAD', `a/manifests/${app.digest}`)).status).toBe(404)
  const imageIds = [{ imageTag: 'v1' }, { imageDigest: app.digest }, { imageTag: 'v2' }]
  const { images, failures } = await ecr(registry).send(new BatchGetImageCommand({ repositoryName, imageIds }))
  expect(images?.map(({ imageId }) => imageId?.imageTag)).toEqual(['v2'])
  expect(failures?.map(({ imageId, failureCode }) => [imageId, failureCode])).toEqual([
    [{ imageTag: 'v1' }, 'ImageInaccessible'],
    [{ imageDigest: app.digest }, 'ImageInaccessible'],
  ])
})

test('status and times are described: when it last went and when it last came back', async () => {
  const registry = await archived()
  const imageTags = ['v1']
  expect(await detailOf(registry)).toEqual({ imageStatus: 'ARCHIVED', lastArchivedAt: ARCHIVED_AT, imageTags })
  await update(registry, 'STANDARD')
  const restored = { imageStatus: 'ACTIVE', lastArchivedAt: ARCHIVED_AT, lastActivatedAt: LATER, imageTags }
  expect(await detailOf(registry)).toEqual(restored)
  registry.clock.now = new Date('2026-04-01T00:00:00Z')
  await update(registry, 'ARCHIVE')
  const again = { ...restored, imageStatus: 'ARCHIVED', lastArchivedAt: registry.clock.now }
  expect(await detailOf(registry)).toEqual(again)
})

test('each change is told as ECR tells it', async () => {
  const registry = await pushed()
  await update(registry, 'ARCHIVE')
  registry.clock.now = LATER
  await update(registry, 'STANDARD')
  const envelope = {
    version: '0',
    id: expect.any(String),
    'detail-type': 'ECR Image Action',
    source: 'aws.ecr',
    account: '000000000000',
    region: 'us-east-1',
    resources: [],
  }
  const detail = {
    result: 'SUCCESS',
    'repository-name': 'a',
    'image-digest': app.digest,
    'action-type': 'UPDATE_STORAGE_CLASS',
    'manifest-media-type': MANIFEST,
    'artifact-media-type': CONFIG,
  }
  const restored = { ...detail, 'target-storage-class': 'STANDARD', 'last-activated-at': LATER.toISOString() }
  expect(registry.events).toEqual([
    { ...envelope, time: '2026-03-01T10:20:30Z', detail: { ...detail, 'target-storage-class': 'ARCHIVE' } },
    { ...envelope, time: '2026-03-05T08:00:00Z', detail: restored },
  ])
  await update(registry, 'ARCHIVE')
  expect(registry.events.at(-1)?.detail).not.toHaveProperty('last-activated-at')
})

test('a change of a referrer is an event of its own type', async () => {
  const registry = await pushed()
  const signature = referrer(app, 'application/signature')
  await push(registry, repositoryName, signature)
  await update(registry, 'ARCHIVE', { imageDigest: signature.digest })
  expect(registry.events.map((event) => event['detail-type'])).toEqual(['ECR Image Action', 'ECR Referrer Action'])
})

test.each<[string, (registry: TestRegistry) => Promise<unknown>, string]>([
  ['PUT by tag', (registry) => put(registry, repositoryName, 'v1', app), 'v1'],
  ['PUT by digest', (registry) => put(registry, repositoryName, app.digest, app), ''],
  ['PUT under a new tag', (registry) => put(registry, repositoryName, 'v3', app), 'v3'],
  [
    'PutImage',
    (registry) => {
      const input = { repositoryName, imageManifest: app.text, imageTag: 'v1' }
      return ecr(registry).send(new PutImageCommand(input))
    },
    'v1',
  ],
])('pushed again it is restored at once: %s', async (_how, pushAgain, tag) => {
  const registry = await archived()
  await pushAgain(registry)
  expect(await pulls(registry)).toEqual([200, 200, 200])
  expect(await detailOf(registry)).toMatchObject({ imageStatus: 'ACTIVE', lastActivatedAt: LATER })
  expect(told(registry)).toEqual([
    ['UPDATE_STORAGE_CLASS', 'STANDARD'],
    ['PUSH', undefined],
  ])
  expect(registry.events[1]?.detail['image-tag']).toBe(tag)
})

test('a refused push restores nothing', async () => {
  const registry = await testRegistry({ immutable: () => true })
  await push(registry, repositoryName, app, 'v1')
  await push(registry, repositoryName, other, 'v2')
  await update(registry, 'ARCHIVE')
  registry.events.length = 0
  expect((await put(registry, repositoryName, 'v2', app)).status).toBe(400)
  expect([await pulls(registry), registry.events]).toEqual([[404, 404, 200], []])
})

test('an archived image can be deleted, and pushed again is as new', async () => {
  const registry = await archived()
  const imageIds = [{ imageTag: 'v1', imageDigest: app.digest }]
  const { imageIds: gone } = await ecr(registry).send(new BatchDeleteImageCommand({ repositoryName, imageIds }))
  expect(gone).toEqual(imageIds)
  expect((await detailOf(registry).catch((error: unknown) => error)) as Error).toBeInstanceOf(ImageNotFoundException)
  await put(registry, repositoryName, 'v1', app)
  expect(await detailOf(registry)).toEqual({ imageStatus: 'ACTIVE', imageTags: ['v1'] })
})

test('an index goes alone, its images stay', async () => {
  const registry = await pushed()
  await push(registry, repositoryName, index([app]), 'all')
  await update(registry, 'ARCHIVE', { imageTag: 'all' })
  expect((await registry.fetch('GET', 'a/manifests/all')).status).toBe(404)
  expect(await pulls(registry)).toEqual([200, 200, 200])
})

test.each<[TargetStorageClass, () => Promise<TestRegistry>]>([
  ['STANDARD', pushed],
  ['ARCHIVE', archived],
])('a change to the class it has, %s, is refused and not told', async (target, start) => {
  const registry = await start()
  await expect(update(registry, target)).rejects.toThrow(ImageStorageClassUpdateNotSupportedException)
  expect(registry.events).toEqual([])
})

test.each([
  ['the tag is not there', { imageId: { imageTag: 'none' } }, ImageNotFoundException],
  ['the digest is not there', { imageId: { imageDigest: sha256('none') } }, ImageNotFoundException],
  ['tag and digest differ', { imageId: { imageTag: 'v1', imageDigest: other.digest } }, ImageNotFoundException],
  ['no image is named', { imageId: {} }, InvalidParameterException],
  ['the digest is none', { imageId: { imageDigest: 'abc' } }, InvalidParameterException],
  ['the class is none', { targetStorageClass: 'GLACIER' as TargetStorageClass }, InvalidParameterException],
  ['the repository is not there', { repositoryName: 'none' }, RepositoryNotFoundException],
])('refused: %s', async (_why, input, exception) => {
  const registry = await pushed()
  const whole = { repositoryName, imageId: { imageTag: 'v1' }, targetStorageClass: 'ARCHIVE' as const, ...input }
  await expect(ecr(registry).send(new UpdateImageStorageClassCommand(whole))).rejects.toThrow(exception)
  expect([await pulls(registry), registry.events]).toEqual([[200, 200, 200], []])
})

test('of several changes at once to the same class, one is made and told', async () => {
  const registry = await pushed()
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => update(registry, 'ARCHIVE')))
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(told(registry)).toEqual([['UPDATE_STORAGE_CLASS', 'ARCHIVE']])
})

test('an archived image is still archived after a restart', async () => {
  const registry = await archived()
  const before = await detailOf(registry)
  await registry.restart()
  expect(await detailOf(registry)).toEqual(before)
  expect(await pulls(registry)).toEqual([404, 404, 200])
})
