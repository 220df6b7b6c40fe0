/** A deadline for each step of something long. */
export type StepDeadline = {
  /** Aborted with a TimeoutError by the first step that takes longer. */
  readonly signal: AbortSignal
  /** A step begins, and with it its time. */
  begin(): void
  /** The step is over: until the next one begins, time does not count. */
  end(): void
}

/** A deadline of so many milliseconds for each step; a step that was begun is to be ended. */
export function stepDeadline(ms: number): StepDeadline {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  return {
    signal: controller.signal,
    begin() {
      timer = setTimeout(() => controller.abort(new DOMException(`nothing for ${ms} ms`, 'TimeoutError')), ms)
    },
    end: () => clearTimeout(timer),
  }
}
