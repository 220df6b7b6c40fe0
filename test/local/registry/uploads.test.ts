import { readdir } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { blob, pushBlob, refusal, sha256, type TestRegistry, testRegistry } from './support.ts'

const letters = blob('abcdefghij')

async function start(registry: TestRegistry, name = 'team/app'): Promise<string> {
  const answer = await registry.fetch('POST', `${name}/blobs/uploads/`)
  expect([answer.status, answer.headers.get('range')]).toEqual([202, '0-0'])
  const location = answer.headers.get('location')!
  expect(location).toBe(`/v2/${name}/blobs/uploads/${answer.headers.get('docker-upload-uuid')}`)
  return location.slice('/v2/'.length)
}

function patch(registry: TestRegistry, upload: string, body: string, range?: string) {
  return registry.fetch('PATCH', upload, { body, headers: range === undefined ? {} : { 'content-range': range } })
}

async function blobText(registry: TestRegistry, digest = letters.digest): Promise<string> {
  return (await registry.fetch('GET', `team/app/blobs/${digest}`)).text()
}

test('POST with a digest takes the blob whole', async () => {
  const registry = await testRegistry()
  const answer = await registry.fetch('POST', `team/app/blobs/uploads/?digest=${letters.digest}`, {
    body: 'abcdefghij',
  })
  expect([answer.status, answer.headers.get('location')]).toEqual([201, `/v2/team/app/blobs/${letters.digest}`])
  expect(await blobText(registry)).toBe('abcdefghij')
})

test('POST then PUT with the body', async () => {
  const registry = await testRegistry()
  const upload = await start(registry)
  const answer = await registry.fetch('PUT', `${upload}?digest=${letters.digest}`, { body: 'abcdefghij' })
  expect([answer.status, answer.headers.get('docker-content-digest')]).toEqual([201, letters.digest])
  expect(await blobText(registry)).toBe('abcdefghij')
})

test('chunks in order, the last one with PUT', async () => {
  const registry = await testRegistry()
  const upload = await start(registry)
  const first = await patch(registry, upload, 'abcd', '0-3')
  expect([first.status, first.headers.get('range')]).toEqual([202, '0-3'])
  const second = await patch(registry, upload, 'efg', 'bytes 4-6/10')
  expect([second.status, second.headers.get('range')]).toEqual([202, '0-6'])

  const status = await registry.fetch('GET', upload)
  expect([status.status, status.headers.get('range')]).toEqual([204, '0-6'])

  const headers = { 'content-range': '7-9' }
  const last = await registry.fetch('PUT', `${upload}?digest=${letters.digest}`, { body: 'hij', headers })
  expect(last.status).toBe(201)
  expect(await blobText(registry)).toBe('abcdefghij')
})

test('however bytes are cut into chunks, they make the same blob', async () => {
  const registry = await testRegistry()
  const chunks = fc.array(fc.string({ maxLength: 40 }), { maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(chunks, async (parts) => {
      const upload = await start(registry)
      for (const part of parts) expect((await patch(registry, upload, part)).status).toBe(202)
      const digest = sha256(parts.join(''))
      expect((await registry.fetch('PUT', `${upload}?digest=${digest}`)).status).toBe(201)
      expect(await blobText(registry, digest)).toBe(parts.join(''))
    }),
    { numRuns: 25 },
  )
})

test('a chunk out of order is refused with the place where to go on', async () => {
  const registry = await testRegistry()
  const upload = await start(registry)
  await patch(registry, upload, 'abcd', '0-3')
  for (const range of ['5-7', '3-5', '0-2']) {
    const answer = await patch(registry, upload, 'xyz', range)
    expect([answer.headers.get('range'), answer.headers.get('location')]).toEqual(['0-3', `/v2/${upload}`])
    expect(await refusal(answer)).toEqual([416, 'BLOB_UPLOAD_INVALID'])
  }
  const headers = { 'content-range': '5-9' }
  const last = await registry.fetch('PUT', `${upload}?digest=${letters.digest}`, { body: 'fghij', headers })
  expect(await refusal(last)).toEqual([416, 'BLOB_UPLOAD_INVALID'])
  expect((await registry.fetch('PUT', `${upload}?digest=${letters.digest}`, { body: 'efghij' })).status).toBe(201)
})

test.each(['0-1', '0-9', '3-0', 'all', 'bytes=0-3'])('Content-Range %s does not fit 4 bytes', async (range) => {
  const registry = await testRegistry()
  const upload = await start(registry)
  expect(await refusal(await patch(registry, upload, 'abcd', range))).toEqual([400, 'BLOB_UPLOAD_INVALID'])
})

test('bytes that do not hash to the digest are thrown away with their upload', async () => {
  const registry = await testRegistry()
  const upload = await start(registry)
  const answer = await registry.fetch('PUT', `${upload}?digest=${letters.digest}`, { body: 'other bytes' })
  expect(await refusal(answer)).toEqual([400, 'DIGEST_INVALID'])
  expect(await refusal(await registry.fetch('GET', upload))).toEqual([404, 'BLOB_UPLOAD_UNKNOWN'])
  const whole = await registry.fetch('POST', `team/app/blobs/uploads/?digest=${letters.digest}`, { body: 'other' })
  expect(await refusal(whole)).toEqual([400, 'DIGEST_INVALID'])
  expect((await registry.fetch('HEAD', `team/app/blobs/${letters.digest}`)).status).toBe(404)
  expect(await readdir(join(registry.dir, 'uploads', 'team+app'))).toEqual([])
})

test('a digest has to be given, and be one', async () => {
  const registry = await testRegistry()
  const upload = await start(registry)
  expect(await refusal(await registry.fetch('PUT', upload, { body: 'x' }))).toEqual([400, 'DIGEST_INVALID'])
  expect(await refusal(await registry.fetch('PUT', `${upload}?digest=md5:1`))).toEqual([400, 'DIGEST_INVALID'])
  const whole = await registry.fetch('POST', 'team/app/blobs/uploads/?digest=x', { body: 'x' })
  expect(await refusal(whole)).toEqual([400, 'DIGEST_INVALID'])
})

test('a cancelled upload is gone', async () => {
  const registry = await testRegistry()
  const upload = await start(registry)
  expect((await registry.fetch('DELETE', upload)).status).toBe(204)
  expect(await refusal(await patch(registry, upload, 'a'))).toEqual([404, 'BLOB_UPLOAD_UNKNOWN'])
  expect(await refusal(await registry.fetch('DELETE', upload))).toEqual([404, 'BLOB_UPLOAD_UNKNOWN'])
})

test('an upload is known only in its own repository, and only by its id', async () => {
  const registry = await testRegistry()
  const upload = await start(registry)
  const id = upload.split('/').at(-1)
  for (const path of [`team/other/blobs/uploads/${id}`, 'team/app/blobs/uploads/1']) {
    expect(await refusal(await patch(registry, path, 'a'))).toEqual([404, 'BLOB_UPLOAD_UNKNOWN'])
  }
})

test('a blob is mounted from another repository, and outlives it there', async () => {
  const registry = await testRegistry()
  await pushBlob(registry, 'base', letters)
  const mount = (name: string) => registry.fetch('POST', `${name}/blobs/uploads/?mount=${letters.digest}&from=base`)
  const answer = await mount('team/app')
  expect([answer.status, answer.headers.get('location')]).toEqual([201, `/v2/team/app/blobs/${letters.digest}`])
  expect([(await mount('team/app')).status, (await mount('base')).status]).toEqual([201, 201])
  await registry.fetch('DELETE', `base/blobs/${letters.digest}`)
  expect(await blobText(registry)).toBe('abcdefghij')
  expect(await readdir(join(registry.dir, 'drafts'))).toEqual([])
})

test.each([
  ['the blob is not there', `mount=${letters.digest}&from=base`],
  ['no repository is named', `mount=${letters.digest}`],
  ['the repository is no name', `mount=${letters.digest}&from=../base`],
  ['the digest is none', 'mount=abc&from=base'],
])('an upload begins instead of a mount: %s', async (_why, query) => {
  const registry = await testRegistry()
  const answer = await registry.fetch('POST', `team/app/blobs/uploads/?${query}`)
  expect([answer.status, answer.headers.has('location')]).toEqual([202, true])
})

test('what arrived before the client went away is kept, and the rest can follow', async () => {
  const registry = await testRegistry()
  const upload = await start(registry)
  const { hostname, port } = new URL(registry.url)
  const request = httpRequest({
    hostname,
    port,
    method: 'PATCH',
    path: `/v2/${upload}`,
    headers: { 'content-length': 10 },
  })
  request.on('error', () => {})
  request.write('abcd')
  const arrived = async () => (await registry.fetch('GET', upload)).headers.get('range')
  await vi.waitFor(async () => expect(await arrived()).toBe('0-3'))
  request.destroy()

  const answer = await registry.fetch('PUT', `${upload}?digest=${letters.digest}`, { body: 'efghij' })
  expect(answer.status).toBe(201)
  expect(await blobText(registry)).toBe('abcdefghij')
})

test('an upload goes on after a restart', async () => {
  const registry = await testRegistry()
  const upload = await start(registry)
  await patch(registry, upload, 'abcd')
  registry.clock.now = new Date()
  await registry.restart()
  expect((await registry.fetch('PUT', `${upload}?digest=${letters.digest}`, { body: 'efghij' })).status).toBe(201)
})

test('an upload untouched for a day is cleared away at the next start', async () => {
  const registry = await testRegistry()
  const upload = await start(registry)
  registry.clock.now = new Date(Date.now() + 25 * 3600 * 1000)
  await registry.restart()
  expect((await registry.fetch('GET', upload)).status).toBe(404)
})
