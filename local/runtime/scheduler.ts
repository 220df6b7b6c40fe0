import { randomUUID } from 'node:crypto'
import { ACCOUNT, arnOf, REGION } from '../aws/account.ts'
import type { LambdaFunction } from './function.ts'
import type { Outcome } from './outcome.ts'

export type ScheduleOptions = {
  readonly function: LambdaFunction
  readonly everySeconds: number
  readonly now: () => Date
  readonly log: (line: string) => void
}

export interface Schedule {
  /** Runs the function now, after a run that is under way. */
  runNow(): Promise<Outcome>
  /** Starts no more runs. */
  close(): void
}

/** Invokes a function at once and then every so often, as EventBridge Scheduler does; a run that is due while one is under way is left out. */
export function startSchedule({ function: target, everySeconds, now, log }: ScheduleOptions): Schedule {
  let running = 0
  let last: Promise<unknown> = Promise.resolve()

  async function run(): Promise<Outcome> {
    const outcome = await target.invoke(scheduledEvent(target.name, now()))
    if (!outcome.ok) log(`${target.name} failed: ${outcome.payload}`)
    return outcome
  }

  async function runNow(): Promise<Outcome> {
    running += 1
    const mine = last.then(run)
    last = mine
    const outcome = await mine
    running -= 1
    return outcome
  }

  function tick(): void {
    if (running === 0) void runNow()
  }

  tick()
  const timer = setInterval(tick, everySeconds * 1000)
  return { runNow, close: () => clearInterval(timer) }
}

// The default input of a schedule without one; detail is a string: https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets.html
function scheduledEvent(name: string, now: Date) {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account: ACCOUNT,
    time: now.toISOString().replace(/\.\d+Z$/, 'Z'),
    region: REGION,
    resources: [arnOf('scheduler', `schedule/default/${name}`)],
    detail: '{}',
  }
}
