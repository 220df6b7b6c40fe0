import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatDuration, parseDuration } from '../../../lambda/core/policy/duration.ts'

test.each([
  ['0s', 0],
  ['30s', 30],
  ['10m', 600],
  ['2h', 7_200],
  ['14d', 1_209_600],
  ['365d', 31_536_000],
])('%s is %d seconds', (text, seconds) => {
  expect(parseDuration(text)).toBe(seconds)
})

test.each(['', 'm', '10', '1.5h', '-1m', '+1m', '10 m', '1h30m', '10M', '1w', '1000000000s', '１m', ' 1m', '1m\n'])(
  '%j is no duration',
  (text) => {
    expect(parseDuration(text)).toBe('a duration is a whole number and one unit: 30s, 10m, 2h or 14d')
  },
)

test('a duration has an end', () => {
  expect(parseDuration('366d')).toBe('longer than 365d, the longest allowed')
})

test.each([
  [0, '0s'],
  [90, '90s'],
  [600, '10m'],
  [86_400, '1d'],
  [90_000, '25h'],
])('%d seconds are written %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text)
})

test('what is written is read as the same', () => {
  const seconds = fc.integer({ min: 0, max: 31_536_000 })
  fc.assert(fc.property(seconds, (one) => parseDuration(formatDuration(one)) === one))
})
