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

it('minds nothing that the work ends in later', async () => {
  const work = Promise.withResolvers<never>()
  const given = expect(inTime(context, work.promise)).rejects.toThrow(Unavailable)
  await vi.advanceTimersByTimeAsync(55_000)
  await given
  work.reject(new Error('later'))
  await vi.advanceTimersByTimeAsync(0)
})

it('gives up at once where no time is left', async () => {
  const given = expect(inTime({ getRemainingTimeInMillis: () => 100 }, new Promise(() => {}))).rejects.toThrow(
    Unavailable,
  )
  await vi.advanceTimersByTimeAsync(1)
  await given
})
