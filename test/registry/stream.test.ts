import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Unavailable } from '../../lambda/errors.ts'
import { LIMITS } from '../../lambda/registry/limits.ts'
import { streamer } from '../../lambda/registry/stream.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

const DEADLINE = LIMITS.deadlineMs
const request = { url: new URL('https://registry.example/blob'), accept: '*/*' }

/** A download whose chunks come when the test says so; `headers`: after how long they come. */
async function download({ headers = 0, signal: own = new AbortController().signal } = {}) {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  const fetch: typeof globalThis.fetch = async (_, { signal } = {}) => {
    signal?.addEventListener('abort', () => void writer.abort(signal.reason).catch(() => {}))
    vi.advanceTimersByTime(headers)
    signal?.throwIfAborted()
    return new Response(readable)
  }
  const stream = streamer({ service: 'registry', limits: LIMITS, fetch })
  const { chunks } = await stream(request, own)
  const reader = chunks![Symbol.asyncIterator]()
  return {
    /** Asks for the next chunk, which comes after so many milliseconds. */
    next: async (ms: number) => {
      const next = reader.next()
      next.catch(() => {})
      await Promise.resolve()
      vi.advanceTimersByTime(ms)
      await writer.write(new Uint8Array(1)).catch(() => {})
      return next
    },
    /** No more will come. */
    end: (error?: Error) => (error ? writer.abort(error) : writer.close()),
    read: () => reader.next(),
  }
}

describe('a stream', () => {
  it('takes as long as it takes, while something comes within each deadline', async () => {
    const { next } = await download({ headers: DEADLINE - 1 })
    for (let nth = 0; nth < 5; nth++) expect(await next(DEADLINE - 1)).toMatchObject({ done: false })
  })

  it('whose headers do not come within the deadline is an outage', async () => {
    await expect(download({ headers: DEADLINE })).rejects.toBeInstanceOf(Unavailable)
    await expect(download({ headers: DEADLINE })).rejects.toThrow('nothing within 10000 ms')
  })

  it.each([0, 1])('in which nothing comes within the deadline after %i chunks is an outage', async (before) => {
    const { next } = await download()
    for (let nth = 0; nth < before; nth++) await next(DEADLINE - 1)
    await expect(next(DEADLINE)).rejects.toThrow('registry: GET https://registry.example/blob: nothing within 10000 ms')
  })

  it('that is over, well or badly, leaves no deadline behind', async () => {
    for (const error of [undefined, new Error('reset')]) {
      const { next, end, read } = await download()
      await next(0)
      await end(error)
      if (error) await expect(read()).rejects.toThrow('reset')
      else expect(await read()).toMatchObject({ done: true })
      expect(vi.getTimerCount()).toBe(0)
    }
  })

  it('is read no further after the signal, though all of it has come', async () => {
    const [controller, enough] = [new AbortController(), new Error('enough')]
    const { next, end, read } = await download({ signal: controller.signal })
    await next(0)
    await end()
    controller.abort(enough)
    await expect(read()).rejects.toBe(enough)
  })

  it('does not count the time that its reader takes', async () => {
    const { next } = await download()
    vi.advanceTimersByTime(10 * DEADLINE)
    await next(0)
    vi.advanceTimersByTime(10 * DEADLINE)
    expect(await next(0)).toMatchObject({ done: false })
    expect(vi.getTimerCount()).toBe(0)
  })
})
