import {
  DescribeImagesCommand,
  ImageAlreadyExistsException,
  ImageDigestDoesNotMatchException,
  ImageTagAlreadyExistsException,
  InvalidParameterException,
  LayersNotFoundException,
  PutImageCommand,
  type PutImageCommandInput,
  ReferencedImagesNotFoundException,
  RepositoryNotFoundException,
} from '@aws-sdk/client-ecr'
import { expect, test } from 'vitest'
import { ecr } from './ecr-client.ts'
import { INDEX, image, index, MANIFEST, push, sha256, type TestRegistry, testRegistry } from './support.ts'

const app = image('app')

async function pushed(options = {}) {
  const registry = await testRegistry(options)
  await push(registry, 'a', app, 'v1')
  registry.events.length = 0
  return registry
}

function putImage(registry: TestRegistry, input: Partial<PutImageCommandInput>) {
  return ecr(registry).send(new PutImageCommand({ repositoryName: 'a', imageManifest: app.text, ...input }))
}

test('a further tag is put on an image that is there', async () => {
  const registry = await pushed()
  const { image } = await putImage(registry, {
    imageTag: 'q',
    imageDigest: app.digest,
    imageManifestMediaType: MANIFEST,
  })
  expect(image).toEqual({
    registryId: '000000000000',
    repositoryName: 'a',
    imageId: { imageDigest: app.digest, imageTag: 'q' },
    imageManifest: app.text,
    imageManifestMediaType: MANIFEST,
  })
  expect(await (await registry.fetch('GET', 'a/manifests/q')).text()).toBe(app.text)
  expect(registry.events.map(({ detail }) => [detail['action-type'], detail['image-tag']])).toEqual([['PUSH', 'q']])
})

test('a tag is moved, and the image it was on stays', async () => {
  const registry = await pushed()
  const other = image('other')
  await push(registry, 'a', other)
  await putImage(registry, { imageManifest: other.text, imageTag: 'v1' })
  expect(await (await registry.fetch('GET', 'a/manifests/v1')).text()).toBe(other.text)
  expect((await registry.fetch('GET', `a/manifests/${app.digest}`)).status).toBe(200)
  await registry.fetch('DELETE', `a/manifests/${app.digest}`)
  expect(await (await registry.fetch('GET', 'a/manifests/v1')).text()).toBe(other.text)
})

test('an index without a media type of its own needs one beside it', async () => {
  const registry = await pushed()
  const imageManifest = JSON.stringify({ schemaVersion: 2, manifests: [app.descriptor] })
  await expect(putImage(registry, { imageManifest })).rejects.toThrow(InvalidParameterException)
  const { image } = await putImage(registry, { imageManifest, imageManifestMediaType: INDEX })
  expect(image).toMatchObject({ imageId: { imageDigest: sha256(imageManifest) }, imageManifestMediaType: INDEX })
})

test('what is there already is said to be, and not told again', async () => {
  const registry = await pushed()
  await expect(putImage(registry, { imageTag: 'v1' })).rejects.toThrow(ImageAlreadyExistsException)
  await expect(putImage(registry, {})).rejects.toThrow(ImageAlreadyExistsException)
  expect(registry.events).toEqual([])
})

test('an immutable tag is not moved', async () => {
  const registry = await pushed({ immutable: () => true })
  const other = image('other')
  await push(registry, 'a', other)
  const move = putImage(registry, { imageManifest: other.text, imageTag: 'v1' })
  await expect(move).rejects.toThrow(ImageTagAlreadyExistsException)
  await expect(putImage(registry, { imageTag: 'v1' })).rejects.toThrow(ImageAlreadyExistsException)
  await putImage(registry, { imageManifest: other.text, imageTag: 'v2' })
})

test.each([
  ['the digest is another', { imageTag: 'q', imageDigest: sha256('other') }, ImageDigestDoesNotMatchException],
  ['a layer is missing', { imageManifest: image('missing').text }, LayersNotFoundException],
  ['a child is missing', { imageManifest: index([image('missing')]).text }, ReferencedImagesNotFoundException],
  ['the manifest is none', { imageManifest: '{}' }, InvalidParameterException],
  ['the manifest is empty', { imageManifest: '' }, InvalidParameterException],
  ['the media type is another', { imageManifestMediaType: INDEX }, InvalidParameterException],
  ['the tag is none', { imageTag: '../q' }, InvalidParameterException],
  ['the digest is none', { imageDigest: 'abc' }, InvalidParameterException],
  ['the repository is not there', { repositoryName: 'b' }, RepositoryNotFoundException],
  ['the registry is another account', { registryId: '999999999999' }, RepositoryNotFoundException],
  ['the manifest is too long', { imageManifest: `{"a":"${'x'.repeat(4 * 1024 * 1024)}"}` }, InvalidParameterException],
])('refused: %s', async (_why, input, exception) => {
  const registry = await pushed()
  await expect(putImage(registry, input)).rejects.toThrow(exception)
  expect(registry.events).toEqual([])
})

test('beyond so many a second PutImage is throttled, pushes and other calls are not', async () => {
  const registry = await pushed({ putImagePerSecond: 2 })
  await putImage(registry, { imageTag: 'q1' })
  await putImage(registry, { imageTag: 'q2' })
  const events = registry.events.length
  await expect(putImage(registry, { imageTag: 'q3' })).rejects.toMatchObject({
    name: 'ThrottlingException',
    $metadata: { httpStatusCode: 400 },
  })
  expect((await registry.fetch('HEAD', 'a/manifests/q3')).status).toBe(404)
  expect(registry.events).toHaveLength(events)
  await push(registry, 'a', app, 'v2')
  await ecr(registry).send(new DescribeImagesCommand({ repositoryName: 'a' }))

  registry.clock.now = new Date(registry.clock.now.getTime() + 500)
  await putImage(registry, { imageTag: 'q3' })
  await expect(putImage(registry, { imageTag: 'q4' })).rejects.toThrow('Rate exceeded')
})

test('the SDK takes it for throttling, and tries again', async () => {
  const registry = await pushed({ putImagePerSecond: 1 })
  await putImage(registry, { imageTag: 'q1' })
  const kinds: string[] = []
  const client = ecr(registry, {
    mode: 'standard',
    acquireInitialRetryToken: async () => ({ getRetryCount: () => kinds.length, getRetryDelay: () => 0 }),
    async refreshRetryTokenForRetry(token, { errorType }) {
      kinds.push(errorType)
      registry.clock.now = new Date(registry.clock.now.getTime() + 1000)
      return token
    },
    recordSuccess() {},
  })
  await client.send(new PutImageCommand({ repositoryName: 'a', imageManifest: app.text, imageTag: 'q2' }))
  expect(kinds).toEqual(['THROTTLING'])
})
