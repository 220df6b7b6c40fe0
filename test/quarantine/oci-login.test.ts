import { describe, expect, it } from 'vitest'
import { Misconfigured } from '../../lambda/errors.ts'
import { ociTagger } from '../../lambda/quarantine/oci.ts'
import { image } from '../registry/fixtures.ts'
import { localRegistry } from '../registry/local-registry.ts'
import { serve } from '../registry/scripted-server.ts'

const ONE = image('one')
const { manifest } = ONE
const credentials = { username: 'robot', password: 'canary-secret' }
const basic = `Basic ${Buffer.from('robot:canary-secret').toString('base64')}`

/** A registry with a token endpoint that names `realm`; it takes no token but these. */
async function tokenRegistry(valid: readonly string[], realm = (url: string) => `${url}/token`) {
  let issued = 0
  const server = await serve((request, response) => {
    if (request.url?.startsWith('/token')) response.end(JSON.stringify({ token: `t${issued++}` }))
    else if (!valid.includes(request.headers.authorization ?? '')) {
      const challenge = `Bearer realm="${realm(server.url)}",scope="repository:app:pull,push,delete repository:other:push"`
      response.writeHead(401, { 'www-authenticate': challenge }).end()
    } else if (request.method === 'PUT') response.writeHead(201).end()
    else response.writeHead(200, { 'content-type': manifest.mediaType }).end(manifest.bytes)
  })
  const asked = () =>
    server.requests.map(({ method, url = '', headers }) => {
      const scope = new URL(url, server.url).searchParams.get('scope')
      return [method, scope ?? url, headers.authorization ?? 'anonymous'].join(' ')
    })
  return { ...server, asked, tagger: ociTagger({ host: server.host, scheme: 'http', credentials }) }
}

describe('logging in to put a tag', () => {
  it('asks for a token to push to this repository only, and reads with another one that may only pull', async () => {
    const { tagger, asked } = await tokenRegistry(['Bearer t0', 'Bearer t1'])
    expect(await tagger.put('app', 'v1', manifest)).toBe('put')
    expect(asked()).toEqual([
      'PUT /v2/app/manifests/v1 anonymous',
      `GET repository:app:pull,push ${basic}`,
      'PUT /v2/app/manifests/v1 Bearer t0',
      'GET /v2/app/manifests/v1 anonymous',
      `GET repository:app:pull ${basic}`,
      'GET /v2/app/manifests/v1 Bearer t1',
    ])
  })

  it('is given up after one token that may not push', async () => {
    const { tagger, asked } = await tokenRegistry([])
    const failure: unknown = await tagger.put('app', 'v1', manifest).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(Misconfigured)
    expect(failure).toHaveProperty('message', expect.stringMatching(/"robot".*"app".*push permission/))
    expect(asked()).toEqual([
      'PUT /v2/app/manifests/v1 anonymous',
      `GET repository:app:pull,push ${basic}`,
      'PUT /v2/app/manifests/v1 Bearer t0',
    ])
  })

  it.each(['https://evil.example/token', 'http://169.254.169.254/latest/', 'http://127.0.0.1:1/token', ''])(
    'sends no credentials to "%s"',
    async (realm) => {
      const { tagger, asked } = await tokenRegistry([], () => realm)
      const failure: unknown = await tagger.put('app', 'v1', manifest).catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(Misconfigured)
      expect(failure).toHaveProperty('message', expect.stringContaining('nothing was sent'))
      expect(asked()).toEqual(['PUT /v2/app/manifests/v1 anonymous'])
    },
  )
})

describe.each(['basic', 'bearer'] as const)('a local registry that asks for %s login', (challenge) => {
  it.each([
    ['puts a tag for who may push', ['pull', 'push'], 'put'],
    ['refuses who may only pull', ['pull'], Misconfigured],
  ] as const)('%s', async (_, rights, outcome) => {
    let open = true
    const authorize = ({ action, user, password }: { action: string; user?: string; password?: string }) =>
      open || (user === 'robot' && password === 'canary-secret' && ['ping', ...rights].includes(action))
    const { host, push } = await localRegistry({ challenge, authorize })
    await push('app', ONE)
    open = false
    const put = ociTagger({ host, scheme: 'http', credentials }).put('app', 'v1', manifest)
    await (outcome === 'put' ? expect(put).resolves.toBe('put') : expect(put).rejects.toBeInstanceOf(outcome))
  })
})
