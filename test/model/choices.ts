import type { Ledger } from './ledger.ts'
import { type Part, partsOf } from './perform.ts'
import { recordOf } from './rules.ts'
import type { Situation } from './situation.ts'
import type { Action, Left, State, Worker } from './state.ts'
import { iso } from './time.ts'

const PEOPLE = new Set(['waive', 'revoke'])

/** Does an action, and says what it touched. */
type Try = (state: State, action: Action) => Promise<ReadonlySet<Part>>

/** What may happen next. */
export function newChoices(situation: Situation, { read, outside, leasedByTheDead }: Ledger, tried: Try) {
  const person = situation.workers

  /** A person waits for the lease to end; where nobody is left to end it, no longer than people wait. */
  function pauseOf(state: State, { thread }: Worker): 'over' | 'given up' | 'goes on' {
    if (!('image' in thread.job)) return 'over'
    const lease = recordOf(read.moment(state), thread.job.image.digest)?.lease
    if (lease === undefined || lease.until <= iso(state.clock)) return 'over'
    return leasedByTheDead(state) ? 'given up' : 'goes on'
  }

  function ofWorker(state: State, worker: Worker, at: number, left: Left): Action[] {
    const calls = [...worker.thread.waiting].flatMap(([nth, { port }]): Action[] => {
      if (port === 'person') {
        const pause = pauseOf(state, worker)
        return pause === 'goes on' ? [] : [{ do: pause === 'over' ? 'answer' : 'outage', place: at, nth }]
      }
      const answered: Action = { do: 'answer', place: at, nth }
      return left.outage > 0 ? [answered, { do: 'outage', place: at, nth }] : [answered]
    })
    // Before a call that only reads it is as dying before the next that does not
    const writes = [...worker.thread.waiting.values()].some((call) => partsOf(call).includes('writes'))
    return left.crash > 0 && writes ? [...calls, { do: 'crash', place: at }] : calls
  }

  /** What a worker that acts, and holds a lease, cannot outlive. */
  function actsNow({ workers }: State): boolean {
    return workers.some(
      (worker) => worker !== undefined && (worker.thread.job.do === 'act' || 'image' in worker.thread.job),
    )
  }

  function ofOutside(state: State, left: Left): Action[] {
    const messages = [...new Set(read.queue(state).flatMap(({ message, at }) => (at <= state.clock ? [message] : [])))]
    const free = state.workers.some((worker, at) => at !== person && worker === undefined)
    const { crash, outage } = situation.budget
    const dead = left.crash + left.outage < crash + outage && leasedByTheDead(state)
    const isDue = () =>
      [...outside.table(state.table).images.values()].some(({ dueAt = '~' }) => dueAt <= iso(state.clock))
    return [
      ...messages.flatMap((message): Action[] => [
        ...(free ? [{ do: 'deliver', message } as const] : []),
        ...(left.duplicate > 0 ? [{ do: 'duplicate', message } as const] : []),
        ...(left.lose > 0 ? [{ do: 'lose', message } as const] : []),
      ]),
      ...left.deeds.flatMap((one): Action[] => (mayDo(state, left, one) ? [{ do: 'deed', deed: one }] : [])),
      ...(left.tick > 0 && !actsNow(state) ? [{ do: 'tick' } as const] : []),
      ...(dead && state.workers.every((worker) => worker === undefined) ? [{ do: 'expire' } as const] : []),
      ...(left.sweep > 0 && free && isDue() ? [{ do: 'sweep' } as const] : []),
    ]
  }

  /**
   * What else may touch, now or before the only worker's next call: where that call and all that follows from it without a choice
   * touches nothing of it, everything else may as well come after it, and is not tried before.
   */
  function disturbing(state: State, left: Left): Set<Part> | undefined {
    const others = state.workers.filter((worker, at) => worker !== undefined && at !== person)
    if (situation.workers > 1 || others.length !== 1 || left.outage > 0) return undefined
    const parts = left.deeds.map((one): Part => (PEOPLE.has(situation.deeds[one]!.do) ? 'table' : 'registry'))
    if (state.workers[person]) parts.push('table')
    if (left.tick > 0 && !actsNow(state)) parts.push('clock')
    if (left.crash > 0) parts.push('writes')
    return new Set(parts)
  }

  function mayDo(state: State, { deeds }: Left, one: number): boolean {
    const { follows, do: what } = situation.deeds[one]!
    if (follows !== undefined && deeds.includes(follows)) return false
    return !PEOPLE.has(what) || state.workers[person] === undefined
  }

  /** Whether all that a worker may do next touches nothing of these parts. */
  async function areFree(state: State, own: readonly Action[], parts: ReadonlySet<Part>): Promise<boolean> {
    for (const action of own) {
      if (action.do !== 'answer') return false
      const touched = await tried(state, action)
      if ([...parts].some((part) => touched.has(part))) return false
    }
    return own.length > 0
  }

  /** All of it, but for what may as well happen later. */
  return async function possible(state: State): Promise<readonly Action[]> {
    const left = read.left(state)
    const byPlace = state.workers.map((worker, at) => (worker ? ofWorker(state, worker, at, left) : []))
    const parts = disturbing(state, left)
    if (parts !== undefined) {
      const own = byPlace.filter((_, at) => at !== person).flat()
      if (await areFree(state, own, parts)) return own
    }
    return [...byPlace.flat(), ...ofOutside(state, left)]
  }
}
