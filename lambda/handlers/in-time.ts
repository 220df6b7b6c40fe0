import type { Context } from 'aws-lambda'
import { Unavailable } from '../errors.ts'

/** Milliseconds before the function is ended in which a failure can still be written down. */
const MARGIN = 5_000

/**
 * Gives work up shortly before the function's own end, as an outage: a registry that answers too slowly is tried again and
 * told of, instead of filling the dead-letter queue. Only for work whose every write is conditional: it may still be running.
 */
export async function inTime<T>(context: Pick<Context, 'getRemainingTimeInMillis'>, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const remaining = context.getRemainingTimeInMillis() - MARGIN
  const timer = setTimeout(() => late.reject(new Unavailable('verify', `not done after ${remaining} ms`)), remaining)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
