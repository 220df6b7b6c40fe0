import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { LambdaFunction } from './function.ts'
import { listen, shut } from './listen.ts'
import { readBody } from './read-body.ts'

// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
const INVOKE = /^\/2015-03-31\/functions\/([^/?]+)\/invocations(\?|$)/
const MAX_PAYLOAD = { RequestResponse: 6 * 1024 * 1024, Event: 1024 * 1024, DryRun: 6 * 1024 * 1024 }

export type LambdaApiOptions = {
  /** By name; looked into at each call. */
  readonly functions: ReadonlyMap<string, LambdaFunction>
  /** Seconds before each further try of an `Event` invocation that failed; AWS waits one minute, then two. */
  readonly retryAfter: readonly number[]
  readonly log: (line: string) => void
}

export interface LambdaApi {
  readonly url: string
  /** `Event` invocations that have not ended, waiting ones included. */
  pending(): number
  close(): Promise<void>
}

type Reply = { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }

/** Answers Lambda's Invoke call, so that the SDK's client works against local functions. */
export async function startLambdaApi({ functions, retryAfter, log }: LambdaApiOptions): Promise<LambdaApi> {
  const stop = new AbortController()
  let pending = 0

  async function invokeLater(target: LambdaFunction, event: unknown): Promise<void> {
    pending += 1
    try {
      for (const seconds of [0, ...retryAfter]) {
        await pause(seconds * 1000, undefined, { signal: stop.signal })
        const outcome = await target.invoke(event)
        if (outcome.ok) return
        log(`${target.name} failed: ${outcome.payload}`)
      }
    } catch {
      log(`${target.name}: stopped before its event was handled`)
    } finally {
      pending -= 1
    }
  }

  async function invokeNow(target: LambdaFunction, event: unknown): Promise<Reply> {
    const outcome = await target.invoke(event)
    const headers = { 'x-amz-executed-version': '$LATEST', 'content-type': 'application/json' }
    if (outcome.ok) return { status: 200, headers, body: outcome.payload }
    return { status: 200, headers: { ...headers, 'x-amz-function-error': 'Unhandled' }, body: outcome.payload }
  }

  async function answer(request: IncomingMessage): Promise<Reply> {
    const named = INVOKE.exec(request.url ?? '')?.[1]
    if (request.method !== 'POST' || named === undefined)
      return refusal(404, 'UnknownOperationException', 'not emulated')
    const name = functionName(named)
    const target = functions.get(name)
    if (target === undefined) return refusal(404, 'ResourceNotFoundException', `Function not found: ${name}`)
    const type = String(request.headers['x-amz-invocation-type'] ?? 'RequestResponse')
    if (type !== 'RequestResponse' && type !== 'Event' && type !== 'DryRun') {
      return refusal(400, 'InvalidParameterValueException', `invocation type ${type}: RequestResponse, Event or DryRun`)
    }
    const body = await readBody(request, MAX_PAYLOAD[type])
    if (body === undefined) return refusal(413, 'RequestTooLargeException', `over ${MAX_PAYLOAD[type]} bytes`)
    const event = parseEvent(body)
    if (event === undefined) return refusal(400, 'InvalidRequestContentException', 'the payload is not JSON')
    if (type === 'DryRun') return { status: 204 }
    if (type === 'RequestResponse') return invokeNow(target, event.value)
    void invokeLater(target, event.value)
    return { status: 202 }
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reply = await answer(request).catch((error) => refusal(500, 'ServiceException', String(error)))
    response.writeHead(reply.status, reply.headers).end(reply.body)
  }

  const server = createServer((request, response) => void serve(request, response))
  const url = await listen(server, 0)
  return {
    url,
    pending: () => pending,
    async close() {
      stop.abort()
      await shut(server)
    },
  }
}

// A function goes by its name, `name:qualifier`, or an ARN of either kind.
function functionName(named: string): string {
  const decoded = decodeURIComponent(named)
  return decoded.replace(/^(arn:aws:lambda:[^:]+:)?(\d+:)?(function:)?/, '').replace(/:[^:]*$/, '')
}

function parseEvent(body: Buffer): { readonly value: unknown } | undefined {
  try {
    return { value: body.length === 0 ? {} : JSON.parse(body.toString('utf8')) }
  } catch {
    return undefined
  }
}

function refusal(status: number, code: string, message: string): Reply {
  const headers = { 'content-type': 'application/json', 'x-amzn-errortype': code }
  return { status, headers, body: JSON.stringify({ Type: 'User', Message: message }) }
}
