import { Unavailable } from '../../lambda/errors.ts'
import { type Job, type Ports, start } from './jobs.ts'
import { iso } from './time.ts'
import type { Values } from './values.ts'

export type Port = keyof Ports
/** A call of a port that waits for its answer. */
export type Call = {
  readonly port: Port
  readonly method: string
  readonly parameters: readonly unknown[]
  /** The same for equal calls. */
  readonly number: number
}
/** What a thread is told: the answer to its nth call, or that there was none (an outage), and the time it is then. */
export type Heard = { readonly nth: number; readonly answer: number | 'outage'; readonly clock: number }
export type Ended = { readonly error?: unknown }

/**
 * A run of the real code up to where it waits for answers. What it asks next follows from what it has heard alone (it has no other
 * way to the outside), so each run of answers is played once and remembered: later it is a look into `next`.
 */
export type Thread = {
  readonly number: number
  readonly job: Job
  readonly since: number
  readonly before?: { readonly thread: Thread; readonly heard: Heard }
  /** Whether the last of it asked for the time. */
  readonly looked: boolean
  readonly waiting: ReadonlyMap<number, Call>
  readonly ended?: Ended
}

/** Suspended runs kept for their next answer; any other is played again from its start. */
const MAX_LIVE = 3_000

type Live = {
  clock: number
  /** Whether it has asked for the time since it last heard something. */
  looked: boolean
  asked: number
  ended: Ended | undefined
  readonly waiting: Map<number, { readonly call: Call; readonly settle: (heard: Heard) => void }>
}

export function newThreads(values: Values) {
  const starts = new Map<string, Thread>()
  const nexts: Map<string, Thread>[] = []
  const lives = new Map<Thread, Live>()
  const counts = { played: 0 }

  function begin(job: Job, clock: number): Live {
    const live: Live = { clock, looked: false, asked: 0, ended: undefined, waiting: new Map() }
    const ask = (port: Port, method: string, parameters: readonly unknown[]) =>
      new Promise((resolve, reject) => {
        const settle = ({ answer }: Heard) =>
          answer === 'outage' ? reject(new Unavailable(port, 'no answer')) : resolve(values.value(answer))
        const number = values.number([port, method, parameters])
        live.waiting.set(live.asked++, { call: { port, method, parameters, number }, settle })
      })
    counts.played++
    const now = () => {
      live.looked = true
      return new Date(iso(live.clock))
    }
    start(job, ask, now).then(
      () => {
        live.ended = {}
      },
      (error: unknown) => {
        live.ended = { error }
      },
    )
    return live
  }

  /** Everything that can go on without an answer has gone on when the microtasks are done. */
  async function rest(live: Live): Promise<void> {
    await new Promise(setImmediate)
    if (live.ended === undefined && live.waiting.size === 0) throw new Error('waits for something that is no port')
  }

  async function hear(live: Live, heard: Heard): Promise<void> {
    const asked = live.waiting.get(heard.nth)
    if (asked === undefined) throw new Error('not deterministic: played again, it asks something else')
    live.waiting.delete(heard.nth)
    live.clock = heard.clock
    live.looked = false
    asked.settle(heard)
    await rest(live)
  }

  async function playAgain(thread: Thread): Promise<Live> {
    const heards: Heard[] = []
    let first = thread
    for (; first.before !== undefined; first = first.before.thread) heards.unshift(first.before.heard)
    const live = begin(thread.job, first.since)
    await rest(live)
    for (const heard of heards) await hear(live, heard)
    return live
  }

  function keep(live: Live, rest: Pick<Thread, 'job' | 'since' | 'before'>): Thread {
    const waiting = new Map([...live.waiting].map(([nth, { call }]) => [nth, call]))
    const thread: Thread = {
      ...rest,
      number: nexts.length,
      looked: live.looked,
      waiting,
      ...(live.ended && { ended: live.ended }),
    }
    nexts.push(new Map())
    if (live.ended === undefined) lives.set(thread, live)
    const oldest = lives.size > MAX_LIVE ? lives.keys().next().value : undefined
    if (oldest !== undefined) lives.delete(oldest)
    return thread
  }

  return {
    counts,
    async start(job: Job, clock: number): Promise<Thread> {
      const key = `${values.number(job)} ${clock}`
      const known = starts.get(key)
      if (known !== undefined) return known
      const live = begin(job, clock)
      await rest(live)
      const thread = keep(live, { job, since: clock })
      starts.set(key, thread)
      return thread
    },
    async next(thread: Thread, heard: Heard): Promise<Thread> {
      // Whoever does not ask for the time goes on the same at any time
      const timeless = `${heard.nth} ${heard.answer}`
      const key = `${timeless} ${heard.clock}`
      const next = nexts[thread.number]
      const known = next?.get(timeless) ?? next?.get(key)
      if (known !== undefined) return known
      const live = lives.get(thread) ?? (await playAgain(thread))
      lives.delete(thread)
      await hear(live, heard)
      const after = keep(live, { job: thread.job, since: thread.since, before: { thread, heard } })
      next?.set(after.looked ? key : timeless, after)
      return after
    },
  }
}

export type Threads = ReturnType<typeof newThreads>
