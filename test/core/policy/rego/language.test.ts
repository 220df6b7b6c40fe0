import { describe, expect, test } from 'vitest'
import { evaluateRego, regoFault } from '../../../../lambda/core/policy/rego/rego.ts'
import { FALSE_BODIES, INPUT, NOW, TRUE_BODIES, TRUE_FUTURE_BODIES } from './expressions.ts'
import { UNDEFINED, VALUES } from './values.ts'

const judge = (policy: string) => evaluateRego(policy, INPUT, new Date(NOW))
const REFUSED = "policy is not compliant for query 'isCompliant = data.sigstore.isCompliant'"

test.each(TRUE_BODIES)('%s', (body) => {
  expect(judge(`package sigstore\nisCompliant {\n${body}\n}`)).toBeUndefined()
})

test.each(FALSE_BODIES)('not: %s', (body) => {
  expect(judge(`package sigstore\nisCompliant {\n${body}\n}`)).toBe(REFUSED)
})

test.each(TRUE_FUTURE_BODIES)('with future keywords: %s', (body) => {
  const helper = 'every_over(xs) { every x in xs { x == 1 } ; false }'
  expect(judge(`package sigstore\nimport future.keywords\n${helper}\nisCompliant if {\n${body}\n}`)).toBeUndefined()
})

test.each(VALUES)('%s is %s', (expression, value) => {
  expect(judge(`package sigstore\nisCompliant { ${expression} == ${value} }`)).toBeUndefined()
  expect(judge(`package sigstore\nisCompliant { ${expression} != ${value} }`)).toBe(REFUSED)
})

describe('what is undefined', () => {
  test.each(UNDEFINED)('%s', (expression) => {
    expect(regoFault(`package sigstore\nisCompliant { ${expression} }`)).toBeUndefined()
    expect(judge(`package sigstore\nisCompliant { ${expression} }`)).toBe(REFUSED)
    // Undefined is not false: what is negated holds, what is compared does not.
    expect(judge(`package sigstore\nx { ${expression} }\nisCompliant { not x }`)).toBeUndefined()
    expect(judge(`package sigstore\nisCompliant { count([1 | x := ${expression}]) == 0 }`)).toBeUndefined()
  })
})
