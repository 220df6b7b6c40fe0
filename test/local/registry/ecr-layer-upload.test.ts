import {
  CompleteLayerUploadCommand,
  type ECRClient,
  EmptyUploadException,
  InitiateLayerUploadCommand,
  InvalidLayerException,
  InvalidLayerPartException,
  InvalidParameterException,
  LayerAlreadyExistsException,
  PutImageCommand,
  RepositoryNotFoundException,
  UploadLayerPartCommand,
  UploadNotFoundException,
} from '@aws-sdk/client-ecr'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ecr } from './ecr-client.ts'
import { blob, image, push, sha256, type TestRegistry, testRegistry } from './support.ts'

const app = image('app')
const layer = blob('abcdefghij')
const repositoryName = 'a'
const MIB = 1024 * 1024

async function begun() {
  const registry = await testRegistry()
  await push(registry, repositoryName, app)
  const client = ecr(registry)
  return { registry, client, uploadId: await initiate(client) }
}

async function initiate(client: ECRClient): Promise<string> {
  const { uploadId } = await client.send(new InitiateLayerUploadCommand({ repositoryName }))
  return uploadId!
}

function upload(client: ECRClient, uploadId: string, text: string | Buffer, at: number, end = at + text.length - 1) {
  const range = { partFirstByte: at, partLastByte: end }
  const layerPartBlob = Buffer.from(text as string)
  return client.send(new UploadLayerPartCommand({ repositoryName, uploadId, ...range, layerPartBlob }))
}

function complete(client: ECRClient, uploadId: string, digest: string = layer.digest) {
  return client.send(new CompleteLayerUploadCommand({ repositoryName, uploadId, layerDigests: [digest] }))
}

async function layerText(registry: TestRegistry, digest: string = layer.digest) {
  const answer = await registry.fetch('GET', `a/blobs/${digest}`)
  return answer.status === 200 ? answer.text() : answer.status
}

test('a layer comes in parts', async () => {
  const { registry, client, uploadId } = await begun()
  const names = { registryId: '000000000000', repositoryName, uploadId }
  expect(await upload(client, uploadId, 'abcd', 0)).toMatchObject({ ...names, lastByteReceived: 3 })
  expect(await upload(client, uploadId, 'efghij', 4)).toMatchObject({ ...names, lastByteReceived: 9 })
  expect(await layerText(registry)).toBe(404)
  expect(await complete(client, uploadId)).toMatchObject({ ...names, layerDigest: layer.digest })
  expect(await layerText(registry)).toBe('abcdefghij')
})

test('an image is pushed by the ECR API alone', async () => {
  const { registry, client } = await begun()
  const other = image('other')
  for (const { bytes, digest } of other.blobs) {
    const uploadId = await initiate(client)
    await upload(client, uploadId, bytes, 0)
    await complete(client, uploadId, digest)
  }
  await client.send(new PutImageCommand({ repositoryName, imageManifest: other.text, imageTag: 'v1' }))
  expect(await (await registry.fetch('GET', 'a/manifests/v1')).text()).toBe(other.text)
})

test('however bytes are cut into parts, they make the same layer', async () => {
  const { registry, client } = await begun()
  const parts = fc.array(fc.uint8Array({ minLength: 1, maxLength: 2000 }), { minLength: 1, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(fc.uuid(), parts, async (salt, cut) => {
      const all = [Buffer.from(salt), ...cut.map((part) => Buffer.from(part))]
      const uploadId = await initiate(client)
      let at = 0
      for (const part of all) {
        await upload(client, uploadId, part, at)
        at += part.length
      }
      const whole = Buffer.concat(all)
      const digest = sha256(whole)
      await complete(client, uploadId, digest)
      const answer = await registry.fetch('GET', `a/blobs/${digest}`)
      expect(Buffer.from(await answer.arrayBuffer())).toEqual(whole)
    }),
    { numRuns: 20 },
  )
})

test('the part size advised is taken, and so is the largest', async () => {
  const { registry, client, uploadId } = await begun()
  const { partSize } = await client.send(new InitiateLayerUploadCommand({ repositoryName }))
  expect(partSize).toBe(10 * MIB)
  const part = Buffer.alloc(20 * MIB, 'x')
  await upload(client, uploadId, part, 0)
  await complete(client, uploadId, sha256(part))
  expect((await registry.fetch('HEAD', `a/blobs/${sha256(part)}`)).headers.get('content-length')).toBe(`${20 * MIB}`)
})

test.each<[string, string | Buffer, number, number | undefined]>([
  ['it does not follow on', 'efg', 5, undefined],
  ['it comes again', 'abcd', 0, undefined],
  ['its last byte is too early', 'efg', 4, 5],
  ['its last byte is too late', 'efg', 4, 7],
  ['it is empty', '', 4, 3],
  ['it is over 20 MiB', Buffer.alloc(20 * MIB + 1), 4, undefined],
])('a part is refused, with what is here, and the right one is still taken: %s', async (_why, text, at, end) => {
  const { registry, client, uploadId } = await begun()
  await upload(client, uploadId, 'abcd', 0)
  const error: unknown = await upload(client, uploadId, text, at, end).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(InvalidLayerPartException)
  expect(error).toMatchObject({ registryId: '000000000000', repositoryName, uploadId, lastValidByteReceived: 3 })
  await upload(client, uploadId, 'efghij', 4)
  await complete(client, uploadId)
  expect(await layerText(registry)).toBe('abcdefghij')
})

test('before any part there is no last valid byte', async () => {
  const { client, uploadId } = await begun()
  const error: unknown = await upload(client, uploadId, 'abcd', 1).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(InvalidLayerPartException)
  expect(error).toMatchObject({ lastValidByteReceived: undefined })
})

test('what hashes to another digest is no layer, and the upload is gone', async () => {
  const { registry, client, uploadId } = await begun()
  await upload(client, uploadId, 'abc', 0)
  await expect(complete(client, uploadId)).rejects.toThrow(InvalidLayerException)
  expect(await layerText(registry)).toBe(404)
  await expect(complete(client, uploadId)).rejects.toThrow(UploadNotFoundException)
})

test('a layer that is there already is said to be, and stays', async () => {
  const { registry, client, uploadId } = await begun()
  const again = await initiate(client)
  for (const id of [uploadId, again]) await upload(client, id, 'abcdefghij', 0)
  await complete(client, uploadId)
  await expect(complete(client, again)).rejects.toThrow(LayerAlreadyExistsException)
  expect(await layerText(registry)).toBe('abcdefghij')
  await expect(complete(client, again)).rejects.toThrow(UploadNotFoundException)
})

test('an upload without parts is no layer', async () => {
  const { client, uploadId } = await begun()
  await expect(complete(client, uploadId, sha256(''))).rejects.toThrow(EmptyUploadException)
})

test('an upload is known only in its own repository, and only by its id', async () => {
  const { registry, client, uploadId } = await begun()
  await push(registry, 'b', app)
  const part = { partFirstByte: 0, partLastByte: 0, layerPartBlob: Buffer.from('a') }
  for (const other of [
    { repositoryName: 'b', uploadId },
    { repositoryName: 'b', uploadId: `../a/${uploadId}` },
    { repositoryName, uploadId: crypto.randomUUID() },
  ]) {
    await expect(client.send(new UploadLayerPartCommand({ ...other, ...part }))).rejects.toThrow(
      UploadNotFoundException,
    )
    const end = new CompleteLayerUploadCommand({ ...other, layerDigests: [layer.digest] })
    await expect(client.send(end)).rejects.toThrow(UploadNotFoundException)
  }
})

test.each([[[]], [['abc']], [[layer.digest, layer.digest]]])('one digest is needed, not %j', async (layerDigests) => {
  const { client, uploadId } = await begun()
  const end = new CompleteLayerUploadCommand({ repositoryName, uploadId, layerDigests })
  await expect(client.send(end)).rejects.toThrow(InvalidParameterException)
})

test('no upload starts in a repository that is not there', async () => {
  const { client } = await begun()
  const start = new InitiateLayerUploadCommand({ repositoryName: 'none' })
  await expect(client.send(start)).rejects.toThrow(RepositoryNotFoundException)
})

test('an upload goes on after a restart, and by the other API', async () => {
  const { registry, client, uploadId } = await begun()
  await upload(client, uploadId, 'abcd', 0)
  registry.clock.now = new Date()
  await registry.restart()
  const answer = await registry.fetch('PUT', `a/blobs/uploads/${uploadId}?digest=${layer.digest}`, { body: 'efghij' })
  expect([answer.status, await layerText(registry)]).toEqual([201, 'abcdefghij'])
})
