/** Steps that may still be made; evaluations take theirs off. */
export type Steps = { left: number }

/** An expression that takes more steps than are allowed: it may be met or not, and nobody looked on. */
export class OverBudget extends Error {
  override readonly name = 'OverBudget'

  constructor(steps: number) {
    super(`it takes more than ${steps} steps, the most allowed for one image`)
  }
}
