import { BadInput } from '../lambda/core/bad-input.ts'
import { Incomplete, Misconfigured, OverLimit, Unavailable } from '../lambda/errors.ts'

/** Exit codes: part of the contract. */
export const EXIT = { verified: 0, failed: 1, badInput: 2, undecided: 3 } as const

/** Prints an error as one clear message and says how to exit; a defect keeps its stack. */
export function exitFor(error: unknown, print: (line: string) => void): number {
  if (error instanceof BadInput || error instanceof Misconfigured || error instanceof Incomplete) {
    print(`assay: ${error.message}`)
    return EXIT.badInput
  }
  if (error instanceof Unavailable || error instanceof OverLimit) {
    print(`assay: could not decide: ${error.message}`)
    return EXIT.undecided
  }
  print(error instanceof Error ? (error.stack ?? error.message) : String(error))
  return EXIT.badInput
}

/** The exit code that a state means. */
export function exitForState(state: string): number {
  if (state === 'verified') return EXIT.verified
  return state === 'failed' || state === 'degraded' ? EXIT.failed : EXIT.undecided
}
