import {
  CreateRepositoryCommand,
  GetAuthorizationTokenCommand,
  GetDownloadUrlForLayerCommand,
  InvalidParameterException,
  LayersNotFoundException,
} from '@aws-sdk/client-ecr'
import { expect, test } from 'vitest'
import { ecr } from './ecr-client.ts'
import { blob, pushBlob, sha256, type TestRegistry, testRegistry } from './support.ts'

const layer = blob('abcdefghij')

async function guarded() {
  let open = true
  const registry = await testRegistry({ authorize: () => open })
  await pushBlob(registry, 'a', layer)
  open = false
  return registry
}

function link(registry: TestRegistry, layerDigest: string) {
  return ecr(registry).send(new GetDownloadUrlForLayerCommand({ repositoryName: 'a', layerDigest }))
}

test('a layer is given by a link that needs no login, for an hour', async () => {
  const registry = await guarded()
  expect((await registry.fetch('GET', `a/blobs/${layer.digest}`)).status).toBe(401)
  const { downloadUrl = '', layerDigest } = await link(registry, layer.digest)
  expect(layerDigest).toBe(layer.digest)
  expect(await (await fetch(downloadUrl)).text()).toBe('abcdefghij')
  expect(await (await fetch(downloadUrl, { headers: { range: 'bytes=2-4' } })).text()).toBe('cde')
  expect((await fetch(downloadUrl, { method: 'PUT' })).status).toBe(405)

  registry.clock.now = new Date(registry.clock.now.getTime() + 3600_000)
  expect((await fetch(downloadUrl)).status).toBe(403)
})

test('a link opens its own layer only', async () => {
  const registry = await guarded()
  const { downloadUrl = '' } = await link(registry, layer.digest)
  const token = downloadUrl.split('/').at(-1)!
  const payload = Buffer.from(token.split('.')[0]!, 'base64url').toString().replace(layer.digest, sha256('other'))
  const changed = `${Buffer.from(payload).toString('base64url')}.${token.split('.')[1]}`
  expect((await fetch(`${registry.url}/layers/${changed}`)).status).toBe(403)
  const headers = { authorization: `Bearer ${token}` }
  expect((await registry.fetch('GET', `a/blobs/${layer.digest}`, { headers })).status).toBe(401)
})

test('a layer that is not there has no link', async () => {
  const registry = await guarded()
  await expect(link(registry, sha256('none'))).rejects.toThrow(LayersNotFoundException)
  await expect(link(registry, 'abc')).rejects.toThrow(InvalidParameterException)
})

test('the password of GetAuthorizationToken opens the registry for user AWS, for twelve hours', async () => {
  const registry = await guarded()
  const { authorizationData } = await ecr(registry).send(new GetAuthorizationTokenCommand({}))
  const [{ authorizationToken, expiresAt, proxyEndpoint } = {}] = authorizationData ?? []
  expect(proxyEndpoint).toBe(registry.url)
  expect(expiresAt).toEqual(new Date('2026-03-01T22:20:30Z'))

  const read = (token = '') => {
    const headers = { authorization: `Basic ${token}` }
    return registry.fetch('GET', `a/blobs/${layer.digest}`, { headers })
  }
  expect((await read(authorizationToken)).status).toBe(200)
  const password = Buffer.from(authorizationToken!, 'base64').toString().slice('AWS:'.length)
  expect((await fetch(`${registry.url}/layers/${password}`)).status).toBe(403)
  expect((await read(Buffer.from(`root:${password}`).toString('base64'))).status).toBe(401)
  registry.clock.now = new Date('2026-03-01T22:20:30.456Z')
  expect((await read(authorizationToken)).status).toBe(401)
})

test('a call that is not answered here is named', async () => {
  const registry = await testRegistry()
  const call = ecr(registry).send(new CreateRepositoryCommand({ repositoryName: 'a' }))
  await expect(call).rejects.toMatchObject({ name: 'UnknownOperationException', message: /CreateRepository is not/ })
})

test.each([
  ['{', 400, 'SerializationException'],
  ['[]', 400, 'InvalidParameterException'],
  ['{"repositoryName":1}', 400, 'InvalidParameterException'],
  [`"${'x'.repeat(32 * 1024 * 1024)}"`, 400, 'InvalidParameterException'],
])('a body that is no request is refused', async (body, status, type) => {
  const registry = await testRegistry()
  const headers = { 'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.ListImages' }
  const answer = await fetch(registry.url, { method: 'POST', headers, body })
  expect([answer.status, ((await answer.json()) as { __type: string }).__type]).toEqual([status, type])
  expect(answer.headers.get('content-type')).toBe('application/x-amz-json-1.1')
})

test('what fails inside is a ServerException', async () => {
  const registry = await testRegistry({
    deleteMeaning: () => {
      throw new Error('boom')
    },
  })
  await pushBlob(registry, 'a', layer)
  const headers = { 'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.BatchDeleteImage' }
  const body = JSON.stringify({ repositoryName: 'a', imageIds: [{ imageTag: 'v1' }] })
  const answer = await fetch(registry.url, { method: 'POST', headers, body })
  expect([answer.status, await answer.json()]).toEqual([500, { __type: 'ServerException', message: 'Error: boom' }])
})
