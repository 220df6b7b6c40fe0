import { absentOrThrow } from './ecr-errors.ts'
import { LIMITS } from './limits.ts'

/** Runs one ECR call within the deadline. Absent things are undefined; refusals throw Misconfigured, outages Unavailable. */
export type EcrCaller = <T>(
  action: string,
  name: string,
  send: (options: { abortSignal: AbortSignal }) => Promise<T>,
) => Promise<T | undefined>

/** Calls to one account's registry. */
export function ecrCaller(registryId: string, deadlineMs: number = LIMITS.deadlineMs): EcrCaller {
  return async (action, name, send) => {
    const abortSignal = AbortSignal.timeout(deadlineMs)
    try {
      return await send({ abortSignal })
    } catch (error) {
      // The SDK says only that it was aborted, the signal says why
      return absentOrThrow(abortSignal.aborted ? abortSignal.reason : error, { registryId, action, name })
    }
  }
}
