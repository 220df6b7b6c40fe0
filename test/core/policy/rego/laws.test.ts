import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stepsOf } from '../../../../lambda/core/policy/over-budget.ts'
import { makeObject, makeSet } from '../../../../lambda/core/policy/rego/collection.ts'
import { compare } from '../../../../lambda/core/policy/rego/compare.ts'
import { evaluateRego, regoFault } from '../../../../lambda/core/policy/rego/rego.ts'
import type { Value } from '../../../../lambda/core/policy/rego/value.ts'

const work = () => ({ steps: stepsOf(1_000_000), sorted: new WeakMap() })
const difference = (a: Value, b: Value) => Math.sign(compare(a, b, work()))

const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<Value>(null, true, false, 0, 1, 1n, 2n, 0.5, 2n ** 60n, '', 'a', 'b', '\uffff', '\u{10000}'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { maxKeys: 3 }),
    fc.array(tie('value'), { maxLength: 3 }).map((values) => makeSet(values, work())),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 }).map((pairs) => makeObject(pairs, 'last', work())),
  ),
}))

test('values have one order', () => {
  fc.assert(
    fc.property(value, value, value, (a, b, c) => {
      expect(difference(a, a)).toBe(0)
      expect(difference(a, b) + difference(b, a)).toBe(0)
      const [low, middle, high] = [a, b, c].sort(difference)
      expect(difference(low ?? null, middle ?? null)).toBeLessThanOrEqual(0)
      expect(difference(middle ?? null, high ?? null)).toBeLessThanOrEqual(0)
      expect(difference(low ?? null, high ?? null)).toBeLessThanOrEqual(0)
    }),
  )
})

test('a set is the same however it is made', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 8 }), fc.nat(), (values, turn) => {
      const at = values.length === 0 ? 0 : turn % values.length
      const turned = [...values.slice(at), ...values.slice(0, at), ...values]
      expect(difference(makeSet(values, work()), makeSet(turned, work()))).toBe(0)
    }),
  )
})

const RULES = [
  'default isCompliant = false',
  'isCompliant { every_age_known; count(old) == 0; not banned("x") }',
  'isCompliant { input.override == "yes" }',
  'old[name] { ns := created[name]; time.now_ns() - ns > limit }',
  'created[name] = ns { ns := time.parse_rfc3339_ns(input.config[name].created) }',
  'limit = days * 24 * 3600 * 1000000000',
  'days = 30 { not input.days }',
  'days = input.days { input.days > 0 }',
  'every_age_known { count(created) == count(input.config); n := count(created); n > 0 }',
  'banned(x) { input.config[_].author == x }',
]

const config = fc.dictionary(
  fc.constantFrom('linux/amd64', 'linux/arm64'),
  fc.record({
    created: fc.constantFrom('2025-12-31T00:00:00Z', '2025-06-01T00:00:00Z', 'unknown'),
    author: fc.constantFrom('x', 'y'),
  }),
)
const input = fc.record({ config, override: fc.constantFrom('yes', 'no'), days: fc.constantFrom(1, 0, 365) })
const judge = (rules: readonly string[], seen: unknown) =>
  evaluateRego(`package sigstore\n${rules.join('\n')}`, seen, new Date('2026-01-01'))

test('the order of rules never matters', () => {
  const seen = new Set<string | undefined>()
  fc.assert(
    fc.property(fc.shuffledSubarray(RULES, { minLength: RULES.length }), input, (rules, json) => {
      const told = judge(RULES, json)
      seen.add(told)
      expect(judge(rules, json)).toBe(told)
    }),
  )
  expect(seen.size).toBe(2)
})

const BODY = [
  'x = input.list[i]',
  'i = j + 1',
  'j = input.list[_]',
  'not x == y',
  'z = count([a | a = x])',
  'y = z + 1',
]

test('the order of expressions in a body never matters', () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray(BODY, { minLength: BODY.length }),
      fc.array(fc.constantFrom(0, 1, 2), { maxLength: 4 }),
      (body, list) => {
        const rules = (lines: readonly string[]) => [
          `isCompliant[answer] { ${lines.join('; ')}; answer := {"error": sprintf("%v %v", [x, y])} }`,
        ]
        expect(regoFault(`package sigstore\n${rules(body).join('\n')}`)).toBeUndefined()
        expect(judge(rules(body), { list })).toBe(judge(rules(BODY), { list }))
      },
    ),
  )
})

test('any text is a policy or has a fault, and never throws', () => {
  const words = [
    'package sigstore\n',
    'isCompliant',
    'x',
    'input',
    '_',
    ' = ',
    ' := ',
    '{',
    '}',
    '[',
    ']',
    '(',
    ')',
    ' | ',
    '; ',
    '\n',
    '.',
    ',',
    ':',
    '1',
    '-',
    '"a"',
    '`',
    '"',
    'not ',
    'some ',
    ' in ',
    ' if ',
    'every ',
    'else',
    'default ',
    'import rego.v1\n',
    'count',
    ' + ',
    ' == ',
    '#',
    'with ',
    'set()',
    'f(x)',
  ]
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...words), { maxLength: 30 }), (parts) => {
      const text = `package sigstore\n${parts.join('')}`
      const fault = regoFault(text)
      if (fault !== undefined) expect(fault.line).toBeLessThanOrEqual(text.split('\n').length)
      expect(evaluateRego(text, { x: [1, 2] }, new Date(0)) ?? '').toBeTypeOf('string')
    }),
    { numRuns: 2_000 },
  )
})
