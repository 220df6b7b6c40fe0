import { checkEnding } from './ending.ts'
import type { Situation } from './situation.ts'
import { type Action, keyOf, type State, Violation } from './state.ts'
import type { Steps } from './step.ts'
import { clockOf } from './time.ts'

export type Drained = { readonly actions: readonly Action[]; readonly violation?: Violation }

/** More rounds than any work takes: beyond them something makes new work for ever (I10). */
const ROUNDS = 30
/** And more than one round takes. */
const STEPS = 2_000
const MINUTE = 60_000
const ORDERLY = new Set<Action['do']>(['answer', 'outage', 'deliver'])

/** Lets everything be done that is to be done, with nothing going wrong any more, and judges how it ends. */
export function newDrain(steps: Steps, situation: Situation) {
  const ended = new Set<string>()

  const isQuiet = (state: State) =>
    state.workers.every((worker) => worker === undefined) && steps.read.queue(state).every(({ at }) => at > state.clock)

  /** When there is something to do next; the daily look at what is settled is nothing to do. */
  function wakeAt(state: State): number | undefined {
    const records = [...steps.outside.table(state.table).images.values()]
    const open = records.filter(
      ({ todo, state: is, recheckAt = '~' }) =>
        todo.length > 0 || is === 'pending' || is === 'error' || clockOf(recheckAt) <= state.clock,
    )
    const due = open.flatMap(({ dueAt, lease, recheckAt }) =>
      [dueAt, lease?.until, recheckAt].filter((at) => at !== undefined).map(clockOf),
    )
    const queued = steps.read.queue(state).map(({ at }) => at)
    const times = [...due, ...queued]
    return times.length === 0 ? undefined : Math.max(Math.min(...times), state.clock + MINUTE)
  }

  /** One thing after another, always the first that can be done, until nothing is to be done. */
  async function settle(from: State, actions: Action[]): Promise<State> {
    let state = from
    for (let round = 0; round < ROUNDS; round++) {
      for (let step = 0; !isQuiet(state); step++) {
        if (step > STEPS) throw new Violation('I10', 'messages are delivered and no end')
        const possible = await steps.possible(state)
        const action = possible.find((one) => one.do === 'expire') ?? possible.find((one) => ORDERLY.has(one.do))
        if (action === undefined) break
        actions.push(action)
        state = await steps.apply(state, action)
      }
      const at = wakeAt(state)
      if (at === undefined) return state
      state = await later(state, at, actions)
    }
    throw new Violation('I10', `work is left after ${ROUNDS} rounds`)
  }

  async function later(state: State, clock: number, actions: Action[]): Promise<State> {
    const action: Action = { do: 'later', clock }
    actions.push(action)
    return steps.apply(state, action)
  }

  return {
    isQuiet,
    settle,
    later,
    count: () => ended.size,
    async from(state: State): Promise<Drained> {
      const left = steps.read.left(state)
      // With no budget left nothing goes wrong any more
      const calm = await steps.apply(state, { do: 'calm' })
      const faults = { crash: situation.budget.crash - left.crash, outage: situation.budget.outage - left.outage }
      const lost = left.lose < situation.budget.lose
      const key = `${keyOf(calm)} ${faults.crash} ${faults.outage} ${lost}`
      if (ended.has(key)) return { actions: [] }
      ended.add(key)
      const actions: Action[] = [{ do: 'calm' }]
      try {
        const check = (end: State) =>
          checkEnding({
            ...steps.read.moment(end),
            told: steps.read.told(end),
            faults: faults.crash + faults.outage,
            lost,
          })
        const settled = await settle(calm, actions)
        if (!lost) check(settled)
        // A day later every image has been looked at again: what was lost is found, and nothing else changes
        const day = await settle(await later(settled, settled.clock + 24 * 60 * MINUTE, actions), actions)
        check(day)
        return { actions }
      } catch (error) {
        if (error instanceof Violation) return { actions, violation: error }
        throw error
      }
    },
  }
}
