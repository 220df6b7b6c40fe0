import { Misconfigured, Unavailable } from './errors.ts'

// Errors that only a person can mend, by the names the SDK gives them
const CONFIGURATION = [
  'AccessDeniedException',
  'AccessDenied',
  'AuthorizationError',
  'UnrecognizedClientException',
  'ResourceNotFoundException',
  'NoSuchBucket',
  'QueueDoesNotExist',
  'NotFoundException',
  'ValidationException',
]
// Answers that are part of a call's contract and are handled where the call is made
const ANSWERS = ['ConditionalCheckFailedException', 'PreconditionFailed', 'NoSuchKey', 'NotFound']

/** The name that the SDK gives an error; undefined where none was thrown. */
export function errorName(error: unknown): string | undefined {
  return error instanceof Error ? error.name : undefined
}

/** Translates what an AWS service throws: answers pass through, permissions are Misconfigured, all else is Unavailable. */
export function unavailable(service: string): <T>(call: Promise<T>) => Promise<T> {
  return async (call) => {
    try {
      return await call
    } catch (error) {
      const name = errorName(error) ?? 'Error'
      if (ANSWERS.includes(name)) throw error
      const message = error instanceof Error ? error.message : String(error)
      if (CONFIGURATION.includes(name)) throw new Misconfigured(`${service}: ${name}: ${message}`, { cause: error })
      throw new Unavailable(service, `${name}: ${message}`, { cause: error })
    }
  }
}
