import { OverLimit, Unavailable } from '../errors.ts'
import { sameOrigin } from './hosts.ts'
import type { Limits } from './limits.ts'
import { readBody } from './read-body.ts'
import { isRedirect, redirectTarget } from './redirect.ts'

/** What to put somewhere. */
export type Content = { readonly mediaType: string; readonly bytes: Uint8Array }

/** What to get, and how much of it at most. */
export type Request = {
  readonly url: URL
  /** What to put there instead of getting what is there. */
  readonly put?: Content
  readonly accept: string
  readonly authorization?: string
  readonly maxBytes: number
  /** How many redirects to follow; those of the limits where not given, and none with something to put. */
  readonly redirects?: number
}

/** A whole answer, its bytes read within the limits. */
export type Answer = {
  readonly status: number
  readonly headers: Headers
  /** Empty where the status is not 200 and the body was longer than an error needs. */
  readonly bytes: Uint8Array
  /** It came from another origin than the one asked: its word about the registry counts for nothing. */
  readonly stranger: boolean
}

/** One GET or PUT, from the first byte to the last. Throws OverLimit over `maxBytes`, Unavailable for all that went wrong on the way. */
export type Exchange = (request: Request) => Promise<Answer>

/** What all exchanges with one registry have in common. */
export type ExchangeOptions = {
  /** Whom to name when it does not answer. */
  readonly service: string
  readonly limits: Limits
  readonly fetch?: typeof globalThis.fetch
}

/** GETs and PUTs over fetch with every guard in one place: deadline, size, encoding, redirects without credentials. */
export function exchanger({ service, limits, fetch = globalThis.fetch }: ExchangeOptions): Exchange {
  return async (request) => {
    const what = `${methodOf(request)} ${request.url.origin}${request.url.pathname}`
    const signal = AbortSignal.timeout(limits.deadlineMs)
    try {
      const { response, stranger } = await follow(request, signal)
      const bytes = await read(response, request.maxBytes, what)
      return { status: response.status, headers: response.headers, bytes, stranger }
    } catch (error) {
      if (error instanceof OverLimit) throw error
      throw new Unavailable(service, `${what}: ${reasonOf(error, limits.deadlineMs)}`, { cause: error })
    }
  }

  async function follow(request: Request, signal: AbortSignal): Promise<{ response: Response; stranger: boolean }> {
    const { accept, authorization, put, redirects = put ? 0 : limits.redirects } = request
    let url = request.url
    let stranger = false
    for (let hop = 0; ; hop++) {
      const headers = {
        accept,
        // A few hundred kilobytes of gzip can hold hundreds of megabytes
        'accept-encoding': 'identity',
        ...(authorization !== undefined && !stranger && { authorization }),
        ...(put && { 'content-type': put.mediaType }),
      }
      const method = methodOf(request)
      const response = await fetch(url, { method, headers, body: put?.bytes, redirect: 'manual', signal })
      if (!isRedirect(response.status)) return { response, stranger }
      await response.body?.cancel()
      if (hop >= redirects) throw new Error(`more than ${redirects} redirects`)
      const to = redirectTarget(url, response.headers.get('location'))
      if (typeof to === 'string') throw new Error(to)
      // Once away, the credentials stay behind even if the next hop leads back
      stranger ||= !sameOrigin(url, to)
      url = to
    }
  }

  async function read(response: Response, maxBytes: number, what: string): Promise<Uint8Array> {
    if (response.status !== 200) return readBody(response, limits.errorBytes, what).catch(() => new Uint8Array())
    const encoding = response.headers.get('content-encoding') ?? 'identity'
    if (encoding !== 'identity') {
      await response.body?.cancel()
      throw new Error(`content-encoding ${encoding}, where only identity was asked for`)
    }
    return readBody(response, maxBytes, `${service}: ${what}`)
  }
}

function methodOf({ put }: Request): 'GET' | 'PUT' {
  return put ? 'PUT' : 'GET'
}

function reasonOf(error: unknown, deadlineMs: number): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `no whole answer within ${deadlineMs} ms`
  const { cause } = error
  return cause instanceof Error ? `${error.message}: ${cause.message}` : error.message
}
