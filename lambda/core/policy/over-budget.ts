/** Steps that may still be made, of the most that are allowed for one image. */
export type Steps = { left: number; readonly most: number }

/** As many steps as are allowed. */
export function stepsOf(most: number): Steps {
  return { left: most, most }
}

/** Takes steps from what is left; throws OverBudget where that is not enough. */
export function spend(steps: Steps, count: number): void {
  steps.left -= count
  if (steps.left < 0) throw new OverBudget(steps.most)
}

/** An expression that takes more steps than are allowed: it may be met or not, and nobody looked on. */
export class OverBudget extends Error {
  override readonly name = 'OverBudget'

  constructor(steps: number) {
    super(`it takes more than ${steps} steps, the most allowed for one image`)
  }
}
