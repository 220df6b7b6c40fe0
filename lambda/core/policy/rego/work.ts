import { RegoHalt } from './fault.ts'

/** What an evaluation may still do. A step is about the cost of looking at one value, or at 16 characters. */
export type Work = { left: number }

/** Takes steps off the budget. Throws RegoHalt where there are none left. */
export function spend(work: Work, steps: number): void {
  work.left -= steps
  if (work.left < 0) throw new RegoHalt('the policy takes too many steps for this input')
}

/** Takes the steps that reading or writing so many characters costs. */
export function spendText(work: Work, characters: number): void {
  spend(work, 1 + (characters >>> 4))
}
