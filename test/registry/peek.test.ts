import type { RequestListener } from 'node:http'
import { describe, expect, it } from 'vitest'
import { Misconfigured, Unavailable } from '../../lambda/errors.ts'
import { ociRegistry } from '../../lambda/registry/oci.ts'
import { image, sha256 } from './fixtures.ts'
import { nobody, type ScriptedServer, serve } from './scripted-server.ts'

const { manifest } = image('one')
const SAID = sha256(Buffer.from('said'))
const PATH = '/v2/app/manifests/v1'

/** A registry that answers HEAD as told, and GET with the manifest. */
const answering = (head: RequestListener) =>
  serve((request, response) => {
    if (request.method === 'HEAD') head(request, response)
    else response.writeHead(200, { 'content-type': manifest.mediaType }).end(manifest.bytes)
  })
const says =
  (status: number, headers: Record<string, string | number> = {}): RequestListener =>
  (_, response) =>
    response.writeHead(status, headers).end()
const peek = ({ host }: { readonly host: string }, credentials?: { username: string; password: string }) =>
  ociRegistry({ host, scheme: 'http', ...(credentials && { credentials }) }).peek('app', 'v1')
const asked = ({ requests }: ScriptedServer) => requests.map(({ method, url }) => `${method} ${url}`)

describe('a look at a tag', () => {
  it('believes the header, and reads no manifest', async () => {
    const server = await answering(says(200, { 'docker-content-digest': SAID, 'content-length': 1e9 }))
    expect(await peek(server)).toBe(SAID)
    expect(asked(server)).toEqual([`HEAD ${PATH}`])
    expect(server.requests[0]?.headers.accept).toContain(manifest.mediaType)
  })

  it.each([
    ['names no digest', says(200)],
    ['names one of another kind', says(200, { 'docker-content-digest': `sha512:${'0'.repeat(128)}` })],
    ['cannot be asked that way', says(405)],
  ])('reads the manifest where the registry %s', async (_, head) => {
    const server = await answering(head)
    expect(await peek(server)).toBe(manifest.digest)
    expect(asked(server)).toEqual([`HEAD ${PATH}`, `GET ${PATH}`])
  })

  it('does not believe another host that it is sent to', async () => {
    const elsewhere = await serve(says(200, { 'docker-content-digest': SAID }))
    const server = await answering(says(307, { location: elsewhere.url }))
    expect(await peek(server)).toBe(manifest.digest)
    expect(asked(elsewhere)).toEqual(['HEAD /'])
  })

  it('sees that there is no such tag', async () => {
    const server = await answering(says(404))
    expect(await peek(server)).toBeUndefined()
    expect(asked(server)).toEqual([`HEAD ${PATH}`])
  })

  it.each([
    [400, Unavailable],
    [403, Misconfigured],
    [429, Unavailable],
    [500, Unavailable],
    [503, Unavailable],
  ])('that is answered with %i throws', async (status, throws) => {
    const server = await answering(says(status, { 'docker-content-digest': SAID }))
    await expect(peek(server)).rejects.toBeInstanceOf(throws)
    expect(asked(server)).toEqual([`HEAD ${PATH}`])
  })

  it('that nobody answers throws', async () => {
    const host = await nobody()
    await expect(peek({ host })).rejects.toThrow(`HEAD http://${host}${PATH}`)
    await expect(peek({ host })).rejects.toBeInstanceOf(Unavailable)
  })

  it('logs in where the registry wants it', async () => {
    const server = await answering((request, response) => {
      if (request.headers.authorization !== undefined) says(200, { 'docker-content-digest': SAID })(request, response)
      else says(401, { 'www-authenticate': 'Basic realm="registry"' })(request, response)
    })
    expect(await peek(server, { username: 'robot', password: 'secret' })).toBe(SAID)
    expect(asked(server)).toEqual([`HEAD ${PATH}`, `HEAD ${PATH}`])
    await expect(peek(server)).rejects.toBeInstanceOf(Misconfigured)
  })
})
