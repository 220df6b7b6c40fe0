import { randomOf } from '../hostile/random.ts'
import { newDrain } from './drain.ts'
import type { Explored, Found } from './explore.ts'
import type { Situation } from './situation.ts'
import { type Action, keyOf, type State, Violation } from './state.ts'
import type { Steps } from './step.ts'

/** Longer than any walk in which not everything is repeated for ever. */
const LONGEST = 2_000

/** One way through a situation, chosen by its number: so far until nothing more may happen, or until chance says that nothing more does. */
export async function walk(steps: Steps, situation: Situation, initial: State, seed: number): Promise<Explored> {
  const random = randomOf(seed, 0)
  const drain = newDrain(steps, situation)
  const actions: Action[] = []
  const seen = new Set([keyOf(initial)])
  const result = (found?: Found): Explored => {
    const counts = { states: seen.size, transitions: actions.length, runs: 0, endings: 1, exhausted: false }
    return found === undefined ? counts : { ...counts, found }
  }
  let state = initial
  while (actions.length < LONGEST) {
    const possible = await steps.possible(state)
    if (possible.length === 0 || (drain.isQuiet(state) && random.below(20) === 0)) break
    const action = random.pick(possible)
    actions.push(action)
    try {
      state = await steps.apply(state, action)
    } catch (error) {
      if (!(error instanceof Violation)) throw error
      return result({ violation: error, actions })
    }
    seen.add(keyOf(state))
  }
  const { violation, actions: rest } = await drain.from(state)
  return result(violation && { violation, actions: [...actions, ...rest] })
}
