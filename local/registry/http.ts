import { open } from 'node:fs/promises'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'

/** A request, its path decoded. */
export type Call = {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: IncomingMessage
}

/** An answer as data. */
export type Reply = {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | FilePart
}

/** Some bytes of a file, sent without being read into memory. */
export type FilePart = { readonly path: string; readonly start: number; readonly length: number }

/** An answer of JSON. */
export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) }
}

/** The bytes of a body as they come. Who stops reading early can still answer. */
export async function* chunksOf({ body }: Call): AsyncGenerator<Buffer> {
  try {
    yield* body.iterator({ destroyOnReturn: false })
  } finally {
    // The rest runs past unread: a client that sends all before it listens would wait for ever.
    body.resume()
  }
}

/** Reads a whole body; undefined when it is longer than allowed. */
export async function readAtMost(call: Call, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of chunksOf(call)) {
    size += chunk.length
    if (size > limit) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Sends a reply; without its body where the method is HEAD. */
export async function send(response: ServerResponse, reply: Reply, method: string): Promise<void> {
  const { status, headers, body = '' } = reply
  const length = lengthOf(body)
  // RFC 9110 8.6: no Content-Length with 204.
  response.writeHead(status, { ...(status !== 204 && { 'content-length': length }), ...headers })
  if (method === 'HEAD' || length === 0) {
    response.end()
    return
  }
  if (typeof body === 'string' || body instanceof Uint8Array) {
    response.end(body)
    return
  }
  const file = await open(body.path)
  await pipeline(file.createReadStream({ start: body.start, end: body.start + length - 1 }), response)
}

function lengthOf(body: string | Uint8Array | FilePart): number {
  return typeof body === 'string' ? Buffer.byteLength(body) : body.length
}
