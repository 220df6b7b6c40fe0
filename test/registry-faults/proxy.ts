import { once } from 'node:events'
import {
  Agent,
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** What is asked of a registry; `operation` is the name of an ECR call. */
export type Asked = {
  readonly method: string
  readonly path: string
  readonly operation: string | undefined
  readonly body: string
}
export type Upstream = { readonly status: number; readonly headers: OutgoingHttpHeaders; readonly body: Buffer }

/** One request that goes wrong. `url`: of the proxy. `pass`: the real answer, with all that it does. `expire`: the client's deadline passes soon. */
export type Exchange = {
  readonly asked: Asked
  readonly response: ServerResponse
  readonly url: string
  readonly pass: () => Promise<Upstream>
  readonly expire: () => void
}
export type Fault = (exchange: Exchange) => void | Promise<void>

type ProxyOptions = { readonly expired: () => void; readonly unchanging: boolean }

/** Soon enough not to be waited for, late enough for what was sent to arrive. */
const SOON_MS = 5
const TARGET = 'AmazonEC2ContainerRegistry_V20150921.'

/**
 * A proxy on loopback before a registry: passes everything on but what it was told to spoil. `expired`: called when a
 * deadline is to pass. `unchanging`: what was answered once is answered again, where nothing in the registry changes.
 */
export async function faultyProxy(upstream: string, { expired, unchanging }: ProxyOptions) {
  const kept = new Map<string, Promise<Upstream>>()
  const agent = new Agent({ keepAlive: true })
  const broken: { where?: (asked: Asked) => boolean; fault?: Fault; hits: number; timer?: NodeJS.Timeout } = { hits: 0 }
  const server = createServer((incoming, response) => void serve(incoming, response).catch(() => response.destroy()))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming)
    const operation = String(incoming.headers['x-amz-target'] ?? '').slice(TARGET.length) || undefined
    const asked = { method: incoming.method ?? '', path: incoming.url ?? '', operation, body: body.toString() }
    const pass = () =>
      unchanging && !asked.path.startsWith('/token') ? again(incoming, body, asked) : ask(incoming, body, asked)
    if (broken.where?.(asked) === true) {
      broken.hits++
      return broken.fault?.({ asked, response, url, pass, expire })
    }
    const { status, headers, body: answer } = await pass()
    response.writeHead(status, headers).end(answer)
  }

  function expire(): void {
    broken.timer ??= setTimeout(() => {
      broken.timer = undefined
      expired()
    }, SOON_MS)
  }

  async function again(incoming: IncomingMessage, body: Buffer, asked: Asked): Promise<Upstream> {
    const key = JSON.stringify({ ...asked, known: incoming.headers.authorization !== undefined })
    const answer = kept.get(key) ?? ask(incoming, body, asked)
    kept.set(key, answer)
    return answer
  }

  /** The registry names its own address in challenges and links; here it is known under ours. */
  async function ask(incoming: IncomingMessage, body: Buffer, { operation }: Asked): Promise<Upstream> {
    const { method, headers: sent } = incoming
    const outgoing = request(upstream + incoming.url, {
      method,
      agent,
      headers: { ...sent, host: new URL(upstream).host },
    })
    outgoing.end(body)
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
    const bytes = await buffer(answer)
    const challenge = answer.headers['www-authenticate']?.replaceAll(upstream, url)
    const links = operation === 'GetDownloadUrlForLayer'
    const read = links ? Buffer.from(bytes.toString().replaceAll(upstream, url)) : bytes
    const headers = {
      ...answer.headers,
      connection: 'keep-alive',
      'content-length': read.length,
      ...(challenge && { 'www-authenticate': challenge }),
    }
    return { status: answer.statusCode ?? 0, headers, body: read }
  }

  return {
    url,
    host: `127.0.0.1:${port}`,
    /** How many requests were spoilt since the last fault was set. */
    hits: () => broken.hits,
    spoil: (where: (asked: Asked) => boolean, fault: Fault) => void Object.assign(broken, { where, fault, hits: 0 }),
    heal() {
      clearTimeout(broken.timer)
      Object.assign(broken, { where: undefined, fault: undefined, timer: undefined })
    },
    end() {
      agent.destroy()
      server.closeAllConnections()
      server.close()
    },
  }
}
