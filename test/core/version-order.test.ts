import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareVersions, fitsComparison } from '../../lambda/core/version-order.ts'

describe('compareVersions', () => {
  test.each([
    ['1.0.0', '1.0.0', 0],
    ['1.2.3', '1.10.0', -1],
    ['2.0', '1.9.9', 1],
    ['v1.2.0', '1.2.0', 0],
    ['1.002', '1.2', 0],
    ['1.0', '1.0.1', -1],
    ['12:1', '12:2', -1],
    ['1.0.2k', '1.0.3', -1],
    ['1.2.3-r4', '1.2.4-r0', -1],
    ['2.17.0-rc1', '2.17.1', -1],
    ['5.3.18.RELEASE', '5.3.19.RELEASE', -1],
    ['1:2.0-1', '1:1.9-7', 1],
    ['1.1.1-1+DEB', '1.1.1-1+deb', 0],
    ['20231231', '20240101', -1],
    ['1.99999999999999999999', '1.100000000000000000000', -1],
  ])('%s and %s: %d', (left, right, order) => {
    expect(compareVersions(left, right)).toBe(order)
  })

  test.each([
    ['1.0', '1.0.0', 'schemes differ in trailing zeros'],
    ['1.0.0', '1.0.0-rc1', 'a suffix is before or after'],
    ['1.0.0-r1', '1.0.0-r2', 'the same numbers, other text'],
    ['1:1.0', '1.0', 'one epoch only'],
    ['2.0+really1.9', '1.5', 'Debian goes back'],
    ['1!1.0', '2.0', 'an epoch of Python'],
    ['1.2.x', '1.3', 'a wildcard'],
    ['1.*', '2', 'a wildcard'],
    ['(devel)', '1.0', 'no number'],
    ['', '1.0', 'nothing'],
    ['release-1.0', '2.0', 'a number later on only'],
    ['bookworm', 'bookworm', 'no number'],
    [`1${'.1'.repeat(100)}`, '2', 'too long'],
  ])('%s and %s have no order: %s', (left, right) => {
    expect(compareVersions(left, right)).toBeUndefined()
    expect(compareVersions(right, left)).toBeUndefined()
  })

  const part = fc.constantFrom('0', '1', '2', '10', '01')
  const version = fc
    .tuple(
      fc.constantFrom('', 'v', '1:', '2:'),
      fc.array(part, { minLength: 1, maxLength: 3 }),
      fc.constantFrom('', '-r0', '-rc1', 'k', '~x', '+really1'),
    )
    .map(([before, numbers, after]) => before + numbers.join('.') + after)

  test('is the same both ways round, and goes on from one to the next', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        const [ab, ba, bc, ac] = [
          compareVersions(a, b),
          compareVersions(b, a),
          compareVersions(b, c),
          compareVersions(a, c),
        ]
        expect(ba === undefined ? undefined : 0 - ba).toBe(ab === undefined ? undefined : ab + 0)
        if (ab === -1 && bc === -1) expect(ac).toBe(-1)
        if (ab === 0 && bc !== undefined) expect(ac).toBe(bc)
      }),
    )
  })
})

describe('fitsComparison', () => {
  test.each([
    ['<', '2.17.1', '2.17.0', true],
    ['<', '2.17.1', '2.17.1', false],
    ['<', '2.17.1', '2.17.1-r0', undefined],
    ['<=', '2.17.1', '2.17.1', true],
    ['<=', '2.17.1', '2.17.2', false],
    ['>', '1.0', '1.0', false],
    ['>', '1.0', '1.1', true],
    ['>=', '1.0', '1.0', true],
    ['>=', '1.0', '0.9', false],
    ['>=', '1.0', 'devel', undefined],
    ['=', '1.0', '1.0', true],
    ['=', '1.0', 'v1.0', true],
    ['=', '1.0', '1.1', false],
    ['=', '1.0', '1.0-r1', undefined],
    ['=', '1.0', 'devel', undefined],
    ['=', 'devel', 'devel', true],
    ['=', 'devel', '1.0', false],
  ] as const)('%s %s, seen %s: %s', (is, wanted, version, fits) => {
    expect(fitsComparison({ is, version: wanted }, version)).toBe(fits)
  })
})
