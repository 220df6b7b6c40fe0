import type { RequestListener } from 'node:http'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { Misconfigured, OverLimit, Unavailable } from '../../lambda/errors.ts'
import type { Registry } from '../../lambda/ports.ts'
import { ociRegistry } from '../../lambda/registry/oci.ts'
import { IMAGE, INDEX, image, sha256 } from './fixtures.ts'
import { nobody, serve } from './scripted-server.ts'

type Failure = typeof Unavailable | typeof Misconfigured | typeof OverLimit
type Ask = (registry: Registry) => Promise<unknown>

const { manifest, blobs } = image('one')
const BLOB = sha256(blobs[0]!)
const MIB = 1024 * 1024
const BOMB = gzipSync(Buffer.alloc(64 * MIB), { level: 1 })

const byTag: Ask = (registry) => registry.manifest('app', 'latest')
const byDigest: Ask = (registry) => registry.manifest('app', manifest.digest)
const blob: Ask = (registry) => registry.blob('app', BLOB, 1_000)
const referrers: Ask = (registry) => registry.referrers('app', manifest.digest)
const resolve: Ask = (registry) => registry.resolve('app', 'latest')

const status =
  (code: number): RequestListener =>
  (_, response) =>
    response.writeHead(code, { 'content-type': 'application/json' }).end('{"errors":[{"code":"SOME_CODE"}]}')
const body =
  (content: string | Uint8Array, headers: Record<string, string | number> = {}): RequestListener =>
  (_, response) =>
    response.writeHead(200, { 'content-type': IMAGE, ...headers }).end(content)
const list = (count: number, next?: string): RequestListener => {
  const entry = { mediaType: IMAGE, digest: manifest.digest, size: 1 }
  const index = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: Array(count).fill(entry) })
  return body(index, { 'content-type': INDEX, ...(next && { link: `<${next}>; rel="next"` }) })
}

const rows: readonly [does: string, answer: RequestListener, ask: Ask, throws: Failure, saying: string][] = [
  ['has had too many requests', status(429), byTag, Unavailable, '429 SOME_CODE'],
  ['fails inside', status(500), byDigest, Unavailable, '500 SOME_CODE'],
  ['stands behind a dead proxy', status(502), blob, Unavailable, '502'],
  ['is closed for a while', status(503), referrers, Unavailable, '503'],
  ['answers what nobody knows', status(418), resolve, Unavailable, '418'],
  ['calls a request bad', status(400), byTag, Unavailable, '400'],
  ['denies', status(403), byTag, Misconfigured, '403 SOME_CODE'],
  ['denies without saying how to log in', status(401), byTag, Misconfigured, 'repository "app"'],
  ['serves a web page for a tag', body('<html>', { 'content-type': 'text/html' }), byTag, Unavailable, 'text/html'],
  [
    'serves a web page when asked what a tag is',
    body('<html>', { 'content-type': 'text/html' }),
    resolve,
    Unavailable,
    'text/html',
  ],
  [
    'serves a manifest without a type',
    body(manifest.bytes, { 'content-type': '' }),
    byTag,
    Unavailable,
    'instead of a manifest',
  ],
  [
    'serves a file for a tag',
    body(manifest.bytes, { 'content-type': 'application/octet-stream' }),
    byTag,
    Unavailable,
    'instead of a manifest',
  ],
  [
    'serves other bytes for a tag than its header names',
    body('{}', { 'docker-content-digest': manifest.digest }),
    byTag,
    Unavailable,
    'hash to',
  ],
  ['serves another manifest', body('{}'), byDigest, Unavailable, 'hash to'],
  [
    'serves another manifest under the right header',
    body('{}', { 'docker-content-digest': manifest.digest }),
    byDigest,
    Unavailable,
    'hash to',
  ],
  ['serves another blob', body('x'), blob, Unavailable, 'hash to'],
  ['serves no bytes', body(''), blob, Unavailable, '0 bytes'],
  ['serves a manifest over the limit', body(Buffer.alloc(4 * MIB + 1)), byTag, OverLimit, '4194304 bytes'],
  ['serves a blob over the limit', body(Buffer.alloc(1_001)), blob, OverLimit, '1000 bytes'],
  ['never ends a manifest', endless, byTag, OverLimit, '4194304 bytes'],
  ['never ends a blob', endless, blob, OverLimit, '1000 bytes'],
  ['announces a terabyte', announced(1e12, 'x'), blob, OverLimit, '1000 bytes'],
  ['announces more than it sends', announced(900, 'x'), blob, Unavailable, 'GET'],
  ['announces less than it sends', announced(1, 'xx'), blob, Unavailable, 'hash to'],
  ['cuts a body off', cutOff, blob, Unavailable, 'GET'],
  ['hangs up', (request) => request.socket.destroy(), byTag, Unavailable, 'GET'],
  ['sends endless headers', body('', { 'x-long': 'x'.repeat(MIB) }), byTag, Unavailable, 'GET'],
  ['sends a gzip bomb', body(BOMB, { 'content-encoding': 'gzip' }), byTag, Unavailable, 'content-encoding gzip'],
  [
    'sends a gzip bomb of a blob',
    body(BOMB, { 'content-encoding': 'gzip' }),
    blob,
    Unavailable,
    'content-encoding gzip',
  ],
  ['packs a body twice', body(BOMB, { 'content-encoding': 'gzip, gzip' }), blob, Unavailable, 'content-encoding'],
  ['sends a gzip bomb with an error', bombWithError, byTag, Unavailable, '500'],
  ['lists more referrers than we read', list(1_001), referrers, OverLimit, '1000 manifests'],
  ['lists more referrers than we read on two pages', list(501, '?last=x'), referrers, OverLimit, '1000 manifests'],
  ['lists referrers on endless pages', list(1, '?last=x'), referrers, OverLimit, '10 pages'],
  ['lists empty pages for ever', list(0, '?last=x'), referrers, OverLimit, '10 pages'],
  ['lists more on another host', list(1, 'https://evil.example/next'), referrers, Unavailable, 'another host'],
  ['lists more over something else', list(1, 'blob:http://127.0.0.1/x'), referrers, Unavailable, 'another host'],
  ['lists more nowhere', list(1, 'http://'), referrers, Unavailable, 'another host'],
  ['lists a web page', body('<html>', { 'content-type': 'text/html' }), referrers, Unavailable, 'page 1'],
  ['lists JSON that is no index', body('{"manifests":{}}'), referrers, Unavailable, 'is not an image index'],
  ['lists a JSON list', body('[]'), referrers, Unavailable, 'is not an image index'],
  ['lists nothing at all', body(''), referrers, Unavailable, 'is not an image index'],
  ['lists half an index', body('{"manifests":['), referrers, Unavailable, 'is not an image index'],
  ['nests JSON deep', body('['.repeat(49_999) + ']'.repeat(49_999)), referrers, Unavailable, 'is not an image index'],
  ['stops listing half-way', halfList, referrers, Unavailable, 'page 2'],
  ['serves a manifest of empty objects', body(`[${'{},'.repeat(50_000)}0]`), byTag, OverLimit, '100001 brackets'],
  ['nests JSON a million deep', body('['.repeat(1e6) + ']'.repeat(1e6)), referrers, OverLimit, '1000000 brackets'],
  ['lists empty objects', body(`{"manifests":[${'{},'.repeat(50_000)}0]}`), referrers, OverLimit, '100003 brackets'],
  ['lists more than 4 MiB on two pages', longPages, referrers, OverLimit, '4194304 bytes'],
  ['lists more than 4 MiB', body(Buffer.alloc(4 * MIB + 1)), referrers, OverLimit, '4194304 bytes'],
]

it('a tag on a manifest that is too hard to read can still be told from others', async () => {
  const bytes = Buffer.from(`[${'{},'.repeat(50_000)}0]`)
  const { host } = await serve(body(bytes, { 'content-type': IMAGE }))
  const registry = ociRegistry({ host, scheme: 'http' })
  expect(await registry.resolve('app', 'latest')).toBe(sha256(bytes))
  await expect(registry.manifest('app', 'latest')).rejects.toBeInstanceOf(OverLimit)
})

describe('a registry that', () => {
  it.each(rows)('%s', async (_, answer, ask, throws, saying) => {
    const { host } = await serve(answer)
    const registry = ociRegistry({ host, scheme: 'http' })
    const failure: unknown = await ask(registry).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(throws)
    expect(failure).toHaveProperty('message', expect.stringContaining(saying))
    expect(failure).toHaveProperty('message', expect.stringContaining(host))
  })

  it.each([
    ['never answers', () => {}],
    ['answers a byte and no more', drip],
  ] satisfies [string, RequestListener][])('%s is given up on', async (_, answer) => {
    const { host } = await serve(answer)
    const registry = ociRegistry({ host, scheme: 'http', limits: { deadlineMs: 100 } })
    await expect(byTag(registry)).rejects.toThrow('no whole answer within 100 ms')
    await expect(byTag(registry)).rejects.toBeInstanceOf(Unavailable)
  })

  it('is not there', async () => {
    const registry = ociRegistry({ host: await nobody(), scheme: 'http' })
    await expect(byTag(registry)).rejects.toThrow('ECONNREFUSED')
    await expect(byTag(registry)).rejects.toBeInstanceOf(Unavailable)
  })

  it('does not say what digest a tag has is believed in its bytes', async () => {
    const { host } = await serve(body(manifest.bytes))
    const registry = ociRegistry({ host, scheme: 'http' })
    expect(await registry.resolve('app', 'latest')).toBe(manifest.digest)
    expect(await registry.manifest('app', 'latest')).toMatchObject({ digest: manifest.digest, mediaType: IMAGE })
  })

  it('sends us to a web page elsewhere when asked for referrers has no such list', async () => {
    const elsewhere = await serve(body('<html>', { 'content-type': 'text/html' }))
    const { host } = await serve((_, response) => response.writeHead(302, { location: elsewhere.url }).end())
    expect(await referrers(ociRegistry({ host, scheme: 'http' }))).toBeUndefined()
  })

  it.each([
    ['answers 404', status(404)],
    ['answers 405', status(405)],
  ])('%s when asked for referrers has no such list', async (_, answer) => {
    const { host } = await serve(answer)
    expect(await referrers(ociRegistry({ host, scheme: 'http' }))).toBeUndefined()
  })

  it('lists referrers we cannot read hides none that we can', async () => {
    const entries = [{ digest: `sha512:${'0'.repeat(128)}` }, null, 7, { mediaType: IMAGE, digest: BLOB, size: 1 }]
    const { host } = await serve(body(JSON.stringify({ manifests: entries })))
    expect(await referrers(ociRegistry({ host, scheme: 'http' }))).toEqual([
      { mediaType: IMAGE, digest: BLOB, size: 1, annotations: {} },
    ])
  })

  it('is asked for plain bytes only', async () => {
    const { host, requests } = await serve(status(404))
    expect(await byTag(ociRegistry({ host, scheme: 'http' }))).toBeUndefined()
    expect(requests.map(({ headers }) => headers['accept-encoding'])).toEqual(['identity'])
  })
})

function endless(...[, response]: Parameters<RequestListener>): void {
  response.writeHead(200, { 'content-type': IMAGE })
  const chunk = Buffer.alloc(MIB)
  const more = () => {
    while (response.write(chunk));
  }
  response.on('drain', more)
  more()
}

function announced(length: number, sent: string): RequestListener {
  return (request) => {
    request.socket.end(`HTTP/1.1 200 OK\r\ncontent-type: ${IMAGE}\r\ncontent-length: ${length}\r\n\r\n${sent}`)
  }
}

function cutOff(...[, response]: Parameters<RequestListener>): void {
  response.writeHead(200, { 'content-type': IMAGE })
  response.write('half', () => response.destroy())
}

function drip(...[, response]: Parameters<RequestListener>): void {
  response.writeHead(200, { 'content-type': IMAGE })
  response.write('{')
}

function bombWithError(...[, response]: Parameters<RequestListener>): void {
  response.writeHead(500, { 'content-encoding': 'gzip' }).end(BOMB)
}

/** Pages of 3 MiB each. */
function longPages(...[request, response]: Parameters<RequestListener>): void {
  const index = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [], padding: 'x'.repeat(3 * MIB) })
  body(index, { 'content-type': INDEX, link: '<?last=x>; rel="next"' })(request, response)
}

function halfList(...[request, response]: Parameters<RequestListener>): void {
  const answer = request.url?.includes('last=') ? body('<html>', { 'content-type': 'text/html' }) : list(1, '?last=x')
  answer(request, response)
}
