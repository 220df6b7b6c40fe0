import type { FunctionError } from './outcome.ts'
import type { ClockOffset } from './shifted-date.ts'

/** What a worker is told once. */
export type WorkerStart = {
  readonly name: string
  readonly arn: string
  readonly entry: string
  readonly memory: number
  readonly offset: ClockOffset
}

/** What a worker is told for each invocation; the deadline is on the machine's clock. */
export type Invocation = { readonly requestId: string; readonly deadline: number; readonly event: string }

/** What a worker says: once when its handler is loaded (with an empty payload), then once for each invocation. */
export type Reply =
  | { readonly kind: 'answered'; readonly payload: string }
  | { readonly kind: 'failed'; readonly error: FunctionError }
