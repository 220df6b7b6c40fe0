import { readdir } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { image, push, raw, testRegistry } from './support.ts'

const app = image('app')
const digest = app.digest

test.each(['a', 'team/app', 'a1/b_c/d__e/f-g/h--i/j.k', 'blobs/uploads', 'manifests/tags/list', `${'a'.repeat(254)}b`])(
  '%s is a repository',
  async (name) => {
    const registry = await testRegistry()
    await push(registry, name, app, 'v1')
    expect((await registry.fetch('GET', `${name}/manifests/v1`)).status).toBe(200)
    expect(await (await registry.fetch('GET', '_catalog')).json()).toEqual({ repositories: [name] })
  },
)

const hostile = [
  '/v2/../../etc/manifests/v1',
  '/v2/%2e%2e/%2e%2e/etc/manifests/v1',
  '/v2/..%2f..%2fetc/blobs/uploads/',
  '/v2/a/../b/tags/list',
  '/v2/a//b/tags/list',
  '/v2//a/tags/list',
  '/v2/a/./b/tags/list',
  '/v2/A/tags/list',
  '/v2/a+b/tags/list',
  '/v2/a%00/tags/list',
  '/v2/a%5cb/tags/list',
  '/v2/.hidden/tags/list',
  `/v2/${'a'.repeat(256)}/tags/list`,
  '/v2/%ff/tags/list',
  '/v2/%/tags/list',
]
test.each(hostile)('%s names no repository', async (path) => {
  const registry = await testRegistry()
  for (const method of ['GET', 'PUT', 'POST', 'DELETE']) {
    const { status } = await raw(registry, method, path)
    expect(status).toBeOneOf([400, 404, 405])
  }
  const { status, body } = await raw(registry, path.includes('uploads') ? 'POST' : 'GET', path)
  expect([status, JSON.parse(body).errors[0].code]).toEqual([400, 'NAME_INVALID'])
  expect(await readdir(registry.dir)).toEqual(['drafts'])
})

test.each([
  ['GET', '/v2/a/manifests/..%2f..%2f..%2fsecret', 404],
  ['GET', '/v2/a/manifests/..', 404],
  ['PUT', '/v2/a/manifests/..', 400],
  ['GET', '/v2/a/blobs/..', 400],
  ['GET', '/v2/a/blobs/sha256:..', 400],
  ['DELETE', '/v2/a/blobs/uploads/..', 404],
  ['GET', '/v2/a/referrers/..', 400],
  ['GET', '/layers/../../secret', 403],
  ['GET', '/', 404],
  ['GET', '/v2', 200],
  ['GET', '/etc/passwd', 404],
  ['GET', '//v2/', 404],
])('%s %s is answered %i', async (method, path, expected) => {
  const registry = await testRegistry()
  await push(registry, 'a', app, 'v1')
  expect((await raw(registry, method, path)).status).toBe(expected)
})

test.each([
  ['POST', '/v2/', 'HEAD, GET'],
  ['PUT', `/v2/a/blobs/${digest}`, 'HEAD, GET, DELETE'],
  ['GET', '/v2/a/blobs/uploads/', 'POST'],
  ['POST', '/v2/a/manifests/v1', 'HEAD, GET, PUT, DELETE'],
  ['DELETE', '/v2/a/tags/list', 'HEAD, GET'],
  ['PATCH', `/v2/a/referrers/${digest}`, 'HEAD, GET'],
])('%s is not possible on %s', async (method, path, allow) => {
  const registry = await testRegistry()
  const answer = await fetch(registry.url + path, { method })
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow])
})
