import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cueFault, evaluateCue } from '../../../../lambda/core/policy/cue/cue.ts'
import { answer } from './answer.ts'

const label = fc.constantFrom('a', 'b', 'c')
const plain = fc.constantFrom('1', '2', '1.5', '"x"', '"xy"', 'true', 'null')
const asked = fc.constantFrom(
  'string',
  'int',
  'number',
  '_',
  '<2',
  '>=1.5',
  '=~"^x"',
  '!="x"',
  '"x" | 1',
  '*2 | string',
)
const tested = fc.constantFrom('list.MaxItems(1)', 'list.MinItems(1)', 'struct.MaxFields(1)', 'list.Contains("x")')

/** Fields of a policy, as lines. */
const { fields } = fc.letrec<{ value: string; fields: string[] }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    plain,
    asked,
    tested,
    label.map((name) => `root.${name}`),
    tie('value').map((item) => `[...${item}]`),
    tie('fields').map((lines) => `{${lines.join(', ')}}`),
    fc.tuple(tie('value'), tie('value')).map(([one, other]) => `(${one}) & (${other})`),
  ),
  fields: fc.array(
    fc.oneof(
      { weight: 5, arbitrary: fc.tuple(label, tie('value')).map(([name, value]) => `${name}: ${value}`) },
      {
        weight: 1,
        arbitrary: fc.tuple(label, plain).map(([name, value]) => `if root.${name} == ${value} {d: ${value}}`),
      },
    ),
    { minLength: 1, maxLength: 3 },
  ),
}))

const json = fc.letrec<{ value: unknown; object: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    plain.map((text) => JSON.parse(text)),
    fc.array(tie('value'), { maxLength: 2 }),
    tie('object'),
  ),
  object: fc.dictionary(label, tie('value'), { maxKeys: 3 }),
}))

const IMPORTS = ['list', 'struct']
function policyOf(lines: readonly string[]): string {
  const body = `root: {${lines.join('\n')}\n}`
  const imports = IMPORTS.filter((name) => body.includes(`${name}.`)).map((name) => `import "${name}"\n`)
  return `${imports.join('')}${body}`
}
const holds = (lines: readonly string[], input: unknown) => answer(policyOf(lines), { root: input }) === undefined

/** JSON is CUE. */
const asCue = (input: unknown) => `root: ${JSON.stringify(input)}`

test('the order of fields never matters', () => {
  fc.assert(
    fc.property(fields, json.object, (lines, input) => {
      expect(holds(lines.toReversed(), input)).toBe(holds(lines, input))
    }),
    { numRuns: 500 },
  )
})

test('one more constraint never turns no into yes', () => {
  fc.assert(
    fc.property(fields, fields, json.object, (lines, more, input) => {
      fc.pre(!holds(lines, input))
      expect(holds([...lines, ...more], input)).toBe(false)
    }),
    { numRuns: 500 },
  )
})

test('to ask the same twice is to ask it once', () => {
  fc.assert(
    fc.property(fields, json.object, (lines, input) => {
      expect(holds([...lines, ...lines], input)).toBe(holds(lines, input))
    }),
    { numRuns: 300 },
  )
})

test('an input unifies with itself, and with nothing that differs in a plain value', () => {
  fc.assert(
    fc.property(json.object, json.object, (input, other) => {
      expect(evaluateCue(asCue(input), { root: input })).toBeUndefined()
      const same = evaluateCue(asCue({ at: input }), { root: { at: other } }) === undefined
      expect(evaluateCue(asCue({ at: other }), { root: { at: input } }) === undefined).toBe(same)
    }),
    { numRuns: 300 },
  )
})

test('no text makes it throw', () => {
  const token = fc.constantFrom(
    'a',
    'b',
    ':',
    '{',
    '}',
    '[',
    ']',
    '(',
    ')',
    '"x"',
    '1',
    '|',
    '&',
    '*',
    '<',
    '=~',
    'if',
    'let',
    '=',
    ',',
    '\n',
    '...',
    '.',
    '?',
    '"""',
    '#',
    '_',
    ' ',
  )
  fc.assert(
    fc.property(fc.array(token, { maxLength: 20 }), json.object, (tokens, input) => {
      const text = tokens.join('')
      const fault = cueFault(text)
      const found = answer(text, input)
      expect(fault === undefined || found === fault.message).toBe(true)
    }),
    { numRuns: 2_000 },
  )
})
