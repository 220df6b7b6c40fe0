import { setImmediate as settled } from 'node:timers/promises'
import { act } from '../../lambda/act.ts'
import { Unavailable } from '../../lambda/errors.ts'
import { verifyPush } from '../../lambda/pipeline.ts'
import { sweep } from '../../lambda/sweep.ts'
import type { Random } from '../hostile/random.ts'
import { intercepted } from '../memory/faults.ts'
import type { Message } from '../memory/queue.ts'
import type { Memory, World } from '../memory/world.ts'
import { interleaving } from './interleaving.ts'

/** Something that happens outside at a second of the run. */
export type Moment = { readonly at: number; readonly happen: () => unknown }

const WORKERS = 8
/** Seconds between sweeps, before a failed message comes again, and until all work that is left must be done. */
const [SWEEP_EVERY, RETRY_AFTER, DRAINED_AFTER] = [60, 30, 2400]
/** Milliseconds that a call takes at most; calls of several workers take it together. */
const CALL_TAKES = 50

/** Lets moments happen while workers do what there is to do, one call of one of them at a time, until nothing can be left to do. */
export async function runWorkers(outside: Memory, reached: World, moments: readonly Moment[], random: Random) {
  const { queue, now } = outside
  const calls = interleaving(random)
  const world = intercepted(reached, calls.stand)
  const counts = { messages: 0, retries: 0, calls: 0 }
  const defects: unknown[] = []
  const begun = now().getTime()
  const at = (seconds: number) => begun + seconds * 1000
  const coming = moments.toSorted((a, b) => b.at - a.at)
  const end = at((coming[0]?.at ?? 0) + DRAINED_AFTER)
  let sweepAt = at(0)
  let [working, sweeping] = [0, 0]

  async function work(message: Message): Promise<void> {
    const worker = `worker ${++counts.messages}`
    try {
      if (message.to === 'verify') await verifyPush(world, message.push)
      else await act(world, message.image, worker)
    } catch (error) {
      if (!(error instanceof Unavailable)) defects.push(error)
      counts.retries++
      queue.messages.push({ ...message, at: now().getTime() + RETRY_AFTER * 1000 })
    }
    working--
  }

  function begin(): void {
    if (sweeping === 0 && sweepAt <= now().getTime()) {
      sweepAt += SWEEP_EVERY * 1000
      sweeping = 1
      void sweep(world)
        .catch((error: unknown) => defects.push(error))
        .finally(() => sweeping--)
    }
    while (working < WORKERS) {
      const message = queue.peek()
      if (message === undefined) return
      queue.done(message)
      working++
      void work(message)
    }
  }

  while (defects.length === 0) {
    for (let next = coming.at(-1); next && at(next.at) <= now().getTime(); next = coming.at(-1)) {
      await coming.pop()?.happen()
    }
    begin()
    await settled()
    const standing = calls.step()
    if (standing > 0) {
      counts.calls++
      outside.advance(random.below(CALL_TAKES) / 1000 / standing)
    } else if (working + sweeping === 0) {
      if (now().getTime() >= end) break
      const next = coming.at(-1)
      const wake = Math.min(sweepAt, next ? at(next.at) : sweepAt, ...queue.messages.map((message) => message.at))
      outside.advance(Math.max(0, wake - now().getTime()) / 1000)
    }
  }
  if (defects.length > 0) throw new AggregateError(defects, 'a worker threw what is no outage')
  return counts
}
