/** What a function answered: its JSON, or the JSON of the error as Lambda reports it. */
export type Outcome =
  | { readonly ok: true; readonly payload: string }
  | { readonly ok: false; readonly payload: string; readonly timedOut: boolean }

/** The error document of a failed invocation. */
export type FunctionError = {
  readonly errorType: string
  readonly errorMessage: string
  readonly trace: readonly string[]
}

/** Describes anything thrown the way Lambda's Node runtime does. */
export function describeError(thrown: unknown): FunctionError {
  if (!(thrown instanceof Error)) return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] }
  return { errorType: thrown.name, errorMessage: thrown.message, trace: thrown.stack?.split('\n') ?? [] }
}

/** A failed outcome that carries the handler's own error. */
export function failed(error: FunctionError): Outcome {
  return { ok: false, payload: JSON.stringify(error), timedOut: false }
}

/** A failed outcome in the name of the runtime. */
export function runtimeFailed(errorType: string, requestId: string, message: string): Outcome {
  const error: FunctionError = { errorType, errorMessage: `RequestId: ${requestId} Error: ${message}`, trace: [] }
  return { ok: false, payload: JSON.stringify(error), timedOut: errorType === 'Sandbox.Timedout' }
}
