import { expect, test, vi } from 'vitest'
import { createOffset } from '../../../local/runtime/shifted-date.ts'
import { answerOf, testFunction } from './probe-function.ts'

test('a handler gets the event, its context and no environment but what was given and what Lambda reserves', async () => {
  const target = testFunction({ env: { ASSAY_TABLE: 'assay' }, memory: 256, timeout: 30 })
  const { event, context, remaining, env } = await answerOf(target, { do: 'echo', text: 'é' })
  expect(event).toEqual({ do: 'echo', text: 'é' })
  expect(context).toMatchObject({
    functionName: 'probe',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:probe',
    memoryLimitInMB: '256',
    awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  })
  expect(remaining).toBeGreaterThan(0)
  expect(remaining).toBeLessThanOrEqual(30_000)
  const given = Object.entries(env as object).filter(([name]) => !name.startsWith('AWS_LAMBDA_'))
  expect(given).toEqual([['ASSAY_TABLE', 'assay']])
  expect(env).toMatchObject({ AWS_LAMBDA_FUNCTION_NAME: 'probe', AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256' })
})

test('no answer is null', async () => {
  expect(await testFunction().invoke({ do: 'nothing' })).toEqual({ ok: true, payload: 'null' })
})

test.each([
  ['throw', { errorType: 'RangeError', errorMessage: 'out of range' }],
  ['throw-text', { errorType: 'string', errorMessage: 'just text', trace: [] }],
  ['exit', { errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('exit status 3') }],
  ['crash-later', { errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('after the answer') }],
  ['big', { errorType: 'Function.ResponseSizeTooLarge' }],
])('%s is an error in Lambda’s shape, and the next invocation works', async (deed, error) => {
  const target = testFunction()
  const outcome = await target.invoke({ do: deed })
  expect(outcome).toMatchObject({ ok: false, timedOut: false })
  expect(JSON.parse(outcome.payload)).toMatchObject(error)
  expect((await target.invoke({ do: 'echo' })).ok).toBe(true)
})

test.each([
  ['broken', 'cannot load'],
  ['nameless', 'exports no function named handler'],
])('a module that is %s fails every invocation with the reason', async (module, message) => {
  const target = testFunction({ module })
  for (const _ of [1, 2]) {
    const outcome = await target.invoke({})
    expect(outcome.ok).toBe(false)
    expect(JSON.parse(outcome.payload).errorMessage).toContain(message)
  }
})

test.each(['spin', 'hang'])('a handler that %ss is ended at its timeout and replaced', async (deed) => {
  const target = testFunction({ timeout: 0.5 })
  const outcome = await target.invoke({ do: deed })
  expect(outcome).toMatchObject({ ok: false, timedOut: true })
  expect(JSON.parse(outcome.payload)).toMatchObject({
    errorType: 'Sandbox.Timedout',
    errorMessage: expect.stringMatching(/^RequestId: [0-9a-f-]{36} Error: Task timed out after 0.50 seconds$/),
  })
  expect((await answerOf(target, { do: 'log' })).invocations).toBe(1)
})

test('a handler over its memory is ended and replaced', async () => {
  const target = testFunction({ memory: 32 })
  const outcome = await target.invoke({ do: 'use-up-memory' })
  expect(JSON.parse(outcome.payload).errorType).toBe('Runtime.ExitError')
  expect((await target.invoke({ do: 'echo' })).ok).toBe(true)
})

test('one instance works on one event at a time and is kept', async () => {
  const target = testFunction({ concurrency: 1 })
  const answers = await Promise.all([1, 2, 3].map(() => answerOf(target, { do: 'log' })))
  expect(answers.map((answer) => answer.invocations)).toEqual([1, 2, 3])
  expect(new Set(answers.map((answer) => answer.threadId)).size).toBe(1)
})

test('as many instances as the concurrency run at once', async () => {
  const target = testFunction({ concurrency: 2 })
  const meetings = [1, 2].map(() => answerOf(target, { do: 'meet' }))
  expect(target.running()).toBe(2)
  const [one, two] = await Promise.all(meetings)
  expect(one!.threadId).not.toBe(two!.threadId)
  expect(target.running()).toBe(0)
})

test('close ends a handler at work', async () => {
  const target = testFunction()
  await target.invoke({ do: 'echo' })
  const spinning = target.invoke({ do: 'spin' })
  await target.close()
  expect(JSON.parse((await spinning).payload).errorType).toBe('Runtime.ExitError')
})

test('what a handler prints goes to the log', async () => {
  const lines: string[] = []
  await testFunction({ log: (line) => lines.push(line) }).invoke({ do: 'log' })
  await vi.waitFor(() => expect(lines).toEqual(['to the log']))
})

test('a function follows the clock it shares', async () => {
  const offset = createOffset()
  const target = testFunction({ offset })
  const tenDays = 10 * 24 * 3600 * 1000
  await target.invoke({ do: 'dates' })
  Atomics.store(offset, 0, BigInt(tenDays))
  const before = Date.now() + tenDays
  const { now, called, fixed, iso } = await answerOf(target, { do: 'dates' })
  const after = Date.now() + tenDays
  for (const time of [now, Date.parse(String(iso))]) {
    expect(time).toBeGreaterThanOrEqual(before)
    expect(time).toBeLessThanOrEqual(after)
  }
  expect(Date.parse(String(called))).toBeGreaterThanOrEqual(before - 1000)
  expect(fixed).toBe('1970-01-01T00:00:00.000Z')
})
