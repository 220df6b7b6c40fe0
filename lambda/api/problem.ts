import { BadInput } from '../core/bad-input.ts'
import { Misconfigured, OverLimit, Unavailable } from '../errors.ts'

export type Answer = {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** An error as RFC 9457 problem details. */
export function problem(status: number, title: string, detail: string): Answer {
  return {
    status,
    body: { type: 'about:blank', title, status, detail },
    headers: { 'content-type': 'application/problem+json' },
  }
}

/** What a caller is told of an error; undefined for a defect, which must be seen as one. */
export function problemOf(error: unknown): Answer | undefined {
  if (error instanceof BadInput) return problem(400, 'Bad request', error.message)
  if (error instanceof Unavailable) return problem(503, 'Not available', error.message)
  if (error instanceof OverLimit) return problem(503, 'Over a limit', error.message)
  if (error instanceof Misconfigured) return problem(503, 'Not configured', error.message)
  return undefined
}
