import { newDrain } from './drain.ts'
import type { Situation } from './situation.ts'
import type { State } from './state.ts'
import type { Steps } from './step.ts'

/** Where a situation begins: a first sweep is done, and what was done earlier is worked off. */
export async function initialOf(steps: Steps, situation: Situation): Promise<State> {
  const { settle, later } = newDrain(steps, situation)
  let state = await settle(await later(steps.begin(), 0, []), [])
  for (const deed of situation.earlier ?? []) state = await settle(await steps.deed(state, deed), [])
  return steps.open(state)
}
