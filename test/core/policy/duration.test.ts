import { expect, test } from 'vitest'
import { parseDuration } from '../../../lambda/core/policy/duration.ts'

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
