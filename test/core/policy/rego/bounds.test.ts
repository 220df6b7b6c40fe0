import { describe, expect, test } from 'vitest'
import { evaluateRego, regoFault } from '../../../../lambda/core/policy/rego/rego.ts'

const policy = (text: string) => `package sigstore\n${text}`
const judge = (text: string, input: unknown) => evaluateRego(policy(text), input, new Date(0))
const TOO_MUCH = 'it takes more than 1000000 steps, the most allowed'
const REFUSED = "policy is not compliant for query 'isCompliant = data.sigstore.isCompliant'"
const chain = (length: number, rule: (index: number) => string) =>
  Array.from({ length }, (_, at) => rule(at)).join('\n')
const tower = (name: string) =>
  `${chain(40, (at) => `${name}${at + 1} = [${name}${at}, ${name}${at}]`)}\n${name}0 = [1]`
const nested = (depth: number): unknown => {
  let value: unknown = 1
  for (let level = 0; level < depth; level++) value = [value]
  return value
}

describe('the text', () => {
  test.each([
    ['long', `# ${'x'.repeat(70_000)}`, '70019 characters; at most 65536 are read'],
    ['brackets', `isCompliant = ${'['.repeat(30_000)}`, 'nested deeper than 64'],
    ['parentheses', `isCompliant = ${'('.repeat(65)}1${')'.repeat(65)}`, 'nested deeper than 64'],
    ['braces', `isCompliant = ${'{'.repeat(30_000)}`, 'nested deeper than 64'],
    ['operators', `isCompliant = ${'1 + '.repeat(1_001)}1`, 'more than 1000 operators'],
    ['one side', `isCompliant = ${'1 + '.repeat(300)}1`, 'rules and terms are nested deeper than 256'],
    ['a path', `isCompliant = input${'.a'.repeat(66)}`, 'a reference of more than 64 parts'],
    ['a body', `isCompliant { ${'1; '.repeat(257)}1 }`, 'more than 256 expressions in a body'],
    [
      'rules',
      `${chain(300, (at) => `r${at} { r${at + 1} }`)}\nr300 { true }\nisCompliant { r0 }`,
      'rules and terms are nested deeper than 256',
    ],
  ])('%s', (_, text, message) => {
    expect(regoFault(policy(text))?.message).toBe(message)
  })

  test.each([
    ['parentheses', `isCompliant = ${'('.repeat(60)}true${')'.repeat(60)}`],
    ['a body of 256, in the worst order', `isCompliant { ${chain(255, (at) => `v${at} = v${at + 1}`)}\nv255 = 1 }`],
    ['rules', `${chain(200, (at) => `r${at} { r${at + 1} }`)}\nr200 { true }\nisCompliant { r0 }`],
    ['a list', `isCompliant { count([${'1, '.repeat(10_000)}1]) == 10001 }`],
  ])('may be much: %s', (_, text) => {
    expect(judge(text, {})).toBeUndefined()
  })
})

describe('the work', () => {
  const input = { list: Array.from({ length: 200_000 }, (_, index) => index), text: 'a'.repeat(1_000_000) }

  test.each([
    ['nested iteration', 'isCompliant { input.list[i] + input.list[j] == 0.5 }'],
    ['sorting', 'isCompliant { x := input.list[_]; sort(input.list)[0] == x + 0.5 }'],
    ['searching', 'isCompliant { x := input.list[_]; contains(input.text, sprintf("b%v", [x])) }'],
    ['patterns', 'isCompliant { x := input.list[_]; regex.match("(a|b|ab)*c", input.text) }'],
    ['splitting', 'isCompliant { x := input.list[_]; count(split(input.text, "a")) == x + 0.5 }'],
    ['replacing', 'isCompliant { replace(input.text, "", input.text) == "" }'],
    [
      'doubling',
      `${chain(40, (at) => `s${at + 1} = concat("", [s${at}, s${at}])`)}\ns0 = "abcd"\nisCompliant { s40 == "" }`,
    ],
    ['calls', `${chain(40, (at) => `f${at + 1}(x) = f${at}(x) + f${at}(x)`)}\nf0(x) = x\nisCompliant { f40(1) == 0 }`],
    ['lists in lists', `${['a', 'b'].map(tower).join('\n')}\nisCompliant { a40 == b40 }`],
  ])('%s', (_, text) => {
    expect(() => judge(text, input)).toThrow(TOO_MUCH)
  })

  test('is for what the policy looks at, not for the input', () => {
    expect(judge('isCompliant { count(input.list) == 200000; input.list[199999] == 199999 }', input)).toBeUndefined()
    expect(judge('isCompliant { input.list[_] == 100000 }', input)).toBeUndefined()
  })

  test.each([
    ['isCompliant { input[0][0][0] }', undefined],
    ['isCompliant { input == input[0] }', 'values are nested deeper than 256'],
    ['isCompliant { {input, [input]} == 1 }', 'values are nested deeper than 256'],
    ['isCompliant { sprintf("%v", [input]) == "" }', 'values are nested deeper than 256'],
  ])('deep input: %s', (text, fault) => {
    expect(judge(text, nested(100_000))).toBe(fault && `the policy could not be evaluated: ${fault}`)
  })

  test('numbers have an end', () => {
    const squares = `${chain(20, (at) => `n${at + 1} = n${at} * n${at}`)}\nn0 = 123456789\nisCompliant { n20 > 0 }`
    expect(judge(squares, {})).toBe('the policy could not be evaluated: a number is too large')
  })
})

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('%s is a key like others', (key) => {
  expect(judge(`isCompliant { input.${key} }`, {})).toBe(REFUSED)
  expect(judge(`isCompliant { input.${key}.x == 1 }`, JSON.parse(`{"${key}": {"x": 1}}`))).toBeUndefined()
  expect(judge(`isCompliant { o := {"${key}": 1}; o.${key} == 1; count(o) == 1 }`, {})).toBeUndefined()
  expect(judge(`isCompliant { ${key} == 1 }\n${key} = 1`, {})).toBeUndefined()
})
