import { describe, expect, test } from 'vitest'
import { acceptsAnyone, matchesText, patternFault } from '../../../lambda/core/policy/text-match.ts'

describe('matchesText', () => {
  test.each([
    [{ exact: 'a.b' }, 'a.b', true],
    [{ exact: 'a.b' }, 'axb', false],
    [{ pattern: 'a.b', full: true }, 'axb', true],
    [{ pattern: 'a.b', full: true }, 'axb-evil', false],
    [{ pattern: 'a.b', full: true }, 'evil-axb', false],
    [{ pattern: 'a|b', full: true }, 'ax', false],
    [{ pattern: 'a.b', full: false }, 'evil-axb-evil', true],
    [{ pattern: '^a.b$', full: false }, 'axb-evil', false],
    [{ pattern: '(?i)ACME', full: true }, 'acme', true],
    [{ pattern: 'https://github\\.com/acme/.*', full: true }, 'https://githubxcom/acme/app', false],
    [{ pattern: 'admin@example\\.com', full: true }, 'admin@example.com\n', false],
  ])('%j, seen %j: %s', (want, seen, expected) => {
    expect(matchesText(want, seen)).toBe(expected)
  })
})

test.each([
  ['****', 'error parsing regexp: missing argument to repetition operator: `*`'],
  ['(', 'error parsing regexp: missing closing ): `(`'],
  ['(?=a)', 'error parsing regexp: invalid or unsupported Perl syntax: `(?=`'],
  ['(a)\\1', 'error parsing regexp: invalid escape sequence: `\\1`'],
  ['(a{1000}){1000}', 'error parsing regexp: invalid repeat count: `{1000}`'],
  ['a'.repeat(5_000), '5000 characters; at most 4096 are allowed'],
])('the pattern %.20s cannot be used: %s', (pattern, fault) => {
  expect(patternFault(pattern)).toBe(fault)
})

test('a pattern that would stall a backtracking engine is answered', () => {
  const want = { pattern: '(a+)+b', full: true }
  expect(patternFault(want.pattern)).toBeUndefined()
  expect(matchesText(want, 'a'.repeat(20_000))).toBe(false)
})

test.each([
  [{ pattern: '.*', full: true }, true],
  [{ pattern: '.+', full: true }, true],
  [{ pattern: '(?s).*', full: true }, true],
  [{ pattern: '', full: false }, true],
  [{ pattern: '^', full: false }, true],
  [{ pattern: 'a?', full: false }, true],
  [{ pattern: '', full: true }, false],
  [{ pattern: 'https://.*', full: true }, false],
  [{ pattern: '.*@example\\.net', full: true }, false],
  [{ exact: '.*' }, false],
])('%j accepts anyone: %s', (want, expected) => {
  expect(acceptsAnyone(want)).toBe(expected)
})
