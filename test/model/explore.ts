import { newDrain } from './drain.ts'
import type { Situation } from './situation.ts'
import { type Action, keyOf, type State, Violation } from './state.ts'
import type { Steps } from './step.ts'

export type Found = { readonly violation: Violation; readonly actions: readonly Action[] }
export type Explored = {
  readonly states: number
  readonly transitions: number
  /** Runs of the real code from its start. */
  readonly runs: number
  readonly endings: number
  /** False: there are more states than were looked at. */
  readonly exhausted: boolean
  readonly found?: Found
}

type Reached = { readonly state: State; readonly at: number }

/** Every state that can be reached, breadth first, so that what is found is found by the fewest steps. */
export async function explore(steps: Steps, situation: Situation, initial: State, most: number): Promise<Explored> {
  const drain = newDrain(steps, situation)
  const seen = new Set([keyOf(initial)])
  const cameBy: { readonly from: number; readonly action: Action }[] = []
  let transitions = 0

  function actionsTo(at: number): Action[] {
    const actions: Action[] = []
    for (let step = at; step >= 0; step = cameBy[step]!.from) actions.push(cameBy[step]!.action)
    return actions.reverse()
  }

  /** The states after this one that are new. */
  async function after({ state, at }: Reached): Promise<Reached[] | Found> {
    const next: Reached[] = []
    for (const action of await steps.possible(state)) {
      transitions++
      const reached = await attempt(steps.apply(state, action))
      if (reached instanceof Violation) return { violation: reached, actions: [...actionsTo(at), action] }
      const key = keyOf(reached)
      if (seen.has(key)) continue
      seen.add(key)
      next.push({ state: reached, at: cameBy.push({ from: at, action }) - 1 })
    }
    if (!drain.isQuiet(state)) return next
    const { violation, actions } = await drain.from(state)
    return violation ? { violation, actions: [...actionsTo(at), ...actions] } : next
  }

  let layer: Reached[] = [{ state: initial, at: -1 }]
  let found: Found | undefined
  while (layer.length > 0 && seen.size < most && found === undefined) {
    const next: Reached[] = []
    for (const reached of layer) {
      const more = await after(reached)
      if ('violation' in more) {
        found = more
        break
      }
      next.push(...more)
    }
    layer = next
  }
  return {
    states: seen.size,
    transitions,
    runs: steps.threads.counts.played,
    endings: drain.count(),
    exhausted: found === undefined && layer.length === 0,
    ...(found && { found }),
  }
}

async function attempt<T>(what: Promise<T>): Promise<T | Violation> {
  try {
    return await what
  } catch (error) {
    if (error instanceof Violation) return error
    throw error
  }
}
