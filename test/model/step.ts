import type { ImageId } from '../../lambda/core/image.ts'
import { Unavailable } from '../../lambda/errors.ts'
import { HOST, NAME } from '../memory/world.ts'
import { IMAGES } from './cast.ts'
import { newChoices } from './choices.ts'
import { newDeeds } from './deeds.ts'
import type { Job } from './jobs.ts'
import { newLedger } from './ledger.ts'
import { newPerform, type Part, partsOf } from './perform.ts'
import { GRACE } from './rules.ts'
import type { Deed, Situation } from './situation.ts'
import { type Action, type Message, type State, Violation, type Worker } from './state.ts'
import { type Call, newThreads } from './threads.ts'

/** Longer than a lease. */
const EXPIRY = 91_000

/**
 * Calls at which a worker does not stop for others, so that states do not multiply: what they read never changes, or is what an image
 * is examined by, which is read in one go. What happens between two of these reads is taken to happen before or after them.
 */
const UNSTOPPED = new Set([
  'registry.manifest',
  'registry.blob',
  'registry.referrers',
  'store.system',
  'store.putSystem',
])
/** Calls that nobody waits for: done at once, unless a worker may die before them. */
const UNHURRIED = new Set(['queue.act', 'queue.verify', 'alerts.publish'])

/** What may happen in a situation, and what it leads to. */
export function newSteps(situation: Situation) {
  const ledger = newLedger(situation)
  const { read, write, enqueue, dequeue, spend, place } = ledger
  const threads = newThreads(ledger.values)
  const perform = newPerform(situation, ledger)
  const happen = newDeeds(ledger)
  const person = situation.workers
  /** By the last action. */
  let touched = new Set<Part>()

  /** Answers, in order, what needs no choice. Then either some calls wait, or the worker has ended and its message with it. */
  async function goOn(state: State, at: number): Promise<State> {
    let now = state
    for (;;) {
      const worker = now.workers[at]!
      if (worker.thread.ended !== undefined) return ended(now, at, worker)
      const left = read.left(now)
      const mayFail = left.crash + left.outage > 0
      const next = [...worker.thread.waiting].find(([, { port, method }]) => {
        const name = `${port}.${method}`
        return UNSTOPPED.has(name) || (UNHURRIED.has(name) && !mayFail)
      })
      if (next === undefined) return now
      now = await answer(now, at, ...next)
    }
  }

  async function answer(state: State, at: number, nth: number, call: Call): Promise<State> {
    const worker = state.workers[at]!
    const done = await perform(state, call)
    const thread = await threads.next(worker.thread, { nth, answer: done.answer, clock: state.clock })
    for (const part of partsOf(call)) touched.add(part)
    if (thread.looked) touched.add('clock')
    return place(done.state, at, { ...worker, thread })
  }

  function ended(state: State, at: number, { thread, message }: Worker): State {
    const error = thread.ended?.error
    if (error !== undefined && !(error instanceof Unavailable)) {
      throw new Violation('defect', error instanceof Error ? (error.stack ?? error.message) : 'not an Error')
    }
    const free = place(state, at, undefined)
    if (error === undefined) return free
    if (message !== undefined) return enqueue(free, read.message(message))
    // A person tries again later
    const again = situation.deeds.findIndex((deed) => deed.do === thread.job.do)
    if (again < 0) return free
    const left = read.left(free)
    return write(free, { left: { ...left, deeds: [...left.deeds, again].toSorted((a, b) => a - b) } })
  }

  async function start(state: State, at: number, job: Job, message?: number): Promise<State> {
    const thread = await threads.start(job, state.clock)
    return goOn(place(state, at, { thread, ...(message !== undefined && { message }) }), at)
  }

  function idle({ workers }: State): number {
    return workers.findIndex((worker, at) => at !== person && worker === undefined)
  }

  /** A name of its own for each that acts, and after each death or outage another. */
  function jobOf(state: State, message: Message): Job {
    const { rules } = state
    if (message.to === 'verify') return { do: 'verify', push: message.push, rules }
    const { crash, outage } = read.left(state)
    const names = [...state.workers.keys()].map((n) => `actor ${n} of ${crash} ${outage}`)
    const taken = state.workers.flatMap((worker) => (worker?.thread.job.do === 'act' ? [worker.thread.job.owner] : []))
    return { do: 'act', image: message.image, owner: names.find((name) => !taken.includes(name))!, rules }
  }

  /** It makes no difference which place a worker has. */
  function sorted(state: State): State {
    const workers = state.workers.slice(0, person).toSorted((a, b) => orderOf(a) - orderOf(b))
    return { ...state, workers: [...workers, state.workers[person]] }
  }

  async function deed(state: State, what: Deed): Promise<State> {
    if (what.do !== 'waive' && what.do !== 'revoke') return happen(state, what)
    const image: ImageId = { host: HOST, name: NAME, digest: IMAGES[what.image] }
    return start(state, person, { do: what.do, image, rules: state.rules })
  }

  async function apply(state: State, action: Action): Promise<State> {
    return sorted(await happened(state, action))
  }

  async function happened(state: State, action: Action): Promise<State> {
    switch (action.do) {
      case 'answer': {
        const call = state.workers[action.place]!.thread.waiting.get(action.nth)!
        return goOn(await answer(state, action.place, action.nth, call), action.place)
      }
      case 'outage': {
        const { place: at, nth } = action
        const worker = state.workers[at]!
        const isPause = worker.thread.waiting.get(nth)!.port === 'person'
        const thread = await threads.next(worker.thread, { nth, answer: 'outage', clock: state.clock })
        return goOn(place(isPause ? state : spend(state, 'outage'), at, { ...worker, thread }), at)
      }
      case 'crash': {
        const { message } = state.workers[action.place]!
        const free = spend(place(state, action.place, undefined), 'crash')
        return message === undefined ? free : enqueue(free, read.message(message))
      }
      case 'deliver': {
        const at = idle(state)
        const begun = await start(
          dequeue(state, action.message),
          at,
          jobOf(state, read.message(action.message)),
          action.message,
        )
        // Unless time may pass at once, a worker may as well have begun later
        const [first, ...others] = begun.workers[at]?.thread.waiting ?? []
        if (first === undefined || others.length > 0 || read.left(state).tick > 0) return begun
        return goOn(await answer(begun, at, ...first), at)
      }
      case 'duplicate':
        return spend(enqueue(state, read.message(action.message)), 'duplicate')
      case 'lose':
        return spend(dequeue(state, action.message), 'lose')
      case 'deed': {
        const left = read.left(state)
        const rest = write(state, { left: { ...left, deeds: left.deeds.filter((one) => one !== action.deed) } })
        return deed(rest, situation.deeds[action.deed]!)
      }
      case 'tick':
        return spend({ ...state, clock: state.clock + GRACE }, 'tick')
      case 'expire':
        return { ...state, clock: state.clock + EXPIRY }
      case 'sweep':
        return start(spend(state, 'sweep'), idle(state), { do: 'sweep', rules: state.rules })
      case 'calm':
        return ledger.calm(state)
      case 'later':
        return start({ ...state, clock: action.clock }, 0, { do: 'sweep', rules: state.rules })
    }
  }

  /** What an action touches; everything, where it breaks a rule. */
  async function tried(state: State, action: Action): Promise<ReadonlySet<Part>> {
    touched = new Set()
    try {
      await apply(state, action)
      return touched
    } catch (error) {
      if (error instanceof Violation) return new Set(['table', 'registry', 'clock', 'writes'])
      throw error
    }
  }

  return { ...ledger, threads, deed, apply, possible: newChoices(situation, ledger, tried) }
}

function orderOf(worker: Worker | undefined): number {
  return worker?.thread.number ?? Number.MAX_SAFE_INTEGER
}

export type Steps = ReturnType<typeof newSteps>
