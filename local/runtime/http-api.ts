import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { LambdaFunction } from './function.ts'
import { type HttpRequest, toHttpEvent } from './http-event.ts'
import { type HttpResponse, jsonResponse, toHttpResponse } from './http-response.ts'
import { listen, shut } from './listen.ts'
import { readBody } from './read-body.ts'

const MAX_BODY = 10 * 1024 * 1024
const MAX_CONNECTIONS = 512

export type HttpApiOptions = {
  readonly function: LambdaFunction
  readonly port: number
  readonly now: () => Date
  /** Answers a request before the function sees it; undefined leaves it to the function. */
  readonly local?: (request: HttpRequest) => Promise<HttpResponse | undefined>
  readonly log: (line: string) => void
}

export type HttpApi = { readonly url: string; close(): Promise<void> }

/** Serves a function as an API Gateway HTTP API does. */
export async function startHttpApi(options: HttpApiOptions): Promise<HttpApi> {
  const server = createServer((request, response) => void serve(request, response, options))
  server.maxConnections = MAX_CONNECTIONS
  const url = await listen(server, options.port)
  return { url, close: () => shut(server) }
}

// API Gateway's own answers: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-lambda.html
const internalError = jsonResponse(500, { message: 'Internal Server Error' })
const unavailable = jsonResponse(503, { message: 'Service Unavailable' })
const tooLarge = jsonResponse(413, { message: 'Request Entity Too Large' })

async function serve(request: IncomingMessage, response: ServerResponse, options: HttpApiOptions): Promise<void> {
  try {
    write(response, await answer(request, options))
  } catch (error) {
    options.log(`${request.method} ${request.url}: ${String(error)}`)
    for (const name of response.getHeaderNames()) response.removeHeader(name)
    write(response, internalError)
  }
}

async function answer(incoming: IncomingMessage, options: HttpApiOptions): Promise<HttpResponse> {
  const body = await readBody(incoming, MAX_BODY)
  if (body === undefined) return tooLarge
  const request: HttpRequest = {
    method: incoming.method ?? '',
    target: incoming.url ?? '',
    protocol: `HTTP/${incoming.httpVersion}`,
    rawHeaders: incoming.rawHeaders,
    body,
    sourceIp: incoming.socket.remoteAddress ?? '',
  }
  const local = await options.local?.(request)
  if (local !== undefined) return local
  const outcome = await options.function.invoke(toHttpEvent(request, randomUUID(), options.now()))
  if (outcome.ok) return toHttpResponse(outcome.payload) ?? internalError
  return outcome.timedOut ? unavailable : internalError
}

function write(response: ServerResponse, { status, headers, body }: HttpResponse): void {
  response.statusCode = status
  for (const [name, value] of headers) response.appendHeader(name, value)
  response.end(body)
}
