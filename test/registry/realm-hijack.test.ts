import { describe, expect, it } from 'vitest'
import { Misconfigured, Unavailable } from '../../lambda/errors.ts'
import { ociRegistry } from '../../lambda/registry/oci.ts'
import { serve } from './scripted-server.ts'

const credentials = { username: 'robot', password: 'canary-secret' }

/** An https registry that answers everything with this challenge, and all the requests made meanwhile. */
function challenging(host: string, challenge: string) {
  const requests: { url: string; authorization: string | null }[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const { url, headers } = new Request(input, init)
    requests.push({ url, authorization: headers.get('authorization') })
    return new Response('{}', { status: 401, headers: { 'www-authenticate': challenge } })
  }
  return { registry: ociRegistry({ host, credentials, fetch }), requests }
}

describe('a registry that sends us for a token to', () => {
  it.each([
    'https://evil.example/token',
    'http://registry.example/token',
    'https://registry.example:8443/token',
    'https://registry.example.evil.org/token',
    'https://evil.example/registry.example/token',
    'https://robot:secret@registry.example/token',
    'https://registry.example@evil.example/token',
    'https://auth.docker.io/token',
    'http://169.254.169.254/latest/meta-data/iam/security-credentials/',
    'http://[fd00:ec2::254]/latest/meta-data/',
    'http://127.0.0.1:9001/2018-06-01/runtime/invocation/next',
    'https://127.0.0.1/token',
    'file:///etc/passwd',
    'blob:https://registry.example/token',
    '/token',
    '',
  ])('"%s" gets nothing', async (realm) => {
    const { registry, requests } = challenging('registry.example', `Bearer realm="${realm}",service="registry"`)
    const failure = await registry.manifest('app', 'latest').catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(Misconfigured)
    expect(failure).toHaveProperty('message', expect.stringContaining('registry registry.example'))
    expect(requests).toEqual([{ url: 'https://registry.example/v2/app/manifests/latest', authorization: null }])
  })

  it('another port on loopback gets nothing', async () => {
    const trap = await serve((_, response) => response.end('{"token":"x"}'))
    const evil = await serve((_, response) => {
      response.writeHead(401, { 'www-authenticate': `Bearer realm="${trap.url}/token"` }).end()
    })
    const registry = ociRegistry({ host: evil.host, scheme: 'http', credentials })
    await expect(registry.manifest('app', 'latest')).rejects.toBeInstanceOf(Misconfigured)
    expect(trap.requests).toEqual([])
    expect(evil.requests.map(({ headers }) => headers.authorization)).toEqual([undefined])
  })

  it('its own host gets the credentials there and nowhere else', async () => {
    const { registry, requests } = challenging('index.docker.io', 'Bearer realm="https://auth.docker.io/token"')
    await expect(registry.manifest('library/app', 'latest')).rejects.toBeInstanceOf(Misconfigured)
    const basic = `Basic ${Buffer.from('robot:canary-secret').toString('base64')}`
    expect(requests).toEqual([
      { url: 'https://index.docker.io/v2/library/app/manifests/latest', authorization: null },
      { url: 'https://auth.docker.io/token?scope=repository%3Alibrary%2Fapp%3Apull', authorization: basic },
    ])
  })
})

describe('a token endpoint that', () => {
  it.each([
    ['redirects', 302, 'x', { location: 'http://169.254.169.254/' }, Unavailable, 'more than 0 redirects'],
    ['redirects to itself', 307, 'x', { location: '/token' }, Unavailable, 'more than 0 redirects'],
    ['does not know the credentials', 401, '{}', {}, Misconfigured, '"robot"'],
    ['denies', 403, '{}', {}, Misconfigured, 'repository:app:pull'],
    ['fails', 500, '{}', {}, Unavailable, '500'],
    ['serves a web page', 200, '<html>', {}, Unavailable, 'no usable token'],
    ['serves no token', 200, '{}', {}, Unavailable, 'no usable token'],
    ['serves a number', 200, '{"token":1}', {}, Unavailable, 'no usable token'],
    ['serves an empty token', 200, '{"token":""}', {}, Unavailable, 'no usable token'],
    ['serves a second header', 200, '{"token":"a\\r\\nx: y"}', {}, Unavailable, 'no usable token'],
    ['serves what no header holds', 200, '{"token":"\u{1f511}"}', {}, Unavailable, 'no usable token'],
    ['packs the token', 200, '', { 'content-encoding': 'gzip' }, Unavailable, 'content-encoding'],
  ])('%s', async (_, status, body, headers, throws, saying) => {
    const { host } = await serve((request, response) => {
      if (request.url?.startsWith('/token')) response.writeHead(status, headers).end(body)
      else response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${host}/token"` }).end()
    })
    const registry = ociRegistry({ host, scheme: 'http', credentials })
    const failure: unknown = await registry.manifest('app', 'latest').catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(throws)
    expect(failure).toHaveProperty('message', expect.stringContaining(saying))
    expect(failure).toHaveProperty('message', expect.not.stringContaining('canary'))
  })
})
