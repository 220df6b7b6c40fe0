import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Misconfigured } from '../../lambda/errors.ts'
import { tokenReply } from './auth.ts'
import type { Context, RegistryOptions } from './context.ts'
import { ecrFailure, ecrReply, operationOf } from './ecr/api.ts'
import { layerReply } from './ecr/get-download-url-for-layer.ts'
import { OciError } from './errors.ts'
import { type Call, json, type Reply, send } from './http.ts'
import { ociReply } from './oci/router.ts'
import { openStore } from './storage/store.ts'
import { createTokenBucket } from './token-bucket.ts'
import { createTokens } from './tokens.ts'

/** A registry that answers. */
export type RunningRegistry = {
  readonly url: string
  /** As it stands in image references: `127.0.0.1:PORT`. */
  readonly host: string
  /** Cuts every connection, and is done when no request is being worked on. */
  close(): Promise<void>
}

/** Starts an OCI 1.1 registry on loopback that also answers ECR's calls on images and layers, and tells of every change of an image. */
export async function startRegistry(options: RegistryOptions): Promise<RunningRegistry> {
  const { dir, now, putImagePerSecond } = options
  const store = await openStore(dir, now())
  const server = createServer()
  const host = `127.0.0.1:${await listen(server, options.port)}`
  const context: Context = {
    account: options.account ?? '000000000000',
    region: options.region ?? 'us-east-1',
    now,
    onEvent: options.onEvent,
    deleteMeaning: options.deleteMeaning ?? (() => 'tag'),
    referrersApi: options.referrersApi ?? true,
    immutable: options.immutable ?? (() => false),
    authorize: options.authorize,
    challenge: options.challenge ?? 'bearer',
    url: `http://${host}`,
    store,
    tokens: createTokens(now),
    ...(putImagePerSecond !== undefined && { putImages: createTokenBucket(putImagePerSecond, now) }),
  }
  const working = new Set<Promise<void>>()
  server.on('request', (request, response) => {
    const work = serve(context, options, request, response).finally(() => working.delete(work))
    working.add(work)
  })

  return {
    url: context.url,
    host,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
      await Promise.all(working)
    },
  }
}

async function listen(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  } catch (cause) {
    const message = `the registry cannot listen on 127.0.0.1:${port}; free the port or set ASSAY_REGISTRY_PORT`
    throw new Misconfigured(message, { cause })
  }
  return (server.address() as AddressInfo).port
}

async function serve(
  context: Context,
  options: RegistryOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const reply = await replyTo(context, options, request)
    if (reply === undefined) response.destroy()
    else await send(response, reply, request.method ?? '')
  } catch {
    // The client is gone, or the file it reads is: what was begun can only be cut off.
    response.destroy()
  }
}

// No reply where a fault wants the connection closed.
async function replyTo(context: Context, { faults }: RegistryOptions, request: IncomingMessage) {
  const { method = '', url = '' } = request
  const operation = operationOf(request)
  const fault = await faults?.({ method, path: url, ...(operation !== undefined && { operation }) })
  if (fault === 'hang-up') return undefined
  if (typeof fault === 'object') return fault
  const reply = await answer(context, request)
  return fault === 'lose-answer' ? undefined : reply
}

async function answer(context: Context, request: IncomingMessage): Promise<Reply> {
  const operation = operationOf(request)
  try {
    const call = toCall(request)
    if (operation !== undefined) return await ecrReply(context, call, operation)
    if (call.path === '/token' && call.method === 'GET') return tokenReply(context, call)
    return (await layerReply(context, call)) ?? (await ociReply(context, call))
  } catch (error) {
    return operation === undefined ? ociFailure(error) : ecrFailure(error)
  }
}

function toCall(request: IncomingMessage): Call {
  const { method = '', url = '', headers } = request
  const [path = '', ...query] = url.split('?')
  try {
    return {
      method,
      path: decodeURIComponent(path),
      query: new URLSearchParams(query.join('?')),
      headers,
      body: request,
    }
  } catch {
    throw new OciError('NAME_INVALID', `${path} is not percent-encoded UTF-8`)
  }
}

function ociFailure(error: unknown): Reply {
  if (!(error instanceof OciError)) return json(500, { errors: [{ code: 'UNKNOWN', message: String(error) }] })
  return json(error.status, { errors: [{ code: error.code, message: error.message }] }, error.headers)
}
