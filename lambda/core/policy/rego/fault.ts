/** A policy text that cannot be used. `line` is 1-based. */
export class RegoFault extends Error {
  readonly line: number
  constructor(line: number, message: string) {
    super(message)
    this.line = line
  }
}

/** An evaluation that came to an end without an answer: the policy is not met. */
export class RegoHalt extends Error {}
