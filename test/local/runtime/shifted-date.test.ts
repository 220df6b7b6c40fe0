import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createOffset, readOffset, shiftedDate } from '../../../local/runtime/shifted-date.ts'

test('a date with arguments is the same date', () => {
  const Shifted = shiftedDate(Date, createOffset())
  fc.assert(
    fc.property(fc.date({ noInvalidDate: true }), (date) => {
      expect(new Shifted(date.getTime()).getTime()).toBe(date.getTime())
      expect(new Shifted(date.toISOString()).toISOString()).toBe(date.toISOString())
      expect(Shifted.UTC(2026, 1)).toBe(Date.UTC(2026, 1))
    }),
  )
})

test('now is ahead by the offset, however large', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 8_000 * 365 * 24 * 3600 }), (seconds) => {
      const offset = createOffset()
      Atomics.store(offset, 0, BigInt(seconds) * 1000n)
      expect(readOffset(offset)).toBe(seconds * 1000)
      const Shifted = shiftedDate(Date, offset)
      const before = Date.now() + seconds * 1000
      const times = [Shifted.now(), new Shifted().getTime()]
      const after = Date.now() + seconds * 1000
      for (const time of times) expect(time >= before && time <= after).toBe(true)
    }),
  )
})

test('it still is a Date', () => {
  const Shifted = shiftedDate(Date, createOffset())
  expect(new Shifted()).toBeInstanceOf(Date)
  expect(new Date()).toBeInstanceOf(Shifted)
  class Own extends Shifted {}
  expect(new Own()).toBeInstanceOf(Own)
})
