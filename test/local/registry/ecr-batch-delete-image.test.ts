import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  BatchDeleteImageCommand,
  type ImageIdentifier,
  InvalidParameterException,
  RepositoryNotFoundException,
} from '@aws-sdk/client-ecr'
import { describe, expect, test } from 'vitest'
import type { RegistryOptions } from '../../../local/registry/context.ts'
import { ecr } from './ecr-client.ts'
import { image, index, push, put, referrer, sha256, type TestRegistry, testRegistry } from './support.ts'

const app = image('app')
const other = image('other')
const both = (imageTag: string, imageDigest: string = app.digest) => ({ imageTag, imageDigest })

/** A repository with `v1` and `latest` on one image, and `v2` on another. */
async function pushed(options: Partial<RegistryOptions> = {}) {
  const registry = await testRegistry(options)
  await push(registry, 'a', app, 'v1')
  await put(registry, 'a', 'latest', app)
  await push(registry, 'a', other, 'v2')
  registry.events.length = 0
  return registry
}

async function remove(registry: TestRegistry, ...imageIds: ImageIdentifier[]) {
  const { imageIds: deleted, failures } = await ecr(registry).send(
    new BatchDeleteImageCommand({ repositoryName: 'a', imageIds }),
  )
  return { deleted, failed: failures?.map(({ failureCode }) => failureCode) }
}

async function left(registry: TestRegistry) {
  const { tags } = (await (await registry.fetch('GET', 'a/tags/list')).json()) as { tags: string[] }
  const isThere = async ({ digest }: { digest: string }) =>
    (await registry.fetch('HEAD', `a/manifests/${digest}`)).status === 200
  return { tags, app: await isThere(app), other: await isThere(other) }
}

function told(registry: TestRegistry) {
  return registry.events.map(({ detail }) => [detail['action-type'], detail['image-digest'], detail['image-tag']])
}

test('a tag goes, and its image stays while another tag is on it', async () => {
  const registry = await pushed()
  expect(await remove(registry, { imageTag: 'v1' })).toEqual({ deleted: [both('v1')], failed: [] })
  expect(await left(registry)).toEqual({ tags: ['latest', 'v2'], app: true, other: true })
  expect(told(registry)).toEqual([['DELETE', app.digest, 'v1']])
})

test('with its last tag an image is gone', async () => {
  const registry = await pushed()
  await remove(registry, { imageTag: 'v1' }, { imageTag: 'latest' })
  expect(await left(registry)).toEqual({ tags: ['v2'], app: false, other: true })
})

test('by digest an image goes with all its tags', async () => {
  const registry = await pushed()
  const answer = await remove(registry, { imageDigest: app.digest })
  expect(answer).toEqual({ deleted: [both('latest'), both('v1')], failed: [] })
  expect(await left(registry)).toEqual({ tags: ['v2'], app: false, other: true })
  expect(told(registry)).toEqual([
    ['DELETE', app.digest, 'latest'],
    ['DELETE', app.digest, 'v1'],
  ])
})

test('an image without a tag goes by digest', async () => {
  const registry = await pushed()
  const untagged = image('untagged')
  await push(registry, 'a', untagged)
  registry.events.length = 0
  const imageId = { imageDigest: untagged.digest }
  expect(await remove(registry, imageId)).toEqual({ deleted: [imageId], failed: [] })
  expect(told(registry)).toEqual([['DELETE', untagged.digest, '']])
})

describe.each([
  ['tag', { tags: ['latest', 'v2'], app: true, other: true }, [both('v1')]],
  ['image', { tags: ['v2'], app: false, other: true }, [both('latest'), both('v1')]],
] as const)('tag and digest together mean the %s', (meaning, remaining, deleted) => {
  const options = { deleteMeaning: () => meaning }

  test('what goes when they agree', async () => {
    const registry = await pushed(options)
    expect(await remove(registry, both('v1'))).toEqual({ deleted, failed: [] })
    expect(await left(registry)).toEqual(remaining)
    expect(told(registry)).toEqual(deleted.map(({ imageTag }) => ['DELETE', app.digest, imageTag]))
  })

  test('the last tag takes the image with it', async () => {
    const registry = await pushed(options)
    expect(await remove(registry, both('v2', other.digest))).toEqual({
      deleted: [both('v2', other.digest)],
      failed: [],
    })
    expect(await left(registry)).toEqual({ tags: ['latest', 'v1'], app: true, other: false })
  })

  test('nothing goes when they do not agree', async () => {
    const registry = await pushed(options)
    const answer = await remove(registry, both('v1', other.digest), both('v3'), both('v1', sha256('none')))
    expect(answer).toEqual({
      deleted: [],
      failed: ['ImageTagDoesNotMatchDigest', 'ImageNotFound', 'ImageTagDoesNotMatchDigest'],
    })
    expect(await left(registry)).toEqual({ tags: ['latest', 'v1', 'v2'], app: true, other: true })
    expect(registry.events).toEqual([])
  })
})

test('what is named badly or not at all is a failure, and the rest still goes', async () => {
  const registry = await pushed()
  const ids = [{}, { imageTag: '-' }, { imageDigest: 'abc' }, { imageTag: 'v3' }, { imageDigest: sha256('none') }]
  expect(await remove(registry, ...ids, { imageTag: 'v1' })).toEqual({
    deleted: [both('v1')],
    failed: ['MissingDigestAndTag', 'InvalidImageTag', 'InvalidImageDigest', 'ImageNotFound', 'ImageNotFound'],
  })
})

test('an image that an index lists stays, its tags may go but for the last', async () => {
  const registry = await pushed()
  const all = index([app])
  await push(registry, 'a', all, 'all')
  expect((await remove(registry, { imageDigest: app.digest })).failed).toEqual(['ImageReferencedByManifestList'])
  expect((await remove(registry, { imageTag: 'v1' })).failed).toEqual([])
  expect((await remove(registry, both('latest'))).failed).toEqual(['ImageReferencedByManifestList'])
  expect((await left(registry)).tags).toEqual(['all', 'latest', 'v2'])

  expect((await remove(registry, { imageTag: 'all' }, { imageTag: 'latest' })).failed).toEqual([])
  expect(await left(registry)).toEqual({ tags: ['v2'], app: false, other: true })
})

test('a deleted referrer is listed no more', async () => {
  const registry = await pushed()
  const signature = referrer(app, 'application/example')
  await push(registry, 'a', signature)
  await remove(registry, { imageDigest: signature.digest })
  const answer = await registry.fetch('GET', `a/referrers/${app.digest}`)
  expect(await answer.json()).toMatchObject({ manifests: [] })
})

test('a deleted image can be pushed again, its layers are still there', async () => {
  const registry = await pushed()
  await remove(registry, { imageDigest: app.digest })
  expect((await put(registry, 'a', 'v1', app)).status).toBe(201)
})

test.each([0, 101])('%i images at once are refused', async (count) => {
  const registry = await pushed()
  const imageIds = Array.from({ length: count }, () => ({ imageTag: 'v1' }))
  await expect(remove(registry, ...imageIds)).rejects.toThrow(InvalidParameterException)
  expect((await left(registry)).tags).toContain('v1')
})

test('in a repository that is not there nothing is deleted', async () => {
  const registry = await testRegistry()
  await expect(remove(registry, { imageTag: 'v1' })).rejects.toThrow(RepositoryNotFoundException)
})

test('an index that was never written keeps nothing from going', async () => {
  const registry = await pushed()
  const all = index([app])
  await push(registry, 'a', all)
  await rm(join(registry.dir, 'repositories/a/manifests', all.digest.slice('sha256:'.length)))
  expect((await remove(registry, { imageDigest: app.digest })).failed).toEqual([])
})

test('a tag moved at the same time is never taken from its new image', async () => {
  const registry = await pushed()
  for (let round = 0; round < 10; round += 1) {
    await put(registry, 'a', 'v1', app)
    const removing = Array.from({ length: 8 }, () => remove(registry, both('v1')))
    await Promise.all([put(registry, 'a', 'v1', other), ...removing])
    const { headers } = await registry.fetch('HEAD', 'a/manifests/v1')
    expect(headers.get('docker-content-digest')).toBe(other.digest)
  }
})
