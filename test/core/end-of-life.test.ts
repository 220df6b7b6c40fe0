import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { END_OF_LIFE, type EndOfLife, endOfLife } from '../../lambda/core/end-of-life.ts'
import { statementOf } from './checks/statement/statements.ts'

const END = '2025-04-30T00:00:00.000Z'
const GRACE = '2025-10-30T00:00:00.000Z'
const wrong = (name: string, value: string) => ({ fault: `${name} is ${value}, not a date such as 2025-04-30` })

describe('endOfLife', () => {
  test.each<[string, unknown, EndOfLife]>([
    [
      'as the API of Chainguard writes it',
      {
        name: '18.20.8-slim',
        mainPackageName: 'nodejs',
        tagStatus: 'TAG_IN_GRACE',
        mainPackageVersion: { eolDate: '2025-04-30', exists: true, lts: '2022-10-25', version: '18', eolBroken: false },
        graceStatus: 'GRACE_ACTIVE',
        gracePeriodExpiryDate: '2025-10-30T00:00:00Z',
      },
      { endOfLifeAt: END, graceUntil: GRACE },
    ],
    ['flat', { eolDate: '2025-04-30', gracePeriodExpiryDate: '2025-10-30' }, { endOfLifeAt: END, graceUntil: GRACE }],
    [
      'as protobuf names it',
      { main_package_version: { eol_date: '2025-04-30' }, grace_period_expiry_date: '2025-10-30T02:00:00+02:00' },
      { endOfLifeAt: END, graceUntil: GRACE },
    ],
    ['as endoflife.date names it', { eol: '2025-04-30' }, { endOfLifeAt: END }],
    ['that there is an end', { eol: true }, {}],
    ['null and empty texts', { eolDate: null, gracePeriodExpiryDate: '' }, {}],
    ['nothing', {}, {}],
    ['told twice', { eolDate: '2025-04-30', mainPackageVersion: { eolDate: `${END}` } }, { endOfLifeAt: END }],
    [
      'told in two ways',
      { eolDate: '2025-05-01', eol: '2025-04-30', gracePeriodExpiryDate: '2025-10-30' },
      { graceUntil: GRACE, fault: `eolDate is told as 2025-05-01T00:00:00.000Z and as ${END}` },
    ],
    [
      'a date that is none',
      { mainPackageVersion: { eolDate: '2025-02-30' }, gracePeriodExpiryDate: '2025-10-30' },
      { graceUntil: GRACE, ...wrong('eolDate', '"2025-02-30"') },
    ],
    ['a date by luck', { eolDate: '2025-4-30' }, wrong('eolDate', '"2025-4-30"')],
    ['a date in words', { eolDate: 'Apr 30 2025' }, wrong('eolDate', '"Apr 30 2025"')],
    ['no zone', { eolDate: '2025-04-30T00:00:00' }, wrong('eolDate', '"2025-04-30T00:00:00"')],
    ['a number', { gracePeriodExpiryDate: 1_746_000_000 }, wrong('gracePeriodExpiryDate', '1746000000')],
    ['an object', { eol: { date: '2025-04-30' } }, wrong('eol', 'an object')],
    ['a version that is no object', { mainPackageVersion: '18' }, {}],
    ['no object', null, { fault: 'the predicate is null, not an object' }],
    ['a list', [{ eolDate: '2025-04-30' }], { fault: 'the predicate is a list of 1, not an object' }],
  ])('%s', (_, predicate, wanted) => {
    expect(endOfLife(statementOf(END_OF_LIFE, predicate))).toStrictEqual(wanted)
  })

  test('another type', () => {
    expect(endOfLife(statementOf('https://example.com/eol', { eolDate: '2025-04-30' }))).toEqual({
      fault: 'the predicate type is "https://example.com/eol", not https://chainguard.dev/end-of-life',
    })
  })
})

test('any JSON is answered shortly, and by true instants', () => {
  const value = fc.oneof(fc.constantFrom('2025-04-30', END, '2025-13-01'), fc.string(), fc.jsonValue())
  const names = ['eolDate', 'eol', 'eol_date', 'gracePeriodExpiryDate', 'mainPackageVersion', '__proto__']
  const flat = fc.dictionary(fc.constantFrom(...names), value)
  const predicate = fc.oneof(value, fc.dictionary(fc.constantFrom(...names), fc.oneof(value, flat)))
  fc.assert(
    fc.property(predicate, (any) => {
      const { endOfLifeAt, graceUntil, fault = '' } = endOfLife({ predicateType: END_OF_LIFE, predicate: any })
      expect(fault.length).toBeLessThan(300)
      for (const at of [endOfLifeAt, graceUntil]) if (at !== undefined) expect(new Date(at).toISOString()).toBe(at)
    }),
  )
})
