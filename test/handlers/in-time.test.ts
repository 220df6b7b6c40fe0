import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Unavailable } from '../../lambda/errors.ts'
import { inTime } from '../../lambda/handlers/in-time.ts'

const context = { getRemainingTimeInMillis: () => 60_000 }
beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('hands on what the work ends in', async () => {
  expect(await inTime(context, Promise.resolve('done'))).toBe('done')
  await expect(inTime(context, Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(vi.getTimerCount()).toBe(0)
})

it('gives up as an outage while there is time to write it down', async () => {
  const given = expect(inTime(context, new Promise(() => {}))).rejects.toThrow(Unavailable)
  await vi.advanceTimersByTimeAsync(54_999)
  expect(vi.getTimerCount()).toBe(1)
  await vi.advanceTimersByTimeAsync(1)
  await given
})
