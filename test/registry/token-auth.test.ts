import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { Misconfigured } from '../../lambda/errors.ts'
import { ociRegistry } from '../../lambda/registry/oci.ts'
import { image } from './fixtures.ts'
import { localRegistry } from './local-registry.ts'
import { type ScriptedServer, serve } from './scripted-server.ts'

const { manifest } = image('one')
const credentials = { username: 'robot', password: 'secret' }
const basic = `Basic ${Buffer.from('robot:secret').toString('base64')}`

/** A registry that wants a token; `token` answers the token endpoint, given how often it was asked before. */
async function tokenRegistry(token: (asked: number) => object): Promise<ScriptedServer & { valid: Set<string> }> {
  const valid = new Set<string>()
  let asked = 0
  const server = await serve((request, response) => {
    if (request.url?.startsWith('/token')) {
      response.end(JSON.stringify(token(asked++)))
    } else if (valid.has(request.headers.authorization ?? '')) {
      response.writeHead(200, { 'content-type': manifest.mediaType }).end(manifest.bytes)
    } else {
      const challenge = `Bearer realm="${server.url}/token?kept=1",service="a registry",scope="repository:app:pull,push,delete"`
      response.writeHead(401, { 'www-authenticate': challenge }).end()
    }
  })
  return { ...server, valid }
}

const asked = (requests: readonly IncomingMessage[]) =>
  requests.map(({ url = '', headers }) => `${url.split('?')[0]} ${headers.authorization ?? 'anonymous'}`)

describe('token authentication', () => {
  it('fetches a token for reading this repository only, and keeps it until it runs out', async () => {
    const server = await tokenRegistry((nth) => ({ token: `t${nth}`, expires_in: 100 }))
    server.valid.add('Bearer t0').add('Bearer t1')
    let seconds = 0
    const registry = ociRegistry({ host: server.host, scheme: 'http', now: () => new Date(seconds * 1_000) })
    await registry.manifest('app', 'v1')
    seconds = 89
    await registry.manifest('app', 'v2')
    seconds = 91
    await registry.manifest('app', 'v3')
    expect(asked(server.requests)).toEqual([
      '/v2/app/manifests/v1 anonymous',
      '/token anonymous',
      '/v2/app/manifests/v1 Bearer t0',
      '/v2/app/manifests/v2 Bearer t0',
      '/token anonymous',
      '/v2/app/manifests/v3 Bearer t1',
    ])
    const query = new URL(server.requests[1]!.url!, server.url).searchParams
    expect(Object.fromEntries(query)).toEqual({ kept: '1', service: 'a registry', scope: 'repository:app:pull' })
  })

  it('keeps no token for longer than an hour, whatever the registry says', async () => {
    const server = await tokenRegistry((nth) => ({ token: `t${nth}`, expires_in: 1e9 }))
    server.valid.add('Bearer t0').add('Bearer t1')
    let seconds = 0
    const registry = ociRegistry({ host: server.host, scheme: 'http', now: () => new Date(seconds * 1_000) })
    await registry.manifest('app', 'v1')
    seconds = 3_600
    await registry.manifest('app', 'v1')
    expect(asked(server.requests).at(-1)).toBe('/v2/app/manifests/v1 Bearer t1')
  })

  it('keeps the tokens of no more than 256 repositories', async () => {
    const server = await tokenRegistry(() => ({ token: 'same' }))
    server.valid.add('Bearer same')
    const registry = ociRegistry({ host: server.host, scheme: 'http' })
    const tokens = () => asked(server.requests).filter((line) => line.startsWith('/token')).length
    for (let nth = 0; nth < 256; nth++) await registry.manifest(`app${nth}`, 'v1')
    await registry.manifest('app0', 'v1')
    expect(tokens()).toBe(256)
    await registry.manifest('one-more', 'v1')
    await registry.manifest('app0', 'v1')
    expect(tokens()).toBe(258)
  })

  it('asks at once for a token for another repository, with credentials where there are some', async () => {
    const server = await tokenRegistry((nth) => ({ access_token: `t${nth}` }))
    server.valid.add('Bearer t0').add('Bearer t1')
    const registry = ociRegistry({ host: server.host, scheme: 'http', credentials })
    await registry.manifest('app', 'v1')
    await registry.manifest('other', 'v1')
    expect(asked(server.requests)).toEqual([
      '/v2/app/manifests/v1 anonymous',
      `/token ${basic}`,
      '/v2/app/manifests/v1 Bearer t0',
      `/token ${basic}`,
      '/v2/other/manifests/v1 Bearer t1',
    ])
  })

  it('fetches one token for many requests at the same time', async () => {
    const server = await tokenRegistry((nth) => ({ token: `t${nth}` }))
    server.valid.add('Bearer t0')
    const registry = ociRegistry({ host: server.host, scheme: 'http' })
    await Promise.all(['v1', 'v2', 'v3', 'v4'].map((tag) => registry.manifest('app', tag)))
    expect(asked(server.requests).filter((line) => line.startsWith('/token'))).toHaveLength(1)
  })

  it('fetches a new token when the one it holds is no longer taken', async () => {
    const server = await tokenRegistry((nth) => ({ token: `t${nth}` }))
    server.valid.add('Bearer t0')
    const registry = ociRegistry({ host: server.host, scheme: 'http' })
    await registry.manifest('app', 'v1')
    server.valid.clear()
    server.valid.add('Bearer t1')
    expect(await registry.resolve('app', 'v1')).toBe(manifest.digest)
  })

  it('asks again for a token after the endpoint was down', async () => {
    const server = await tokenRegistry((nth) => (nth === 0 ? {} : { token: `t${nth}` }))
    server.valid.add('Bearer t1')
    const registry = ociRegistry({ host: server.host, scheme: 'http' })
    await expect(registry.manifest('app', 'v1')).rejects.toThrow('no usable token')
    expect(await registry.resolve('app', 'v1')).toBe(manifest.digest)
  })

  it('gives up after one token that is not taken', async () => {
    const server = await tokenRegistry((nth) => ({ token: `t${nth}` }))
    const registry = ociRegistry({ host: server.host, scheme: 'http' })
    const failure = await registry.manifest('app', 'v1').catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(Misconfigured)
    expect(failure).toHaveProperty('message', expect.stringMatching(/anonymous.*"app".*pull permission/))
    expect(server.requests).toHaveLength(3)
  })
})

describe.each(['basic', 'bearer'] as const)('a local registry that asks for %s login', (challenge) => {
  const authorize = ({ user, password }: { user?: string; password?: string }) =>
    user === 'robot' && password === 'secret'

  it('lets in who it knows', async () => {
    const { host } = await localRegistry({ challenge, authorize })
    const registry = ociRegistry({ host, scheme: 'http', credentials })
    expect(await registry.resolve('app', 'v1')).toBeUndefined()
    expect(await registry.referrers('app', manifest.digest)).toEqual([])
  })

  it.each([
    ['a wrong password', { username: 'robot', password: 'wrong' }],
    ['nobody', undefined],
  ])('refuses %s', async (_, wrong) => {
    const { host } = await localRegistry({ challenge, authorize })
    const registry = ociRegistry({ host, scheme: 'http', ...(wrong && { credentials: wrong }) })
    await expect(registry.resolve('app', 'v1')).rejects.toBeInstanceOf(Misconfigured)
  })
})
