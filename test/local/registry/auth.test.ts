import { expect, test } from 'vitest'
import type { Access } from '../../../local/registry/auth.ts'
import type { RegistryOptions } from '../../../local/registry/context.ts'
import { blob, image, push, pushBlob, refusal, type TestRegistry, testRegistry } from './support.ts'

const app = image('app')

// Everyone may pull "public"; the reader may pull all; the writer may do everything but delete.
function authorize({ action, user, password, ...rest }: Access): boolean {
  if (action === 'pull' && 'repository' in rest && rest.repository === 'public') return true
  if (password !== 'right') return false
  return user === 'writer' ? action !== 'delete' : action === 'ping' || action === 'pull'
}

function basic(user: string, password = 'right') {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
}

async function guarded(options: Partial<RegistryOptions> = {}): Promise<TestRegistry> {
  let open = true
  const registry = await testRegistry({ ...options, authorize: (access) => open || authorize(access) })
  await push(registry, 'public', app, 'v1')
  await push(registry, 'private', app, 'v1')
  open = false
  return registry
}

async function tokenFor(registry: TestRegistry, headers: Record<string, string>, ...scopes: string[]) {
  const query = new URLSearchParams({ service: registry.host })
  for (const scope of scopes) query.append('scope', scope)
  const answer = await fetch(`${registry.url}/token?${query.toString()}`, { headers })
  expect(answer.status).toBe(200)
  const { token, access_token, expires_in } = (await answer.json()) as Record<string, string | number>
  expect([access_token, expires_in]).toEqual([token, 300])
  return { authorization: `Bearer ${token}` }
}

const cases: [who: string, headers: Record<string, string>, method: string, path: string, status: number][] = [
  ['nobody', {}, 'GET', '', 401],
  ['nobody', {}, 'GET', 'public/manifests/v1', 200],
  ['nobody', {}, 'GET', 'private/manifests/v1', 401],
  ['reader', basic('reader'), 'GET', '', 200],
  ['reader', basic('reader'), 'GET', 'private/manifests/v1', 200],
  ['reader', basic('reader'), 'POST', 'private/blobs/uploads/', 403],
  ['reader', basic('reader'), 'GET', '_catalog', 403],
  ['reader with a wrong password', basic('reader', 'wrong'), 'GET', 'private/manifests/v1', 401],
  ['writer', basic('writer'), 'POST', 'private/blobs/uploads/', 202],
  ['writer', basic('writer'), 'GET', '_catalog', 200],
  ['writer', basic('writer'), 'DELETE', 'private/manifests/v1', 403],
  ['a password without a user', { authorization: 'Basic eA==' }, 'GET', '', 401],
  ['a made-up token', { authorization: 'Bearer e30.e30' }, 'GET', '', 401],
  ['another scheme', { authorization: 'Digest x' }, 'GET', '', 401],
]
test.each(cases)('%s %j: %s /v2/%s is %i', async (_who, headers, method, path, status) => {
  const registry = await guarded()
  expect((await registry.fetch(method, path, { headers })).status).toBe(status)
})

test.each([
  ['GET', '', ''],
  ['GET', 'private/manifests/v1', ',scope="repository:private:pull"'],
  ['POST', 'private/blobs/uploads/', ',scope="repository:private:pull,push"'],
  ['DELETE', 'private/manifests/v1', ',scope="repository:private:delete"'],
  ['GET', '_catalog', ',scope="registry:catalog:*"'],
])('%s /v2/%s asks for a token', async (method, path, scope) => {
  const registry = await guarded()
  const answer = await registry.fetch(method, path)
  const wanted = `Bearer realm="${registry.url}/token",service="${registry.host}"${scope}`
  expect(answer.headers.get('www-authenticate')).toBe(wanted)
  expect(await refusal(answer)).toEqual([401, 'UNAUTHORIZED'])
})

test('or for a password, as ECR does', async () => {
  const registry = await guarded({ challenge: 'basic' })
  const answer = await registry.fetch('GET', '')
  expect(answer.headers.get('www-authenticate')).toBe(`Basic realm="${registry.url}/",service="${registry.host}"`)
})

test('a token opens what was asked for and granted, for five minutes', async () => {
  const registry = await guarded()
  const headers = await tokenFor(registry, basic('writer'), 'repository:private:pull,push,delete registry:catalog:*')
  expect((await registry.fetch('GET', '', { headers })).status).toBe(200)
  expect((await registry.fetch('GET', '_catalog', { headers })).status).toBe(200)
  expect((await registry.fetch('POST', 'private/blobs/uploads/', { headers })).status).toBe(202)
  expect((await registry.fetch('POST', 'another/blobs/uploads/', { headers })).status).toBe(401)
  expect((await registry.fetch('DELETE', 'private/manifests/v1', { headers })).status).toBe(401)

  registry.clock.now = new Date(registry.clock.now.getTime() + 300_000)
  expect((await registry.fetch('GET', '', { headers })).status).toBe(401)
})

test('a token for nothing that may be done opens nothing', async () => {
  const registry = await guarded()
  const headers = await tokenFor(
    registry,
    basic('reader'),
    'repository:private:push',
    'registry:catalog:*',
    'other:x:y',
    '',
  )
  expect((await registry.fetch('POST', 'private/blobs/uploads/', { headers })).status).toBe(401)
  expect((await registry.fetch('GET', '_catalog', { headers })).status).toBe(401)
})

test('nobody gets a token for what is open to everyone', async () => {
  const registry = await guarded()
  const headers = await tokenFor(registry, {}, 'repository:public:pull,push', 'repository:private:*')
  expect((await registry.fetch('GET', 'public/manifests/v1', { headers })).status).toBe(200)
  expect((await registry.fetch('GET', 'private/manifests/v1', { headers })).status).toBe(401)
  expect((await registry.fetch('POST', 'public/blobs/uploads/', { headers })).status).toBe(401)
})

test('a wrong password gets no token', async () => {
  const registry = await guarded()
  const answer = await fetch(`${registry.url}/token?scope=repository:public:pull`, { headers: basic('reader', 'no') })
  expect(await refusal(answer)).toEqual([401, 'UNAUTHORIZED'])
})

test('a token with another signature, or changed, is none', async () => {
  const registry = await guarded()
  const { authorization } = await tokenFor(registry, basic('reader'), 'repository:private:pull')
  const [payload = '', signature = ''] = authorization.slice('Bearer '.length).split('.')
  const changed = Buffer.from(Buffer.from(payload, 'base64url').toString().replace('private', 'another')).toString(
    'base64url',
  )
  for (const token of [`${changed}.${signature}`, `${payload}.`, payload, `${payload}.${'A'.repeat(43)}`]) {
    const headers = { authorization: `Bearer ${token}` }
    expect((await registry.fetch('GET', 'another/manifests/v1', { headers })).status).toBe(401)
    expect((await registry.fetch('GET', '', { headers })).status).toBe(401)
  }
})

test('a mount does not read what its caller may not pull', async () => {
  const registry = await guarded()
  const [secret] = app.blobs
  const headers = await tokenFor(registry, basic('writer'), 'repository:mine:push')
  const path = `mine/blobs/uploads/?mount=${secret!.digest}&from=private`
  expect((await registry.fetch('POST', path, { headers })).status).toBe(202)
  const both = await tokenFor(registry, basic('writer'), 'repository:mine:push', 'repository:private:pull')
  expect((await registry.fetch('POST', path, { headers: both })).status).toBe(201)
})

test('without the option everyone may do everything, and tokens are given to whoever asks', async () => {
  const registry = await testRegistry()
  await pushBlob(registry, 'a', blob('x'))
  const headers = await tokenFor(registry, {}, 'repository:a:pull,push')
  expect((await registry.fetch('GET', '', { headers })).status).toBe(200)
})
