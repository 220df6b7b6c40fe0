import { BatchGetImageCommand } from '@aws-sdk/client-ecr'
import { expect, test } from 'vitest'
import { ecr } from './ecr-client.ts'
import { INDEX, image, index, MANIFEST, push, put, sha256, testRegistry } from './support.ts'

const app = image('app')
const all = index([app])

async function pushed() {
  const registry = await testRegistry({ account: '123456789012' })
  await push(registry, 'team/app', all, 'all')
  await put(registry, 'team/app', 'v1', app)
  return registry
}

test('manifests are given byte for byte, by tag, by digest and by both', async () => {
  const registry = await pushed()
  const imageIds = [{ imageTag: 'v1' }, { imageDigest: all.digest }, { imageTag: 'v1', imageDigest: app.digest }]
  const { images, failures } = await ecr(registry).send(
    new BatchGetImageCommand({ repositoryName: 'team/app', imageIds }),
  )
  const common = { registryId: '123456789012', repositoryName: 'team/app' }
  const tagged = {
    imageId: { imageDigest: app.digest, imageTag: 'v1' },
    imageManifest: app.text,
    imageManifestMediaType: MANIFEST,
  }
  expect(images).toEqual([
    { ...common, ...tagged },
    { ...common, imageId: { imageDigest: all.digest }, imageManifest: all.text, imageManifestMediaType: INDEX },
    { ...common, ...tagged },
  ])
  expect(sha256(images![1]!.imageManifest!)).toBe(all.digest)
  expect(failures).toEqual([])
})

test('what cannot be given is a failure of its own', async () => {
  const registry = await pushed()
  const other = sha256('other')
  const cases: [object, string][] = [
    [{ imageTag: 'v2' }, 'ImageNotFound'],
    [{ imageDigest: other }, 'ImageNotFound'],
    [{ imageTag: 'v1', imageDigest: all.digest }, 'ImageTagDoesNotMatchDigest'],
    [{ imageTag: 'v1', imageDigest: other }, 'ImageTagDoesNotMatchDigest'],
    [{ imageTag: 'v2', imageDigest: app.digest }, 'ImageNotFound'],
    [{ imageDigest: 'sha256:abc' }, 'InvalidImageDigest'],
    [{ imageTag: '../v1' }, 'InvalidImageTag'],
    [{ imageTag: '' }, 'InvalidImageTag'],
    [{}, 'MissingDigestAndTag'],
  ]
  const imageIds = [...cases.map(([id]) => id), { imageTag: 'v1' }]
  const { images, failures } = await ecr(registry).send(
    new BatchGetImageCommand({ repositoryName: 'team/app', imageIds }),
  )
  expect(images).toHaveLength(1)
  expect(failures).toEqual(
    cases.map(([imageId, failureCode]) => ({ imageId, failureCode, failureReason: expect.any(String) })),
  )
})

test('a manifest of a media type that is not accepted is not given', async () => {
  const registry = await pushed()
  const imageIds = [{ imageTag: 'v1' }, { imageTag: 'all' }]
  const ask = (acceptedMediaTypes: string[]) =>
    ecr(registry).send(new BatchGetImageCommand({ repositoryName: 'team/app', imageIds, acceptedMediaTypes }))
  const { images, failures } = await ask([INDEX])
  expect(images?.map(({ imageId }) => imageId?.imageTag)).toEqual(['all'])
  expect(failures).toMatchObject([{ imageId: { imageTag: 'v1' }, failureCode: 'ImageNotFound' }])
  expect((await ask([INDEX, MANIFEST])).images).toHaveLength(2)
})
