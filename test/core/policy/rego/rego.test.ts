import { describe, expect, test } from 'vitest'
import { evaluateRego, regoFault } from '../../../../lambda/core/policy/rego/rego.ts'

const REFUSED = "policy is not compliant for query 'isCompliant = data.sigstore.isCompliant'"
const NOW = new Date('2026-01-31T00:00:00Z')
const judge = (policy: string, input: unknown = {}) => evaluateRego(`package sigstore\n${policy}`, input, NOW)

describe('the value of isCompliant', () => {
  test.each([
    ['isCompliant { true }', undefined],
    ['isCompliant = true', undefined],
    ['isCompliant := true { true }', undefined],
    ['isCompliant { false }', REFUSED],
    ['default isCompliant = false', REFUSED],
    ['default isCompliant = false\nisCompliant { input.missing }', REFUSED],
    ['default isCompliant = true\nisCompliant = false { input.missing }', undefined],
    ['default isCompliant := true', undefined],
    ['isCompliant { false }\nisCompliant { true }', undefined],
    ['isCompliant { false } { true }', undefined],
    ['isCompliant { false } else { true }', undefined],
    ['isCompliant = false { false } else = true { 1 == 1 }', undefined],
    ['isCompliant = false { true } else = true { true }', REFUSED],
    ['isCompliant { false } else = 3 { false } else = true', undefined],
    ['isCompliant = 1', REFUSED],
    ['isCompliant = "true"', REFUSED],
    ['isCompliant = null', REFUSED],
    ['isCompliant = {"result": true}', REFUSED],
    ['isCompliant["result"] = true', REFUSED],
    ['isCompliant[x] { x := input.missing }', REFUSED],
    ['isCompliant = []', REFUSED],
    ['import rego.v1\nisCompliant if true', undefined],
    ['import rego.v1\nisCompliant := true if { 1 == 1 } else := false', undefined],
    ['import future.keywords.if\nisCompliant if { 1 == 2 }', REFUSED],
  ])('%s', (policy, expected) => {
    expect(regoFault(`package sigstore\n${policy}`)).toBeUndefined()
    expect(judge(policy)).toBe(expected)
  })
})

describe('a set of answers', () => {
  test.each([
    ['isCompliant[{"result": true}] { true }', undefined],
    ['isCompliant[{"result": true, "error": "e"}] { true }', undefined],
    ['isCompliant[{"result": true, "warning": ""}] { true }', undefined],
    ['isCompliant[{"result": true, "warning": "old"}] { true }', 'warning: old'],
    ['isCompliant[{"result": false, "error": "too old"}] { true }', `${REFUSED} with errors: too old`],
    ['isCompliant[{"error": "e", "warning": "w"}] { true }', `${REFUSED} with errors: e; warning: w`],
    ['isCompliant[{}] { true }', `${REFUSED} with errors: `],
    ['isCompliant[{"result": null}] { true }', `${REFUSED} with errors: `],
    ['isCompliant[{"Result": true}] { true }', undefined],
    ['isCompliant = [{"result": true}]', undefined],
    ['isCompliant[x] { x := {"error": ["b", "c", "a"][_]} }', `${REFUSED} with errors: c`],
    ['isCompliant[{"error": "z"}] { true }\nisCompliant[{"error": "a"}] { true }', `${REFUSED} with errors: z`],
    ['isCompliant[{"error": "z", "result": true}] { true }\nisCompliant[{"error": "a"}] { true }', undefined],
    [
      'isCompliant[{"result": true, "warning": "w"}] { true }\nisCompliant[{"result": true, "warning": ""}] { true }',
      undefined,
    ],
    ['isCompliant[true] { true }', `${REFUSED} due to parsing errors: a member of the set is no object`],
    ['isCompliant[{"result": "true"}] { true }', `${REFUSED} due to parsing errors: \`result\` is no boolean`],
    ['isCompliant[{"error": 1}] { true }', `${REFUSED} due to parsing errors: \`error\` or \`warning\` is no string`],
    ['import rego.v1\nisCompliant contains {"result": x} if x := input == {}', undefined],
    ['import rego.v1\nisCompliant contains {"result": true}', undefined],
  ])('%s', (policy, expected) => {
    expect(regoFault(`package sigstore\n${policy}`)).toBeUndefined()
    expect(judge(policy)).toBe(expected)
  })

  test('what is told is no longer than a message', () => {
    const told = judge('isCompliant[{"error": input}] { true }', 'x'.repeat(50_000))
    expect(told).toBe(`${REFUSED} with errors: ${'x'.repeat(1_000)}…`)
  })
})

const MAXIMUM_AGE = `
day := 24 * 60 * 60 * 1000 * 1000 * 1000
limit = 30 * day # thirty days
isCompliant[response] {
  created := time.parse_rfc3339_ns(input.config[_].created)
  response := {
    "result": time.now_ns() < created + limit,
    "error": "image is too old"
  }
}`
const EVERY_PLATFORM = `
import future.keywords
default isCompliant := false
old[arch] { age(input.config[arch].created) > 30 * 24 * 60 * 60 * 1000000000 }
age(created) = ns { ns := time.now_ns() - time.parse_rfc3339_ns(created) }
isCompliant { count(input.config) > 0; count(old) == 0 }`
const SIGNERS = `
allowed := {"https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main"}
isCompliant {
  subjects := {s | s := input.authorityMatches[_].signatures[_].subject}
  count(subjects) > 0
  count(subjects - allowed) == 0
}`
const LICENCES = `
deny[msg] {
  some i
  licence := input.predicate.packages[i].licence
  not permitted(licence)
  msg := sprintf("%s has licence %v", [input.predicate.packages[i].name, licence])
}
permitted("MIT")
permitted(licence) { startswith(licence, "BSD-") }
isCompliant[{"result": ok, "error": text}] { ok := count(deny) == 0; text := concat("; ", deny) }`

describe('policies as people write them', () => {
  const config = (...created: string[]) => ({
    config: Object.fromEntries(created.map((text, index) => [`linux/${index}`, { created: text }])),
  })
  const signed = (...subjects: string[]) => ({
    authorityMatches: { main: { signatures: subjects.map((subject) => ({ subject })) } },
  })
  const RELEASE = 'https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main'
  const packages = (...licences: string[]) => ({
    predicate: { packages: licences.map((licence, index) => ({ name: `p${index}`, licence })) },
  })

  test.each([
    ['age: young', MAXIMUM_AGE, config('2026-01-30T00:00:00Z'), undefined],
    ['age: just young enough', MAXIMUM_AGE, config('2026-01-01T00:00:00.000000001Z'), undefined],
    ['age: just too old', MAXIMUM_AGE, config('2026-01-01T00:00:00Z'), `${REFUSED} with errors: image is too old`],
    ['age: one of two', MAXIMUM_AGE, config('1970-01-01T00:00:00Z', '2026-01-30T00:00:00Z'), undefined],
    ['age: no time at all', MAXIMUM_AGE, config('yesterday'), REFUSED],
    ['age: no config', MAXIMUM_AGE, {}, REFUSED],
    ['every platform: young', EVERY_PLATFORM, config('2026-01-30T00:00:00Z', '2026-01-29T00:00:00Z'), undefined],
    ['every platform: one old', EVERY_PLATFORM, config('1970-01-01T00:00:00Z', '2026-01-30T00:00:00Z'), REFUSED],
    ['every platform: none', EVERY_PLATFORM, { config: {} }, REFUSED],
    ['signers: allowed', SIGNERS, signed(RELEASE, RELEASE), undefined],
    ['signers: a stranger too', SIGNERS, signed(RELEASE, 'stranger'), REFUSED],
    ['signers: none', SIGNERS, signed(), REFUSED],
    ['licences: good', LICENCES, packages('MIT', 'BSD-3-Clause'), undefined],
    [
      'licences: bad',
      LICENCES,
      packages('MIT', 'GPL-3.0', 'AGPL-3.0'),
      `${REFUSED} with errors: p1 has licence GPL-3.0; p2 has licence AGPL-3.0`,
    ],
  ])('%s', (_, policy, input, expected) => {
    expect(judge(policy, input)).toBe(expected)
  })
})

describe('rules and functions', () => {
  test.each([
    ['isCompliant { a }\na { b == 2 }\nb = 2', undefined],
    ['isCompliant { data.sigstore.a }\na { true }', undefined],
    ['isCompliant { a.x.y == 1 }\na = {"x": {"y": 1}}', undefined],
    ['isCompliant { not a }\na { input.missing }', undefined],
    ['isCompliant { s[2]; not s[4]; count(s) == 3 }\ns[x] { x := [3, 1, 2][_] }', undefined],
    ['isCompliant { s["a"] }\ns["a"]\ns["b"] { false }', undefined],
    ['isCompliant { o.b == 2; o.a == 1 }\no[k] = v { v := {"a": 1, "b": 2}[k] }', undefined],
    ['isCompliant { o == {} }\no[k] = 1 { k := input.missing }', undefined],
    ['isCompliant { f(1, 2) == 3 }\nf(x, y) = x + y', undefined],
    ['isCompliant { f(1) == "one"; f(2) == "two"; not f(3) }\nf(1) = "one"\nf(2) = "two" { true }', undefined],
    ['isCompliant { f([1, {"a": 2}]) == 3 }\nf([x, {"a": y}]) = z { z := x + y }', undefined],
    ['isCompliant { f(2) }\nf(x) { x == 1 }\nf(x) { x == 2 }', undefined],
    ['isCompliant { f(5) == "big"; f(1) == "small" }\nf(x) = "big" { x > 3 } else = "small"', undefined],
    ['isCompliant { not f(input.missing) }\nf(_) = 1', REFUSED],
    ['isCompliant { not f(1) }\nf(x) { x == 2 }', undefined],
    ['isCompliant { contains([1], 1) }\ncontains(list, x) = true { list[_] = x } else = false { true }', undefined],
    ['isCompliant { x := f(input.list[_]); x == 3 }\nf(x) = y { y := x + 1 }', undefined],
    ['a = x { x := [1, 1][_] }\nisCompliant { a == 1 }', undefined],
  ])('%s', (policy, expected) => {
    expect(regoFault(`package sigstore\n${policy}`)).toBeUndefined()
    expect(judge(policy, { list: [1, 2] })).toBe(expected)
  })

  test.each([
    ['isCompliant = x { x := [true, false][_] }', 'eval_conflict_error: rule isCompliant produced conflicting values'],
    ['a = 1\na = 2\nisCompliant { not a }', 'eval_conflict_error: rule a produced conflicting values'],
    ['f(x) = 1\nf(x) = 2 { x }\nisCompliant { not f(1) }', 'eval_conflict_error: rule f produced conflicting values'],
    ['o["a"] = x { x := [1, 2][_] }\nisCompliant { not o.b }', 'object keys must be unique'],
    ['isCompliant { not {"a": x | x := [1, 2][_]} }', 'object keys must be unique'],
    ['isCompliant { not sprintf("%5d", [1]) }', 'sprintf: %5 is not supported'],
  ])('an evaluation that contradicts itself ends: %s', (policy, message) => {
    expect(judge(policy)).toBe(`the policy could not be evaluated: ${message}`)
  })
})

test('a policy that cannot be used is not complied with', () => {
  expect(judge('isCompliant { http.send({}) }')).toBe(
    'the policy cannot be used: line 2: built-in http.send is not supported',
  )
})

test('one policy is judged for many inputs and times', () => {
  const policy = 'package sigstore\nisCompliant { input.a == 1; time.now_ns() > 1000000000 }'
  expect(evaluateRego(policy, { a: 1 }, NOW)).toBeUndefined()
  expect(evaluateRego(policy, { a: 2 }, NOW)).toBe(REFUSED)
  expect(evaluateRego(policy, { a: 1 }, new Date(0))).toBe(REFUSED)
})
