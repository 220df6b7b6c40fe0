import { Unavailable } from '../errors.ts'
import { sameOrigin } from './hosts.ts'
import type { Limits } from './limits.ts'
import { isRedirect, redirectTarget } from './redirect.ts'

/** What to put somewhere. */
export type Content = { readonly mediaType: string; readonly bytes: Uint8Array }

/** What to get. */
export type Request = {
  readonly url: URL
  /** Only the headers of it. */
  readonly head?: boolean
  /** What to put there instead of getting what is there. */
  readonly put?: Content
  readonly accept: string
  readonly authorization?: string
  /** How many redirects to follow; those of the limits where not given, and none with something to put. */
  readonly redirects?: number
}

/** An answer that is no redirect, its body still to be read. */
export type Followed = {
  readonly response: Response
  /** It came from another origin than the one asked: its word about the registry counts for nothing. */
  readonly stranger: boolean
}

/** One request, until the headers of what it comes to are there. The signal also ends the reading of the body. */
export type Follow = (request: Request, signal: AbortSignal) => Promise<Followed>

/** What all requests to one registry have in common. */
export type FollowOptions = {
  /** Whom to name when it does not answer. */
  readonly service: string
  readonly limits: Limits
  readonly fetch?: typeof globalThis.fetch
}

/** Requests over fetch with the guards that hold for whole answers and for streams: redirects without credentials, no internal addresses, no encoding. */
export function follower({ limits, fetch = globalThis.fetch }: FollowOptions): Follow {
  return async (request, signal) => {
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
      if (!isRedirect(response.status)) {
        await refuseEncoded(response)
        return { response, stranger }
      }
      await response.body?.cancel()
      if (hop >= redirects) throw new Error(`more than ${redirects} redirects`)
      const to = redirectTarget(url, response.headers.get('location'))
      if (typeof to === 'string') throw new Error(to)
      // Once away, the credentials stay behind even if the next hop leads back
      stranger ||= !sameOrigin(url, to)
      url = to
    }
  }
}

/** What a request is called in messages: its query may be a secret. */
export function nameOf(request: Request): string {
  return `${methodOf(request)} ${request.url.origin}${request.url.pathname}`
}

/** A request that failed on the way, as an outage. `late`: what to say where time ran out. */
export function outage(service: string, request: Request, error: unknown, late: string): Unavailable {
  return new Unavailable(service, `${nameOf(request)}: ${reasonOf(error, late)}`, { cause: error })
}

async function refuseEncoded({ status, headers, body }: Response): Promise<void> {
  const encoding = headers.get('content-encoding') ?? 'identity'
  if (status !== 200 || encoding === 'identity') return
  await body?.cancel()
  throw new Error(`content-encoding ${encoding}, where only identity was asked for`)
}

function methodOf({ put, head }: Request): 'GET' | 'HEAD' | 'PUT' {
  if (put) return 'PUT'
  return head ? 'HEAD' : 'GET'
}

function reasonOf(error: unknown, late: string): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return late
  const { cause } = error
  return cause instanceof Error ? `${error.message}: ${cause.message}` : error.message
}
