import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BadInput } from '../../lambda/core/bad-input.ts'
import { Misconfigured } from '../../lambda/errors.ts'
import { openClock } from '../../local/clock.ts'
import { readOffset } from '../../local/runtime/shifted-date.ts'
import { temporaryFolder } from './temporary-folder.ts'

const DAY = 24 * 3600

test('it starts at the machine’s time and moves forward for good', async () => {
  const folder = temporaryFolder()
  const clock = await openClock(folder)
  const before = Date.now()
  expect(clock.now().getTime()).toBeGreaterThanOrEqual(before)
  expect(readOffset(clock.offset)).toBe(0)
  clock.advance(DAY)
  clock.advance(1.5)
  expect(readOffset(clock.offset)).toBe(DAY * 1000 + 1500)
  expect(clock.now().getTime()).toBeGreaterThanOrEqual(before + DAY * 1000 + 1500)

  const reopened = await openClock(folder)
  expect(readOffset(reopened.offset)).toBe(DAY * 1000 + 1500)
})

test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 11 * 366 * DAY])('%d seconds are refused', async (seconds) => {
  const clock = await openClock(temporaryFolder())
  expect(() => clock.advance(seconds)).toThrow(BadInput)
  expect(readOffset(clock.offset)).toBe(0)
})

test('ten years are allowed, the year 10000 is not', async () => {
  const folder = temporaryFolder()
  const offsetMs = Date.parse('9985-01-01T00:00:00Z') - Date.now()
  writeFileSync(join(folder, 'clock.json'), JSON.stringify({ offsetMs }))
  const clock = await openClock(folder)
  clock.advance(10 * 365 * DAY)
  expect(() => clock.advance(10 * 365 * DAY)).toThrow('the clock cannot pass the year 9999')
  expect(clock.now().toISOString()).toMatch(/^9994-/)
})

test.each(['', '{', '{"offsetMs":-1}', '{"offsetMs":"1"}'])('a file that says %j is named', async (text) => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'clock.json'), text)
  const opened = openClock(folder)
  await expect(opened).rejects.toThrow(Misconfigured)
  await expect(opened).rejects.toThrow('clock.json is not readable: remove it')
})
