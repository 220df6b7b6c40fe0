import { once } from 'node:events'
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import {
  blob,
  CONFIG,
  INDEX,
  image,
  index,
  LAYER,
  MANIFEST,
  push,
  pushContent,
  put,
  referrer,
  refusal,
  sha256,
  testRegistry,
} from './support.ts'

const app = image('app')

test('an image pushed by tag is found by tag and by digest, byte for byte', async () => {
  const registry = await testRegistry()
  await pushContent(registry, 'team/app', app)
  const answer = await put(registry, 'team/app', 'v1', app)
  expect(answer.status).toBe(201)
  expect(answer.headers.get('location')).toBe(`/v2/team/app/manifests/${app.digest}`)
  expect(answer.headers.get('docker-content-digest')).toBe(app.digest)
  expect(answer.headers.has('oci-subject')).toBe(false)

  for (const reference of ['v1', app.digest, encodeURIComponent(app.digest)]) {
    const got = await registry.fetch('GET', `team/app/manifests/${reference}`)
    expect([got.status, got.headers.get('content-type'), await got.text()]).toEqual([200, MANIFEST, app.text])
    const head = await registry.fetch('HEAD', `team/app/manifests/${reference}`)
    expect([head.status, head.headers.get('docker-content-digest')]).toEqual([200, app.digest])
    expect(head.headers.get('content-length')).toBe(`${app.text.length}`)
  }
})

test('an index is taken when its children are there', async () => {
  const registry = await testRegistry()
  const all = index([app, image('other')])
  expect(await refusal(await put(registry, 'team/app', 'all', all))).toEqual([400, 'MANIFEST_BLOB_UNKNOWN'])
  await push(registry, 'team/app', all, 'all')
  expect((await registry.fetch('GET', 'team/app/manifests/all')).headers.get('content-type')).toBe(INDEX)
})

test('a manifest is refused while a blob of it is missing from this repository', async () => {
  const registry = await testRegistry()
  await pushContent(registry, 'team/other', app)
  expect(await refusal(await put(registry, 'team/app', 'v1', app))).toEqual([400, 'MANIFEST_BLOB_UNKNOWN'])
  expect((await registry.fetch('GET', 'team/app/manifests/v1')).status).toBe(404)
})

test('a subject is acknowledged and may be absent', async () => {
  const registry = await testRegistry()
  const signature = referrer(app, 'application/example')
  await pushContent(registry, 'team/app', signature)
  const answer = await put(registry, 'team/app', signature.digest, signature)
  expect([answer.status, answer.headers.get('oci-subject')]).toEqual([201, app.digest])
})

test('layers that are to be fetched from elsewhere need not be there', async () => {
  const registry = await testRegistry()
  const foreign = blob('foreign', 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip')
  await push(registry, 'team/app', image('windows', { layers: [foreign.descriptor] }), 'v1')
})

test('a manifest that is image and index at once is stored as it is: judging it is for others', async () => {
  const registry = await testRegistry()
  const both = image('both', { manifests: [] })
  await push(registry, 'team/app', both, 'v1')
  expect(await (await registry.fetch('GET', 'team/app/manifests/v1')).text()).toBe(both.text)
})

test('a media type may stand in the header alone, with parameters', async () => {
  const registry = await testRegistry()
  const body = '{"schemaVersion":2,"manifests":[]}'
  const headers = { 'content-type': `${INDEX}; charset=utf-8` }
  expect((await registry.fetch('PUT', 'a/manifests/v1', { headers, body })).status).toBe(201)
  expect((await registry.fetch('GET', 'a/manifests/v1')).headers.get('content-type')).toBe(INDEX)
})

const digest = `sha256:${'a'.repeat(64)}`
const malformed: [why: string, mediaType: string, body: string | Buffer<ArrayBuffer>][] = [
  ['not JSON', MANIFEST, '{'],
  ['not UTF-8', MANIFEST, Buffer.from('{"schemaVersion":2,"annotations":{"a":"\xff"}}', 'latin1')],
  ['not an object', MANIFEST, '[]'],
  ['schema 1', MANIFEST, '{"schemaVersion":1}'],
  ['an unknown media type', 'application/json', '{"schemaVersion":2}'],
  ['schema 1 by type', 'application/vnd.docker.distribution.manifest.v1+json', '{"schemaVersion":2}'],
  ['two media types', MANIFEST, JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [] })],
  ['a config that is no descriptor', MANIFEST, JSON.stringify({ schemaVersion: 2, config: { digest }, layers: [] })],
  ['layers that are no list', MANIFEST, JSON.stringify({ schemaVersion: 2, layers: {} })],
  [
    'a layer with a bad digest',
    MANIFEST,
    JSON.stringify({ schemaVersion: 2, layers: [{ mediaType: LAYER, digest: 'sha256:x', size: 1 }] }),
  ],
  ['a child without a size', INDEX, JSON.stringify({ schemaVersion: 2, manifests: [{ mediaType: MANIFEST, digest }] })],
  ['a subject that is no descriptor', MANIFEST, JSON.stringify({ schemaVersion: 2, layers: [], subject: digest })],
]
test.each(malformed)('refused as a manifest: %s', async (_why, mediaType, body) => {
  const registry = await testRegistry()
  const answer = await registry.fetch('PUT', 'a/manifests/v1', { headers: { 'content-type': mediaType }, body })
  expect(await refusal(answer)).toEqual([400, 'MANIFEST_INVALID'])
  expect(registry.events).toEqual([])
})

test('4 MiB of manifest are taken, a byte more is not', async () => {
  const registry = await testRegistry()
  const padded = (size: number) => {
    const [before, after] = ['{"schemaVersion":2,"manifests":[],"annotations":{"pad":"', '"}}']
    return `${before}${'x'.repeat(size - before.length - after.length)}${after}`
  }
  const send = (body: string) => registry.fetch('PUT', 'a/manifests/v1', { headers: { 'content-type': INDEX }, body })
  expect((await send(padded(4 * 1024 * 1024))).status).toBe(201)
  expect(await refusal(await send(padded(4 * 1024 * 1024 + 1)))).toEqual([413, 'MANIFEST_INVALID'])
})

test('who sends far too much is told so, and can go on over the same connection', async () => {
  const registry = await testRegistry()
  const { hostname, port } = new URL(registry.url)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  onTestFinished(() => agent.destroy())
  async function status(method: string, path: string, body = Buffer.alloc(0)): Promise<[number | undefined, boolean]> {
    const request = httpRequest({ hostname, port, agent, method, path, headers: { 'content-length': body.length } })
    const answered = once(request, 'response') as Promise<[IncomingMessage]>
    const sent = once(request, 'finish')
    request.end(body)
    const [response] = await answered
    await Promise.all([sent, once(response.resume(), 'end')])
    return [response.statusCode, request.reusedSocket]
  }
  expect(await status('PUT', '/v2/a/manifests/v1', Buffer.alloc(32 * 1024 * 1024))).toEqual([413, false])
  expect(await status('GET', '/v2/')).toEqual([200, true])
})

test('a digest in the path has to be that of the manifest', async () => {
  const registry = await testRegistry()
  await pushContent(registry, 'team/app', app)
  expect(await refusal(await put(registry, 'team/app', sha256('other'), app))).toEqual([400, 'DIGEST_INVALID'])
  expect(await refusal(await put(registry, 'team/app', 'sha256:abc', app))).toEqual([400, 'DIGEST_INVALID'])
})

test.each(['.v1', '-v1', `v${'1'.repeat(128)}`, 'v%201', 'v+1'])('%s is not a tag', async (tag) => {
  const registry = await testRegistry()
  await push(registry, 'team/app', app)
  expect(await refusal(await put(registry, 'team/app', tag, app))).toEqual([400, 'TAG_INVALID'])
  const got = await registry.fetch('GET', `team/app/manifests/${tag}`)
  expect(await refusal(got)).toEqual([404, 'MANIFEST_UNKNOWN'])
})

test('an immutable tag cannot be moved, but put again where it is', async () => {
  const registry = await testRegistry({ immutable: (name, tag) => name === 'team/app' && tag.startsWith('v') })
  await push(registry, 'team/app', app, 'v1')
  await push(registry, 'team/app', app, 'latest')
  const other = image('other')
  await push(registry, 'team/app', other, 'latest')
  expect(await refusal(await put(registry, 'team/app', 'v1', other))).toEqual([400, 'TAG_INVALID'])
  expect((await put(registry, 'team/app', 'v1', app)).status).toBe(201)
  expect((await registry.fetch('HEAD', 'team/app/manifests/v1')).headers.get('docker-content-digest')).toBe(app.digest)
})

test('a deleted tag leaves its image, even when it was the last one', async () => {
  const registry = await testRegistry()
  await push(registry, 'team/app', app, 'v1')
  expect((await registry.fetch('DELETE', 'team/app/manifests/v1')).status).toBe(202)
  expect(await refusal(await registry.fetch('GET', 'team/app/manifests/v1'))).toEqual([404, 'MANIFEST_UNKNOWN'])
  expect((await registry.fetch('GET', `team/app/manifests/${app.digest}`)).status).toBe(200)
  expect(await refusal(await registry.fetch('DELETE', 'team/app/manifests/v1'))).toEqual([404, 'MANIFEST_UNKNOWN'])
})

test('an image deleted by digest goes with all its tags, and no other', async () => {
  const registry = await testRegistry()
  const other = image('other')
  await push(registry, 'team/app', app, 'v1')
  await push(registry, 'team/app', app, 'latest')
  await push(registry, 'team/app', other, 'v2')
  const path = `team/app/manifests/${app.digest}`
  expect((await registry.fetch('DELETE', path)).status).toBe(202)
  expect(await refusal(await registry.fetch('GET', path))).toEqual([404, 'MANIFEST_UNKNOWN'])
  expect(await refusal(await registry.fetch('DELETE', path))).toEqual([404, 'MANIFEST_UNKNOWN'])
  const tags = await (await registry.fetch('GET', 'team/app/tags/list')).json()
  expect(tags).toEqual({ name: 'team/app', tags: ['v2'] })
})

test('in a repository nobody pushed to, nothing is found', async () => {
  const registry = await testRegistry()
  expect(await refusal(await registry.fetch('GET', 'no/such/manifests/v1'))).toEqual([404, 'NAME_UNKNOWN'])
  expect(await refusal(await registry.fetch('DELETE', 'no/such/manifests/v1'))).toEqual([404, 'NAME_UNKNOWN'])
})

test('a docker manifest is kept under its own media type', async () => {
  const registry = await testRegistry()
  const mediaType = 'application/vnd.docker.distribution.manifest.v2+json'
  await pushContent(registry, 'a', app)
  const text = app.text.replace(MANIFEST, mediaType)
  expect(text).toContain(CONFIG)
  expect((await put(registry, 'a', 'v1', { ...app, mediaType, text })).status).toBe(201)
  expect((await registry.fetch('GET', 'a/manifests/v1')).headers.get('content-type')).toBe(mediaType)
})
