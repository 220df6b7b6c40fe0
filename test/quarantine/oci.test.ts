import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { BadInput } from '../../lambda/core/bad-input.ts'
import { buriedIn, tombstoneOf } from '../../lambda/core/tombstone.ts'
import { Misconfigured, Unavailable } from '../../lambda/errors.ts'
import { ociTagger } from '../../lambda/quarantine/oci.ts'
import { ociRegistry } from '../../lambda/registry/oci.ts'
import { testTagger } from '../contracts/tagger.ts'
import { image } from '../registry/fixtures.ts'
import { localRegistry } from '../registry/local-registry.ts'
import { serve } from '../registry/scripted-server.ts'

testTagger({
  title: 'OCI over HTTP',
  make: async (immutable) => {
    const { host, push } = await localRegistry({ immutable: (_, tag) => immutable(tag) })
    const options = { host, scheme: 'http' } as const
    return { tagger: ociTagger(options), registry: ociRegistry(options), push }
  },
})

const ONE = image('one')
const { manifest } = ONE
const other = image('two').manifest
const credentials = { username: 'robot', password: 'canary-secret' }

it('overwrites a tag by a tombstone, and leaves the image to be pulled by digest', async () => {
  const { host, push } = await localRegistry()
  const [tagger, registry] = [ociTagger({ host, scheme: 'http' }), ociRegistry({ host, scheme: 'http' })]
  await push('app', ONE, ['v1'])
  expect(await tagger.put('app', 'v1', tombstoneOf(manifest))).toBe('put')
  const there = await registry.manifest('app', 'v1')
  expect(there && buriedIn(there)).toBe(manifest.digest)
  expect(await registry.manifest('app', manifest.digest)).toEqual(manifest)
  expect(await tagger.put('app', 'v1', manifest)).toBe('put')
  expect(await registry.resolve('app', 'v1')).toBe(manifest.digest)
})

type Put = { readonly status: number; readonly code?: string; readonly headers?: Readonly<Record<string, string>> }

type Held = typeof manifest | 'nothing'

/** A registry that answers every PUT like this, and what it was sent; its tags are on `held`. */
async function scripted({ status, code, headers }: Put, held: Held = manifest) {
  const bodies: Buffer[] = []
  const puts: IncomingMessage[] = []
  const answerPut = async (request: IncomingMessage, response: ServerResponse) => {
    puts.push(request)
    bodies.push(Buffer.concat(await request.toArray()))
    response.writeHead(status, headers).end(code && JSON.stringify({ errors: [{ code }] }))
  }
  const server = await serve((request, response) => {
    if (request.method === 'PUT') void answerPut(request, response)
    else if (held === 'nothing') response.writeHead(404).end()
    else response.writeHead(200, { 'content-type': held.mediaType }).end(held.bytes)
  })
  const put = () => ociTagger({ host: server.host, scheme: 'http', credentials }).put('app', 'v1', manifest)
  return { ...server, puts, bodies, put }
}

describe('put', () => {
  it('sends the manifest as it is, under its own type', async () => {
    const { put, puts, bodies } = await scripted({ status: 201 })
    expect(await put()).toBe('put')
    expect(puts.map(({ url, headers }) => [url, headers['content-type']])).toEqual([
      ['/v2/app/manifests/v1', manifest.mediaType],
    ])
    expect(bodies).toEqual([Buffer.from(manifest.bytes)])
  })

  it.each([
    [{ status: 200 }, manifest, 'put'],
    [{ status: 202 }, manifest, 'put'],
    [{ status: 400, code: 'TAG_INVALID' }, other, 'taken'],
    [{ status: 400, code: 'TAG_INVALID' }, manifest, 'put'],
    [{ status: 412, code: 'PRECONDITION' }, other, 'taken'],
  ])('answered by %j with the tag on %o says so', async (answer, held, outcome) => {
    expect(await (await scripted(answer, held)).put()).toBe(outcome)
  })

  it.each<[string, Put, Held, typeof Unavailable | typeof Misconfigured, string]>([
    ['after 201 with the tag elsewhere', { status: 201 }, other, Unavailable, `now the tag is on ${other.digest}`],
    ['after 201 without the tag', { status: 201 }, 'nothing', Unavailable, 'now there is no such tag'],
    ['when a tag that is not there is called bad', { status: 400, code: 'TAG_INVALID' }, 'nothing', Unavailable, '400'],
    ['when the manifest is called bad', { status: 400, code: 'MANIFEST_INVALID' }, other, Unavailable, '400 MANIFEST'],
    ['when a blob is missing', { status: 404, code: 'MANIFEST_BLOB_UNKNOWN' }, other, Unavailable, 'blobs are gone'],
    ['when it is a conflict', { status: 409 }, other, Unavailable, '409'],
    ['when there are too many requests', { status: 429 }, other, Unavailable, '429'],
    ['when the registry fails', { status: 500 }, other, Unavailable, '500'],
    ['when the registry is closed', { status: 503 }, other, Unavailable, '503'],
    ['when pushing is denied', { status: 403, code: 'DENIED' }, other, Misconfigured, 'push permission'],
    ['when pushing needs a login unknown to us', { status: 401 }, other, Misconfigured, '"robot"'],
  ])('throws %s', async (_, answer, held, throws, saying) => {
    const { put, host, puts } = await scripted(answer, held)
    const failure: unknown = await put().catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(throws)
    expect(failure).toHaveProperty('message', expect.stringContaining(saying))
    expect(failure).toHaveProperty('message', expect.stringContaining(host))
    expect(failure).toHaveProperty('message', expect.not.stringContaining('canary'))
    expect(puts).toHaveLength(1)
  })

  it.each([
    ['../../v2/other', 'v1'],
    ['app?x=', 'v1'],
    ['app', '../blobs/uploads/'],
    ['app', ''],
    ['app', 'v1?x='],
  ])('sends nothing for %j and %j', async (name, tag) => {
    const fetch = () => {
      throw new Error('a request was made')
    }
    await expect(ociTagger({ host: 'registry.example', fetch }).put(name, tag, manifest)).rejects.toBeInstanceOf(
      BadInput,
    )
  })

  it('gives up a registry that never answers', async () => {
    const { host } = await serve(() => {})
    const tagger = ociTagger({ host, scheme: 'http', limits: { deadlineMs: 100 } })
    await expect(tagger.put('app', 'v1', manifest)).rejects.toThrow(/PUT http.*no whole answer within 100 ms/)
  })

  it('reads no endless answer to the end', async () => {
    const { host } = await serve((request, response) => {
      if (request.method === 'PUT') endless(response.writeHead(201))
      else response.writeHead(200, { 'content-type': manifest.mediaType }).end(manifest.bytes)
    })
    expect(await ociTagger({ host, scheme: 'http' }).put('app', 'v1', manifest)).toBe('put')
  })
})

describe('a put that is sent elsewhere', () => {
  it.each([301, 302, 303, 307, 308])('is not followed on %i, not even within the registry', async (status) => {
    const trap = await serve((_, response) => response.writeHead(201).end())
    for (const location of [`${trap.url}/v2/app/manifests/v1`, '/v2/other/manifests/v1', 'https://evil.example/']) {
      const { put, puts } = await scripted({ status, headers: { location } })
      const failure: unknown = await put().catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(Unavailable)
      expect(failure).toHaveProperty('message', expect.stringContaining('more than 0 redirects'))
      expect(puts.map(({ url }) => url)).toEqual(['/v2/app/manifests/v1'])
    }
    expect(trap.requests).toEqual([])
  })
})

function endless(response: ServerResponse): void {
  const more = () => {
    while (response.write(Buffer.alloc(65_536)));
  }
  response.on('drain', more)
  more()
}
