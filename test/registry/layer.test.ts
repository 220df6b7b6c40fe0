import type { RequestListener, ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { Misconfigured, Unavailable } from '../../lambda/errors.ts'
import type { Registry } from '../../lambda/ports.ts'
import { ecrRegistry } from '../../lambda/registry/ecr.ts'
import type { Limits } from '../../lambda/registry/limits.ts'
import { ociRegistry } from '../../lambda/registry/oci.ts'
import { sha256 } from './fixtures.ts'
import { ACCOUNT, ecrClient } from './local-registry.ts'
import { nobody, serve } from './scripted-server.ts'

type Adapter = (download: RequestListener, limits?: Partial<Limits>) => Promise<Registry>

const BYTES = Buffer.from('a layer')
const DIGEST = sha256(BYTES)
const NEVER = new AbortController().signal
const CREDENTIALS = { username: 'robot', password: 'secret' }

const oci: Adapter = async (download, limits = {}) => {
  const { host } = await serve(download)
  return ociRegistry({ host, scheme: 'http', credentials: CREDENTIALS, limits })
}
const ecrAt = async (answer: RequestListener, limits: Partial<Limits> = {}) => {
  const { url } = await serve(answer)
  return ecrRegistry({ client: ecrClient(url), registryId: ACCOUNT, limits })
}
const says =
  (status: number, body: object): RequestListener =>
  (_, response) =>
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body))
const ecr: Adapter = async (download, limits) => {
  const { url } = await serve(download)
  return ecrAt(says(200, { downloadUrl: `${url}/blob?signature=canary` }), limits)
}

const open = (registry: Registry, signal = NEVER) => registry.layer('app', DIGEST, signal)
const read = async (registry: Registry, signal = NEVER) => buffer((await open(registry, signal))!)

const status =
  (code: number, headers: Record<string, string> = {}, body: string | Uint8Array = BYTES): RequestListener =>
  (_, response) =>
    response.writeHead(code, headers).end(body)
const announced =
  (length: number): RequestListener =>
  (request) =>
    request.socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${length}\r\n\r\na layer`)
const begun =
  (then: (response: ServerResponse) => void = () => {}): RequestListener =>
  (_, response) =>
    response.write('half', () => then(response))

/** An answer that begins and never ends, and word of when it is hung up on. */
function endless() {
  const { promise: closed, resolve } = Promise.withResolvers<void>()
  const answer: RequestListener = (_, response) => {
    response.on('close', resolve)
    const more = () => {
      while (response.write(Buffer.alloc(64 * 1024)));
    }
    response.on('drain', more)
    more()
  }
  return { answer, closed }
}

describe.each([
  ['OCI', oci],
  ['ECR', ecr],
])('a layer over %s', (_, adapter) => {
  it.each<[string, RequestListener, string]>([
    ['comes after too many requests', status(429), '429'],
    ['cannot be read inside', status(500), '500'],
    ['is only a part', status(206), '206'],
    ['is no content', status(204, {}, ''), '204'],
    ['is a gzip bomb', status(200, { 'content-encoding': 'gzip' }, gzipSync(BYTES)), 'content-encoding gzip'],
    ['is packed twice', status(200, { 'content-encoding': 'gzip, gzip' }), 'content-encoding gzip, gzip'],
    ['is in this network', status(307, { location: 'https://169.254.169.254/x' }), 'internal address'],
    ['is somewhere unsafe', status(307, { location: 'http://registry.example/x' }), 'only https is allowed'],
    ['is ever elsewhere', status(307, { location: '/again' }), 'more than 2 redirects'],
    ['is hung up on at once', (request) => request.socket.destroy(), 'GET'],
    ['is cut off', begun((response) => response.destroy()), 'GET'],
    ['is announced longer than it is', announced(900), 'GET'],
  ])('that %s is an outage', async (_does, answer, saying) => {
    const failure: unknown = await read(await adapter(answer)).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(Unavailable)
    expect(failure).toHaveProperty('message', expect.stringContaining(saying))
    expect(failure).toHaveProperty('message', expect.not.stringContaining('canary'))
  })

  it.each<[string, RequestListener]>([
    ['never comes', () => {}],
    ['stops half-way', begun()],
  ])('that %s is given up on', async (_does, answer) => {
    const registry = await adapter(answer, { deadlineMs: 100 })
    await expect(read(registry)).rejects.toThrow('nothing within 100 ms')
    await expect(read(registry)).rejects.toBeInstanceOf(Unavailable)
  })

  it('that is announced shorter than it is has other bytes', async () => {
    expect(sha256(await read(await adapter(announced(1))))).not.toBe(DIGEST)
  })

  it('is asked for as plain bytes, of another host without the credentials', async () => {
    const storage = await serve(status(200))
    const registry = await adapter((request, response) => {
      const wanted = adapter === oci && request.headers.authorization === undefined
      const challenge = status(401, { 'www-authenticate': 'Basic realm="registry"' })
      const answer = wanted ? challenge : status(307, { location: storage.url })
      answer(request, response)
    })
    expect(sha256(await read(registry))).toBe(DIGEST)
    expect(storage.requests.map(({ headers }) => headers)).toEqual([
      expect.objectContaining({ 'accept-encoding': 'identity' }),
    ])
    expect(storage.requests[0]?.headers).not.toHaveProperty('authorization')
  })

  it('that another host does not have is an outage', async () => {
    const storage = await serve(status(404))
    const registry = await adapter(status(307, { location: storage.url }))
    await expect(open(registry)).rejects.toBeInstanceOf(Unavailable)
  })

  it('that is read no further is hung up on', async () => {
    const { answer, closed } = endless()
    for await (const chunk of (await open(await adapter(answer)))!) {
      expect(chunk.length).toBeGreaterThan(0)
      break
    }
    await closed
  })

  it('that is being read is hung up on when the signal says so', async () => {
    const { answer, closed } = endless()
    const [controller, enough] = [new AbortController(), new Error('enough')]
    const reading = buffer((await open(await adapter(answer), controller.signal))!)
    controller.abort(enough)
    await expect(reading).rejects.toBe(enough)
    await closed
  })

  it('that nobody has begun to read is hung up on when the signal says so', async () => {
    const { answer, closed } = endless()
    const [controller, enough] = [new AbortController(), new Error('enough')]
    const chunks = await open(await adapter(answer), controller.signal)
    controller.abort(enough)
    await closed
    await expect(buffer(chunks!)).rejects.toBe(enough)
  })

  it.each<[string, RequestListener]>([
    ['has not come yet', () => {}],
    ['has not come further', begun()],
    ['is refused without end', (_request, response) => void response.writeHead(500).write('x')],
  ])('that %s is not waited for after the signal', async (_does, answer) => {
    const [controller, enough] = [new AbortController(), new Error('enough')]
    const registry = await adapter((request, response) => {
      answer(request, response)
      setImmediate(() => controller.abort(enough))
    })
    await expect(read(registry, controller.signal)).rejects.toBe(enough)
  })
})

describe('a layer of OCI', () => {
  it.each([401, 403])('that is refused with %i asks for a person', async (code) => {
    await expect(open(await oci(status(code)))).rejects.toBeInstanceOf(Misconfigured)
  })

  it('whose token does not come is not waited for longer than that, and not told as an outage', async () => {
    const [controller, enough] = [new AbortController(), new Error('enough')]
    const server = await serve((request, response) => {
      if (request.url?.startsWith('/token')) controller.abort(enough)
      else response.writeHead(401, { 'www-authenticate': `Bearer realm="${server.url}/token"` }).end()
    })
    const registry = ociRegistry({ host: server.host, scheme: 'http', limits: { deadlineMs: 100 } })
    await expect(open(registry, controller.signal)).rejects.toBe(enough)
  })
})

describe('a layer of ECR', () => {
  it.each([
    ['AccessDeniedException', Misconfigured],
    ['ThrottlingException', Unavailable],
  ])('that ends in %s throws', async (type, throws) => {
    await expect(open(await ecrAt(says(400, { __type: type, message: 'says ECR' })))).rejects.toBeInstanceOf(throws)
  })

  it.each(['LayersNotFoundException', 'LayerInaccessibleException'])('that ends in %s is not there', async (type) => {
    expect(await open(await ecrAt(says(400, { __type: type, message: 'says ECR' })))).toBeUndefined()
  })

  it.each(['http://registry.example/blob', 'file:///etc/passwd', ''])('is not read from "%s"', async (downloadUrl) => {
    await expect(open(await ecrAt(says(200, { downloadUrl })))).rejects.toThrow('only https is allowed')
  })

  it('is not there for storage to lack', async () => {
    await expect(open(await ecr(status(404)))).rejects.toThrow('answered 404')
  })

  it('whose address does not come is not waited for after the signal', async () => {
    const [controller, enough] = [new AbortController(), new Error('enough')]
    const registry = await ecrAt(() => controller.abort(enough))
    await expect(open(registry, controller.signal)).rejects.toBe(enough)
  })

  it('whose address never comes is given up on, as is one that nobody gives', async () => {
    await expect(open(await ecrAt(() => {}, { deadlineMs: 100 }))).rejects.toBeInstanceOf(Unavailable)
    const nowhere = ecrRegistry({ client: ecrClient(`http://${await nobody()}`), registryId: ACCOUNT })
    await expect(open(nowhere)).rejects.toBeInstanceOf(Unavailable)
  })
})
