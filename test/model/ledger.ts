import { selfTestKey } from '../../lambda/acting/armed.ts'
import { emptyTable } from '../memory/store.ts'
import { HOST } from '../memory/world.ts'
import { newOutside } from './outside.ts'
import type { Moment } from './rules.ts'
import type { Situation } from './situation.ts'
import type { Left, Message, Queued, State, Told, Witness, Worker } from './state.ts'
import { iso } from './time.ts'
import { newValues } from './values.ts'

const NOTHING: Left = { crash: 0, duplicate: 0, lose: 0, outage: 0, tick: 0, sweep: 0, deeds: [] }

type Changes = {
  readonly queue?: readonly Queued[]
  readonly told?: readonly Told[]
  readonly witness?: Witness
  readonly left?: Left
}

/** What the numbers in a state stand for, and states that differ in one of them. */
export function newLedger(situation: Situation) {
  const values = newValues()
  const outside = newOutside(values, situation.lists ?? true)

  const read = {
    queue: ({ queue }: State) => values.value(queue) as readonly Queued[],
    told: ({ told }: State) => values.value(told) as readonly Told[],
    witness: ({ witness }: State) => values.value(witness) as Witness,
    left: ({ left }: State) => values.value(left) as Left,
    message: (number: number) => values.value(number) as Message,
    moment: (state: State): Moment => ({
      now: iso(state.clock),
      rules: state.rules,
      table: outside.table(state.table),
      shelf: outside.shelf(state.registry),
      witness: read.witness(state),
    }),
  }
  function write(state: State, changes: Changes): State {
    const numbers = Object.entries(changes).map(([name, value]) => [name, values.number(value)])
    return { ...state, ...Object.fromEntries(numbers) }
  }

  /** More copies than there are workers make no difference; nor does since when a message may be seen. */
  function enqueue(state: State, message: Message, delay = 0): State {
    const number = values.number(message)
    const at = state.clock + delay * 1000
    const others = read.queue(state).map((one) => ({ ...one, at: one.at <= state.clock ? 0 : one.at }))
    const entry = { message: number, at: at <= state.clock ? 0 : at }
    const copies = others.filter((one) => one.message === entry.message && one.at === entry.at)
    if (copies.length >= situation.workers) return state
    const queue = [...others, entry].sort((a, b) => a.at - b.at || a.message - b.message)
    return write(state, { queue })
  }
  function dequeue(state: State, message: number): State {
    const queue = read.queue(state)
    const first = queue.findIndex((one) => one.message === message && one.at <= state.clock)
    return write(state, { queue: queue.toSpliced(first, 1) })
  }
  function spend(state: State, what: keyof Omit<Left, 'deeds'>): State {
    const left = read.left(state)
    return write(state, { left: { ...left, [what]: left[what] - 1 } })
  }
  function place(state: State, at: number, worker: Worker | undefined): State {
    return { ...state, workers: state.workers.with(at, worker) }
  }

  /** Whether a lease runs whose holder is dead. */
  function leasedByTheDead(state: State): boolean {
    const living = state.workers.flatMap((worker) => (worker?.thread.job.do === 'act' ? [worker.thread.job.owner] : []))
    return [...outside.table(state.table).images.values()].some(
      ({ lease }) => lease !== undefined && lease.until > iso(state.clock) && !living.includes(lease.owner),
    )
  }

  return {
    read,
    values,
    outside,
    write,
    enqueue,
    dequeue,
    spend,
    place,
    leasedByTheDead,
    /** A table in which nothing is but that quarantine is armed, and a registry in which nothing is. */
    begin(): State {
      const table = emptyTable()
      table.system.set(selfTestKey(HOST), { means: 'remove', detail: '' })
      const numbers = { queue: values.number([]), told: values.number([]), left: values.number(NOTHING) }
      const registry = outside.numberOfShelf({ manifests: [], tags: {} })
      const witness = values.number({ pushed: {}, signed: {}, failed: [] } satisfies Witness)
      const workers = Array.from({ length: situation.workers + 1 }, () => undefined)
      return { clock: 0, rules: 'signed', table: outside.numberOfTable(table), registry, witness, workers, ...numbers }
    },
    /** From here on all that the situation allows may happen; */
    open: (state: State): State => write(state, { left: { ...situation.budget, deeds: [...situation.deeds.keys()] } }),
    /** and from here on nothing more. */
    calm: (state: State): State => write(state, { left: NOTHING }),
  }
}

export type Ledger = ReturnType<typeof newLedger>
