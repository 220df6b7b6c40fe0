import type { Answer } from './exchange.ts'
import { type FollowOptions, follower, outage, type Request } from './follow.ts'
import { readError } from './read-body.ts'
import { type StepDeadline, stepDeadline } from './step-deadline.ts'

/** An answer whose body, where the status is 200, is still to come. */
export type Streamed = Answer & {
  /** The body as it comes, to be read once; who stops ends the download. Only where the status is 200. */
  readonly chunks?: AsyncIterable<Uint8Array>
}

/** One GET, its body handed on as it comes. Throws Unavailable for all that went wrong on the way; reading on after the signal, its reason. */
export type Stream = (request: Request, signal: AbortSignal) => Promise<Streamed>

/** Answers of any length over fetch: the deadline is for the headers, and for each wait between two chunks. */
export function streamer(options: FollowOptions): Stream {
  const { service, limits } = options
  const follow = follower(options)
  return async (request, signal) => {
    const deadline = stepDeadline(limits.deadlineMs)
    const failed = (error: unknown) => outage(service, request, error, `nothing within ${limits.deadlineMs} ms`)
    deadline.begin()
    try {
      const { response, stranger } = await follow(request, AbortSignal.any([signal, deadline.signal]))
      const { status, headers } = response
      if (status === 200) {
        const chunks = chunksOf(response, deadline, signal, failed)
        return { status, headers, bytes: new Uint8Array(), stranger, chunks }
      }
      return { status, headers, bytes: await readError(response, limits.errorBytes), stranger }
    } catch (error) {
      throw failed(error)
    } finally {
      deadline.end()
    }
  }
}

/** Waits for it. Where it fails after the signal was aborted, the signal's reason is what is thrown, as it is. */
export async function orReason<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
}

async function* chunksOf(
  { body }: Response,
  deadline: StepDeadline,
  signal: AbortSignal,
  failed: (error: unknown) => Error,
): AsyncGenerator<Uint8Array> {
  try {
    deadline.begin()
    for await (const chunk of body ?? []) {
      // What the reader does with it takes the time it takes
      deadline.end()
      yield chunk
      signal.throwIfAborted()
      deadline.begin()
    }
  } catch (error) {
    signal.throwIfAborted()
    throw failed(error)
  } finally {
    deadline.end()
  }
}
