import { expect, onTestFinished, test, vi } from 'vitest'
import type { LambdaFunction } from '../../../local/runtime/function.ts'
import type { Outcome } from '../../../local/runtime/outcome.ts'
import { startSchedule } from '../../../local/runtime/scheduler.ts'

/** A function whose invocations end when told to. */
function manual() {
  const events: unknown[] = []
  const ends: (() => void)[] = []
  const target: LambdaFunction = {
    name: 'sweep',
    arn: 'arn:aws:lambda:us-east-1:000000000000:function:sweep',
    invoke: (event) => {
      events.push(event)
      return new Promise<Outcome>((resolve) => ends.push(() => resolve({ ok: true, payload: '1' })))
    },
    running: () => 0,
    close: async () => {},
  }
  return { target, events, ends }
}

function start(target: LambdaFunction) {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const now = () => new Date('2026-01-02T03:04:05.678Z')
  const schedule = startSchedule({ function: target, everySeconds: 60, now, log: () => {} })
  onTestFinished(() => schedule.close())
  return schedule
}

test('it runs at once, then every so often, with the event of a schedule', async () => {
  const { target, events, ends } = manual()
  start(target)
  await vi.waitFor(() => expect(events).toHaveLength(1))
  expect(events[0]).toMatchObject({
    version: '0',
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account: '000000000000',
    region: 'us-east-1',
    time: '2026-01-02T03:04:05Z',
    resources: ['arn:aws:scheduler:us-east-1:000000000000:schedule/default/sweep'],
    detail: '{}',
  })
  ends[0]!()
  await vi.waitFor(() => {
    vi.advanceTimersByTime(60_000)
    expect(events).toHaveLength(2)
  })
})

test('a run that is due while one is under way is left out', async () => {
  const { target, events } = manual()
  start(target)
  await vi.waitFor(() => expect(events).toHaveLength(1))
  vi.advanceTimersByTime(600_000)
  await Promise.resolve()
  expect(events).toHaveLength(1)
})

test('a run asked for waits for the one under way', async () => {
  const { target, events, ends } = manual()
  const schedule = start(target)
  await vi.waitFor(() => expect(events).toHaveLength(1))
  const asked = schedule.runNow()
  expect(events).toHaveLength(1)
  ends[0]!()
  await vi.waitFor(() => expect(events).toHaveLength(2))
  ends[1]!()
  expect(await asked).toEqual({ ok: true, payload: '1' })
})

test('closed, it starts nothing more', async () => {
  const { target, events, ends } = manual()
  const schedule = start(target)
  await vi.waitFor(() => expect(events).toHaveLength(1))
  ends[0]!()
  schedule.close()
  expect(vi.getTimerCount()).toBe(0)
})
