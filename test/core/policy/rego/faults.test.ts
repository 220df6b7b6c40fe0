import { describe, expect, test } from 'vitest'
import { regoFault } from '../../../../lambda/core/policy/rego/rego.ts'

test.each([
  ['', 1, 'no package: the text must start with `package sigstore`'],
  ['isCompliant { true }', 1, 'no package: the text must start with `package sigstore`'],
  ['package signature\nisCompliant { true }', 1, 'package signature: it must be `package sigstore`'],
  ['# first\npackage sigstore.sub\nisCompliant { true }', 2, 'package sigstore.sub: it must be `package sigstore`'],
  ['package sigstore', 1, 'no rule `isCompliant`'],
  ['package sigstore\nallow { true }', 1, 'no rule `isCompliant`'],
  ['package sigstore\nisCompliant(x) { x }', 2, '`isCompliant` must not be a function'],
])('%j', (text, line, message) => {
  expect(regoFault(text)).toEqual({ line, message })
})

const IMPORT = 'is not supported: only `rego.v1` and `future.keywords` can be imported'
const KEYWORD = '; as a keyword it needs `import rego.v1`'

describe('what is not of the subset is named', () => {
  test.each([
    ['import data.x', `\`import data.x\` ${IMPORT}`],
    ['import input.predicate as p', `\`import input.predicate\` ${IMPORT}`],
    ['import future.keywords.maybe', `\`import future.keywords.maybe\` ${IMPORT}`],
    ['isCompliant { true with input as 1 }', '`with` is not supported: a policy is evaluated for one input only'],
    ['isCompliant { http.send({"url": "x"}) }', 'built-in http.send is not supported'],
    ['isCompliant { opa.runtime() }', 'built-in opa.runtime is not supported'],
    ['isCompliant { walk(input, x) }', 'built-in walk is not supported'],
    ['isCompliant { semver.compare("1", "2") }', 'built-in semver.compare is not supported; CEL may say the same'],
    ['isCompliant { constructor(1) }', 'built-in constructor is not supported; CEL may say the same'],
    ['isCompliant { data.x.y }', '`data.x` is not supported: a policy sees its input only'],
    ['isCompliant { data[x] }', '`data.…` is not supported: a policy sees its input only'],
    ['isCompliant { x := data }', '`data` is not supported: a policy sees its input only'],
    ['isCompliant.a { true }', '`isCompliant.`: a dotted rule name is not supported'],
    ['isCompliant[x][y] { true }', 'a rule name of several parts is not supported'],
    ['f(x)[y] { true }', 'functions that make sets or objects are not supported'],
    ['default f(x) = 1', '`default` for a function is not supported'],
    [
      'import future.keywords\nisCompliant[x] if x := 1',
      '`isCompliant[…] if` is not supported: write `isCompliant contains … if`',
    ],
    ['isCompliant if true', `syntax error: a value or a body expected, found \`if\`${KEYWORD}`],
    ['isCompliant contains 1', `syntax error: a value or a body expected, found \`contains\`${KEYWORD}`],
    ['isCompliant { 1 in [1] }', `syntax error: \`;\`, a new line or \`}\` expected, found \`in\`${KEYWORD}`],
    ['isCompliant { every x in [1] { x } }', `syntax error: \`;\`, a new line or \`}\` expected, found \`x\``],
    ['import rego.v1\nisCompliant { true }', 'with `import rego.v1`, `if` must stand before the body'],
    [
      'import rego.v1\nisCompliant if re_match("a", "a")',
      'built-in re_match is deprecated: `import rego.v1` takes it away',
    ],
  ])('%s', (policy, message) => {
    expect(regoFault(`package sigstore\n${policy}`)?.message).toBe(message)
  })
})

describe('what is wrong is named', () => {
  test.each([
    ['isCompliant', 'syntax error: a value or a body expected, found `the end`'],
    ['isCompliant {', 'syntax error: a term expected, found `the end`'],
    ['isCompliant { }', 'syntax error: empty body'],
    ['isCompliant { true', 'syntax error: `;`, a new line or `}` expected, found `the end`'],
    ['isCompliant { true; }', 'syntax error: a term expected, found `}`'],
    ['isCompliant { x := 1 y := 2 }', 'syntax error: `;`, a new line or `}` expected, found `y`'],
    ['isCompliant { input.a [0] }', 'syntax error: `;`, a new line or `}` expected, found `[`'],
    ['isCompliant { count (input) }', 'syntax error: `;`, a new line or `}` expected, found `(`'],
    ['isCompliant { "a"[0] }', 'syntax error: `;`, a new line or `}` expected, found `[`'],
    ['isCompliant { [1 2] }', 'syntax error: `,` expected, found `2`'],
    ['isCompliant { not not true }', 'syntax error: a term expected, found `not`'],
    ['isCompliant { not x := 1 }', 'a variable cannot be assigned in what is negated'],
    ['isCompliant { f(1)(2) }', 'syntax error: only a function can be called'],
    ['isCompliant { -x == 1 }', 'syntax error: a number expected, found `x`'],
    ['isCompliant = 01', 'syntax error at "01"'],
    ['isCompliant = 1_000', 'syntax error at "1_000"'],
    ['isCompliant = 1e999', 'number 1e999… is too large'],
    ['isCompliant = "a\\x"', 'syntax error in the string "a\\x"'],
    ['isCompliant = "a', 'syntax error at "\\"a"'],
    ["isCompliant = 'a'", 'syntax error at "\'a\'"'],
    ['isCompliant { a && b }', 'syntax error: a term expected, found `&`'],
    ['true { true }', 'syntax error: a rule expected, found `true`'],
    ['input { true }', 'a rule cannot be named `input`'],
    ['default isCompliant = x', 'the value of a default must be a constant'],
    ['default isCompliant = 1 + 1', 'the value of a default must be a constant'],
    ['isCompliant { true }\nimport rego.v1', 'an import stands before all rules'],
    ['isCompliant[x] { x := 1 } else = 2', '`else` cannot follow a rule that makes a set or an object'],
    ['f() { true }', 'function f has no parameters'],
    ['isCompliant { a == 1 }', 'var a is unsafe: nothing gives it a value'],
    ['isCompliant = a { true }', 'var a is unsafe: nothing gives it a value'],
    ['isCompliant { input.metadata.labels.approved-by == "x" }', 'var by is unsafe: nothing gives it a value'],
    ['isCompliant { not input.a[_] == 1 }', 'var _ is unsafe: nothing gives it a value'],
    ['isCompliant { not x; input.a }', 'var x is unsafe: nothing gives it a value'],
    ['isCompliant { x = y }', 'var y is unsafe: nothing gives it a value'],
    ['isCompliant { count([y | y > 1]) == 1 }', 'var y is unsafe: nothing gives it a value'],
    ['isCompliant { x := 1; x := 2 }', 'var x assigned above'],
    ['isCompliant { x == 1; x := 1 }', 'var x referenced above'],
    ['f(x) { x := 1 }\nisCompliant { f(1) }', 'var x assigned above'],
    ['isCompliant { input := 1 }', '`input` cannot be a variable'],
    ['isCompliant { count(1, 2) }', 'count takes 1 arguments, not 2'],
    ['f(x) { x }\nisCompliant { f(1, 2) }', 'f takes 1 arguments, not 2'],
    ['f(x) { x }\nisCompliant { y := f }', 'function f is used without arguments'],
    ['f(x) { x }\nisCompliant { data.sigstore.f }', '`data.sigstore` is not supported: a policy sees its input only'],
    ['a { true }\nisCompliant { a(1) }', 'a is no function'],
    ['isCompliant { x := 1; x(1) }', 'x is no function'],
    [
      'isCompliant { a }\na { b }\nb { not isCompliant }',
      'rule isCompliant is recursive: isCompliant -> a -> b -> isCompliant',
    ],
    ['f(x) { f(x) }\nisCompliant { true }', 'rule f is recursive: f -> f'],
    [
      'isCompliant { true }\nisCompliant[x] { x := 1 }',
      'conflicting rules isCompliant: they are of different kinds, or take different arguments',
    ],
    [
      'f(x) { x }\nf(x, y) { x }\nisCompliant { true }',
      'conflicting rules f: they are of different kinds, or take different arguments',
    ],
    ['default isCompliant = true\ndefault isCompliant = false', 'multiple default rules isCompliant'],
    [
      'default isCompliant = true\nisCompliant[x] { x := 1 }',
      'conflicting rules isCompliant: this kind has no default',
    ],
  ])('%s', (policy, message) => {
    expect(regoFault(`package sigstore\n${policy}`)?.message).toBe(message)
  })
})

test('a fault is found where nothing uses it, and has its line', () => {
  expect(regoFault('package sigstore\n\n# one\nisCompliant { true }\nunused {\n  x := `a\nb`\n  nope(x)\n}')).toEqual({
    line: 8,
    message: 'built-in nope is not supported; CEL may say the same',
  })
})
