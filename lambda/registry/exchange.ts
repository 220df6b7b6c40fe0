import { OverLimit } from '../errors.ts'
import { type FollowOptions, follower, nameOf, outage, type Request } from './follow.ts'
import { readBody, readError } from './read-body.ts'

/** What to get, and how much of it at most. */
export type WholeRequest = Request & { readonly maxBytes: number }

/** A whole answer, its bytes read within the limits. */
export type Answer = {
  readonly status: number
  readonly headers: Headers
  /** Empty where the status is not 200 and the body was longer than an error needs. */
  readonly bytes: Uint8Array
  /** It came from another origin than the one asked: its word about the registry counts for nothing. */
  readonly stranger: boolean
}

/** One request, from the first byte to the last. Throws OverLimit over `maxBytes`, Unavailable for all that went wrong on the way. */
export type Exchange = (request: WholeRequest) => Promise<Answer>

/** Whole answers over fetch, each within the deadline and its size. */
export function exchanger(options: FollowOptions): Exchange {
  const { service, limits } = options
  const follow = follower(options)
  return async (request) => {
    const signal = AbortSignal.timeout(limits.deadlineMs)
    try {
      const { response, stranger } = await follow(request, signal)
      const { status, headers } = response
      const bytes =
        status === 200
          ? await readBody(response, request.maxBytes, `${service}: ${nameOf(request)}`)
          : await readError(response, limits.errorBytes)
      return { status, headers, bytes, stranger }
    } catch (error) {
      if (error instanceof OverLimit) throw error
      throw outage(service, request, error, `no whole answer within ${limits.deadlineMs} ms`)
    }
  }
}
