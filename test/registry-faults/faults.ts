import type { OutgoingHttpHeaders } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { Exchange, Fault } from './proxy.ts'

const MIB = 1024 * 1024
const BOMB = gzipSync(Buffer.alloc(16 * MIB), { level: 1 })
const HTML = '<!doctype html><html><body>Please log in</body></html>'

const status =
  (code: number, headers: OutgoingHttpHeaders = {}, body = ''): Fault =>
  ({ response }) =>
    void response.writeHead(code, headers).end(body)

/** The real answer, its bytes or headers changed. */
const changed =
  (body: (bytes: Buffer) => Buffer | string, headers: OutgoingHttpHeaders = {}): Fault =>
  async ({ response, pass }) => {
    const answer = await pass()
    const bytes = Buffer.from(body(answer.body))
    response.writeHead(answer.status, { ...answer.headers, 'content-length': bytes.length, ...headers }).end(bytes)
  }

const half = (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)

/** Begins the real answer and sends half of it. */
async function begun({ response, pass }: Exchange): Promise<void> {
  const answer = await pass()
  response.writeHead(answer.status, answer.headers)
  await new Promise<void>((sent) => {
    response.write(half(answer.body), () => sent())
  })
}

function unmeasured(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'content-length'))
}

/** What may be wrong with any answer of a registry, by the names in docs/registry-faults.md. */
export const faults: Readonly<Record<string, Fault>> = {
  'hangs up': ({ response }) => void response.destroy(),
  'does it and hangs up': async ({ response, pass }) => {
    await pass()
    response.destroy()
  },
  'never answers': ({ expire }) => expire(),
  'stops half-way': async (exchange) => {
    await begun(exchange)
    exchange.expire()
  },
  'sends a byte at a time': async ({ response, pass, expire }) => {
    const { status: code, headers } = await pass()
    response.writeHead(code, unmeasured(headers))
    const drip = setInterval(() => response.write(' '), 1)
    response.on('close', () => clearInterval(drip))
    expire()
  },
  'resets half-way': async (exchange) => {
    await begun(exchange)
    exchange.response.destroy()
  },
  '429': status(429),
  '429 with Retry-After': status(429, { 'retry-after': '3600' }),
  '500': status(500, { 'content-type': 'application/json' }, '{"errors":[{"code":"UNKNOWN"}]}'),
  '502 with a web page': status(502, { 'content-type': 'text/html' }, HTML),
  '503 with Retry-After': status(503, { 'retry-after': '1' }),
  'cuts the body short': changed(half),
  'announces more than it sends': async (exchange) => {
    await begun(exchange)
    exchange.response.socket?.end()
  },
  'announces less than it sends': async ({ response, pass }) => {
    const { status: code, headers, body } = await pass()
    const length = Math.floor(body.length / 2)
    response.writeHead(code, { ...headers, connection: 'close', 'content-length': length }).end(body)
  },
  'sends other bytes': changed((bytes) =>
    bytes.toString().replace(/schemaVersion|mediaType/, (name) => name.toUpperCase()),
  ),
  'sends nothing': status(200),
  'sends an empty object': changed(() => '{}'),
  'sends it as a web page': changed((bytes) => bytes, { 'content-type': 'text/html' }),
  'sends it as a file': changed((bytes) => bytes, { 'content-type': 'application/octet-stream' }),
  'sends a web page': status(200, { 'content-type': 'text/html' }, HTML),
  'refuses us': ({ asked, response, url }) => {
    const denied = '{"__type":"AccessDeniedException","message":"no"}'
    if (asked.operation !== undefined) response.writeHead(400).end(denied)
    else response.writeHead(401, { 'www-authenticate': `Bearer realm="${url}/token"` }).end()
  },
  'names a wrong place for tokens': ({ response, url }) =>
    void response.writeHead(401, { 'www-authenticate': `Bearer realm="${url}/nowhere"` }).end(),
  'lists without end': ({ asked, response }) =>
    void response
      .writeHead(200, { link: `<${asked.path}>; rel="next"` })
      .end('{"manifests":[],"referrers":[],"nextToken":"more"}'),
  'redirects to itself': ({ asked, response }) => void response.writeHead(307, { location: asked.path }).end(),
  'sends a gzip bomb': changed(() => BOMB, { 'content-encoding': 'gzip' }),
  'never ends': async ({ asked, response, pass, expire }) => {
    const { status: code, headers } = await pass()
    response.writeHead(code, unmeasured(headers))
    const chunk = Buffer.alloc(MIB / 16, ' ')
    const more = () => {
      while (response.write(chunk));
    }
    response.on('drain', more)
    more()
    // Calls of the AWS SDK have no limit but time
    if (asked.operation !== undefined) expire()
  },
}
