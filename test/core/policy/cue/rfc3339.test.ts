import { expect, test } from 'vitest'
import { parseTime, RFC3339 } from '../../../../lambda/core/policy/cue/rfc3339.ts'

test.each([
  ['2022-04-20T18:17:19Z', '2022-04-20T18:17:19Z'],
  ['2022-04-20T18:17:19+02:30', '2022-04-20T15:47:19Z'],
  ['2021-12-31T23:59:59-00:01', '2022-01-01T00:00:59Z'],
  ['2024-02-29T00:00:00.120Z', '2024-02-29T00:00:00.12Z'],
  ['2024-02-29T00:00:00.000000001+01:00', '2024-02-28T23:00:00.000000001Z'],
  ['2024-02-29T00:00:00.000Z', '2024-02-29T00:00:00Z'],
  ['2023-02-29T00:00:00Z', undefined],
  ['2023-13-01T00:00:00Z', undefined],
  ['2023-01-00T00:00:00Z', undefined],
  ['2023-01-01T24:00:00Z', undefined],
  ['2023-01-01T00:00:60Z', undefined],
  ['2023-01-01T00:00:00', undefined],
  ['2023-01-01', undefined],
  ['2023-01-01 00:00:00Z', undefined],
  ['0000-01-01T00:00:00+01:00', undefined],
  ['', undefined],
])('%j is %s', (text, instant) => {
  expect(parseTime(RFC3339, text)).toBe(instant)
})

test('a date alone is read by the layout of dates', () => {
  expect(parseTime('2006-01-02', '2022-04-20')).toBe('2022-04-20T00:00:00Z')
  expect(parseTime('2006-01-02', '2022-04-20T00:00:00Z')).toBeUndefined()
})
