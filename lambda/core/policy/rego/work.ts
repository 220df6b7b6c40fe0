import { type Steps, spend as spendSteps } from '../over-budget.ts'
import type { Value } from './value.ts'

/** What an evaluation may still do. A step is about the cost of looking at one value, or at 16 characters. */
export type Work = {
  readonly steps: Steps
  /** Keys and values of objects, in order, so that each is sorted once. */
  readonly sorted: WeakMap<object, readonly Pair[]>
}
export type Pair = readonly [key: Value, value: Value]

/** How much an evaluation may do. */
export const MOST_STEPS = 1_000_000

/** Takes steps; throws OverBudget where there are none left. */
export function spend({ steps }: Work, count: number): void {
  spendSteps(steps, count)
}

/** Takes the steps that reading or writing so many characters costs. */
export function spendText(work: Work, characters: number): void {
  spend(work, 1 + (characters >>> 4))
}
