import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { z } from 'zod'
import { BadInput } from '../../lambda/core/bad-input.ts'

export type Request = {
  readonly path: string
  readonly query: URLSearchParams
  readonly type: string
  readonly bearer?: string
  readonly body: Buffer<ArrayBuffer>
}
export type Reply = {
  readonly status: number
  readonly type: string
  readonly body: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}
/** Answers by `METHOD /path`; undefined where there is nothing. */
export type Handler = (route: string, request: Request) => Reply | undefined

const MAX_BODY = 8 * 1024 * 1024

/** Serves a handler on loopback; port 0 takes a free one. */
export async function serve(handler: Handler, port: number): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer((incoming, response) => void answer(handler, incoming, response))
  const listening = Promise.withResolvers<void>()
  server.once('error', listening.reject)
  server.listen(port, '127.0.0.1', listening.resolve)
  await listening.promise
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      const closed = Promise.withResolvers<void>()
      server.close(() => closed.resolve())
      server.closeAllConnections()
      await closed.promise
    },
  }
}

export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, type: 'application/json', body: JSON.stringify(value), headers }
}

async function answer(handler: Handler, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const reply = await replyTo(handler, incoming).catch(failure)
  response.writeHead(reply.status, { ...reply.headers, 'content-type': reply.type })
  response.end(reply.body)
}

async function replyTo(handler: Handler, incoming: IncomingMessage): Promise<Reply> {
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://127.0.0.1')
  const bearer = /^Bearer (.+)$/i.exec(incoming.headers.authorization ?? '')?.[1]
  const request = {
    path: pathname,
    query: searchParams,
    type: incoming.headers['content-type'] ?? '',
    body: await readBody(incoming),
    ...(bearer && { bearer }),
  }
  const missing = json(404, { code: 404, message: `no ${incoming.method} ${pathname} here` })
  return handler(`${incoming.method} ${pathname}`, request) ?? missing
}

async function readBody(incoming: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming) {
    const bytes = Buffer.from(chunk as Uint8Array)
    size += bytes.length
    if (size > MAX_BODY) throw new BadInput(`the body is larger than ${MAX_BODY} bytes`)
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}

function failure(error: unknown): Reply {
  const refused = error instanceof BadInput || error instanceof z.ZodError || error instanceof SyntaxError
  const message = error instanceof Error ? error.message : String(error)
  return json(refused ? 400 : 500, { code: refused ? 400 : 500, message })
}
