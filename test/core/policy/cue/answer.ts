import { evaluateCue } from '../../../../lambda/core/policy/cue/cue.ts'
import { OverBudget } from '../../../../lambda/core/policy/over-budget.ts'

/** What is told of an input, or thrown where the policy takes too long for it; undefined where it holds. */
export function answer(policy: string, input: unknown): string | undefined {
  try {
    return evaluateCue(policy, input)
  } catch (error) {
    if (error instanceof OverBudget) return error.message
    throw error
  }
}
