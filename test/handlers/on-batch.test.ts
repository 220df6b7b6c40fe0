import type { Context, SQSEvent, SQSRecord } from 'aws-lambda'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Misconfigured, OverLimit, Unavailable } from '../../lambda/errors.ts'
import { onBatch } from '../../lambda/handlers/on-batch.ts'

type Message = { readonly body: unknown; readonly receives?: number }

const context = { getRemainingTimeInMillis: () => 10_000 } as Context
const OUTAGE = new Unavailable('ECR', 'no answer')

function eventOf(messages: readonly Message[]): SQSEvent {
  const Records = messages.map(({ body, receives = 1 }, n) => ({
    messageId: `m${n}`,
    receiptHandle: `r${n}`,
    body: typeof body === 'string' && body.startsWith('raw:') ? body.slice(4) : JSON.stringify(body),
    attributes: { ApproximateReceiveCount: String(receives) },
    eventSource: 'aws:sqs',
  }))
  return { Records: Records as unknown as SQSRecord[] }
}

/** Hands a batch to a function that fails as told by each body; says what became of it. */
async function run(messages: readonly Message[], fail: Readonly<Record<string, unknown>> = {}, exhausted?: Error) {
  const seen: string[] = []
  const handler = onBatch({
    async handle(body) {
      seen.push(`handle ${JSON.stringify(body)}`)
      if (String(body) in fail) throw fail[String(body)]
    },
    async exhausted(body, error) {
      seen.push(`exhausted ${JSON.stringify(body)} ${error.message}`)
      if (exhausted !== undefined) throw exhausted
    },
    async retryIn(handle, seconds) {
      seen.push(`retry ${handle} in ${seconds}`)
    },
    dropped: (reason, body) => void seen.push(`dropped ${reason} ${body}`),
  })
  const { batchItemFailures } = await handler(eventOf(messages), context)
  return { seen, failed: batchItemFailures.map(({ itemIdentifier }) => itemIdentifier) }
}

describe('a batch', () => {
  beforeEach(() => vi.stubEnv('ASSAY_MAX_RECEIVES', '5'))
  afterEach(() => vi.unstubAllEnvs())

  it('is done where every message is', async () => {
    expect(await run([{ body: 'a' }, { body: { b: 1 } }])).toEqual({
      seen: ['handle "a"', 'handle {"b":1}'],
      failed: [],
    })
  })

  it('fails by message: the others are done', async () => {
    const { seen, failed } = await run([{ body: 'a' }, { body: 'b' }, { body: 'c' }], { b: OUTAGE })
    expect([failed, seen.filter((line) => line.startsWith('handle'))]).toEqual([
      ['m1'],
      ['handle "a"', 'handle "b"', 'handle "c"'],
    ])
  })

  it('fails by message though every one of them fails', async () => {
    expect((await run([{ body: 'a' }, { body: 'b' }], { a: OUTAGE, b: OUTAGE })).failed).toEqual(['m0', 'm1'])
  })

  it.each([
    [1, 5],
    [2, 10],
    [3, 20],
    [4, 40],
  ])('comes again after its receive number %d in %d s', async (receives, seconds) => {
    const { seen, failed } = await run([{ body: 'a', receives }], { a: OUTAGE })
    expect([seen.slice(1), failed]).toEqual([[`retry r0 in ${seconds}`], ['m0']])
  })

  it('never waits longer than a quarter of an hour', async () => {
    vi.stubEnv('ASSAY_MAX_RECEIVES', '100')
    expect((await run([{ body: 'a', receives: 50 }], { a: OUTAGE })).seen[1]).toBe('retry r0 in 900')
  })

  it.each([5, 6])('is let go after its last receive (%d), once it is written down', async (receives) => {
    const { seen, failed } = await run([{ body: 'a', receives }], { a: OUTAGE })
    expect([seen.slice(1), failed]).toEqual([['exhausted "a" ECR: no answer'], []])
  })

  it('is not let go where it cannot be written down', async () => {
    expect((await run([{ body: 'a', receives: 5 }], { a: OUTAGE }, OUTAGE)).failed).toEqual(['m0'])
  })

  it('tries again what only a person can mend, since a person may', async () => {
    const wrong = new Misconfigured('no permission')
    expect((await run([{ body: 'a' }], { a: wrong })).seen[1]).toBe('retry r0 in 5')
    expect((await run([{ body: 'a', receives: 5 }], { a: wrong })).failed).toEqual([])
  })

  it('tries again what was more than is read: an answer without end may be an outage', async () => {
    const endless = new OverLimit('more than 4194304 bytes')
    expect((await run([{ body: 'a' }], { a: endless })).seen[1]).toBe('retry r0 in 5')
    expect((await run([{ body: 'a', receives: 5 }], { a: endless })).seen[1]).toContain('exhausted "a"')
  })

  it('leaves a defect to the dead-letter queue, after its last receive too', async () => {
    for (const receives of [1, 5]) {
      const { seen, failed } = await run([{ body: 'a', receives }], { a: new TypeError('x') })
      expect([seen, failed]).toEqual([['handle "a"'], ['m0']])
    }
  })

  it('drops what is not JSON, by name, and is done with it', async () => {
    expect(await run([{ body: 'raw:{' }, { body: 'raw:' }, { body: 'a' }])).toEqual({
      seen: ['dropped not JSON {', 'dropped not JSON ', 'handle "a"'],
      failed: [],
    })
  })

  it('hands on JSON of any kind', async () => {
    expect((await run([{ body: null }, { body: 0 }, { body: [] }])).seen).toEqual([
      'handle null',
      'handle 0',
      'handle []',
    ])
  })

  it('may be empty', async () => {
    expect(await run([])).toEqual({ seen: [], failed: [] })
  })

  it('starts from nothing each time: what failed before does not fail again', async () => {
    const failing = new Set(['a'])
    const handler = onBatch({
      handle: (body) => (failing.has(String(body)) ? Promise.reject(OUTAGE) : Promise.resolve()),
      exhausted: () => Promise.resolve(),
      retryIn: () => Promise.resolve(),
      dropped: () => {},
    })
    const { batchItemFailures } = await handler(eventOf([{ body: 'a' }]), context)
    expect(batchItemFailures).toEqual([{ itemIdentifier: 'm0' }])
    failing.clear()
    expect(await handler(eventOf([{ body: 'a' }]), context)).toEqual({ batchItemFailures: [] })
  })
})

describe('a function without its settings', () => {
  it('does not start', () => {
    const message = { handle: vi.fn(), exhausted: vi.fn(), retryIn: vi.fn(), dropped: vi.fn() }
    expect(() => onBatch(message)).toThrow('ASSAY_MAX_RECEIVES is not set')
  })
})
