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
    try {
      return await send({ abortSignal: AbortSignal.timeout(deadlineMs) })
    } catch (error) {
      return absentOrThrow(error, { registryId, action, name })
    }
  }
}
