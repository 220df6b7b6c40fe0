import { expect, test } from 'vitest'
import { evaluateCue } from '../../../../lambda/core/policy/cue/cue.ts'
import { OverBudget } from '../../../../lambda/core/policy/over-budget.ts'
import { answer } from './answer.ts'

const MANY = 1_000_000
const over = 'it takes more than 1000000 steps, the most allowed'
const items = Array.from({ length: MANY }, (_, index) => index)
const wide = Object.fromEntries(items.slice(0, 300_000).map((index) => [`k${index}`, index]))
const deep = items.slice(0, 100_000).reduce<unknown>((inner) => [inner], 1)
const long = 'x'.repeat(3_000_000)
const lines = (count: number, line: (at: number) => string) => items.slice(0, count).map(line).join('\n')

test.each<[policy: string, input: unknown, found: string | undefined]>([
  // What a policy does not look at costs nothing
  ['a: 1\nb: _', { a: 1, b: items }, undefined],
  ['a: [...]', { a: items }, undefined],
  ['import "list"\na: list.MinItems(5)', { a: items }, undefined],
  ['import "struct"\na: struct.MinFields(5)', { a: wide }, undefined],
  ['a: [...int]', { a: items }, over],
  ['a: [string]: int', { a: wide }, over],
  ['import "list"\na: list.Contains("x")', { a: items }, over],
  [`a: {...}\nz: {\n${lines(1_500, (at) => `if len(a) == ${at} {y: 1}`)}\n}`, { a: wide }, over],
  ['a: =~"(x+x+)+y"', { a: long }, 'a: invalid value "xxx'],
  [`a: =~"${'(a|x)*'.repeat(500)}y"`, { a: long }, over],
  ['a: "x" | "y"', { a: deep }, 'errors in empty disjunction'],
  ['a: 1', { a: deep }, 'a: conflicting values 1 and [[['],
  [`a0: 1\n${lines(3_500, (at) => `a${at + 1}: a${at}`)}`, {}, over],
  [`a0: "xxxxxxxx"\n${lines(60, (at) => `a${at + 1}: a${at} + a${at}`)}`, {}, "to '+' (type string and string)"],
  [lines(12, (at) => `a: "q" | ${['b', 'c', 'd', 'e'].map((sign) => `"${sign}${at}"`).join(' | ')}`), { a: 'q' }, over],
  [`${lines(20, (at) => `a${at}: {x: a${at + 1}, y: a${at + 1}}`)}\na20: 1`, {}, over],
  ['a: b\nb: c\nc: a & {d: b}', {}, 'structural cycle'],
  ['[string]: int', { [long]: 'x' }, 'xxx…'],
])('%.60s is decided or given up', (policy, input, found) => {
  const text = answer(policy, input)
  if (found === undefined) expect(text).toBeUndefined()
  else expect(text).toContain(found)
  expect(text?.length ?? 0).toBeLessThan(2_100)
})

test('an input that is no JSON does not hold', () => {
  expect(evaluateCue('a: _', { a: undefined })).toBe('a: input that is no JSON')
})

test('what was read of a text is kept, and gives the same answers', () => {
  for (let round = 0; round < 2; round++) {
    for (let at = 0; at < 100; at++) {
      expect(evaluateCue(`a: ${at}`, { a: at })).toBeUndefined()
      expect(evaluateCue(`a: ${at}`, { a: -1 })).toBe(`a: conflicting values -1 and ${at}`)
    }
  }
})

test('what takes too long for an input is thrown, as nothing may follow from it', () => {
  expect(() => evaluateCue('a: [...int]', { a: items })).toThrow(OverBudget)
})
