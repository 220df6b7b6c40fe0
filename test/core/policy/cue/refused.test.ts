import { describe, expect, test } from 'vitest'
import { cueFault, evaluateCue } from '../../../../lambda/core/policy/cue/cue.ts'

type Case = [policy: string, message: string, line?: number]

function check(cases: readonly Case[]): void {
  test.each<Case>(cases)('%s: %s', (policy, message, line = 1) => {
    const fault = cueFault(policy)
    expect(fault?.message).toContain(message)
    expect(fault?.line).toBe(line)
    // What cannot be used never holds, whoever forgot to ask
    expect(evaluateCue(policy, {})).toBe(fault?.message)
  })
}

describe('what is no CUE', () => {
  check([
    ['a: 1\nb: "x', 'string literal not terminated', 2],
    ['a: 1 b: 2', "missing ',' in struct literal"],
    ['a: 1\nb: {\n  c: 1 d: 2\n}', "missing ',' in struct literal", 3],
    ['a: {', "expected '}', found the end of the text"],
    ['a: 1\n}', "expected label, found '}'", 2],
    ['a:', 'expected operand, found the end of the text'],
    ['a: 1\n & 2', "expected operand, found '&'", 2],
    ['a: <-1', "expected operand, found '<-'"],
    ['a: [1 2]', "expected ',', found '2'"],
    ['a: "\\d"', 'unknown escape sequence'],
    ['a: "\\ud800"', 'invalid Unicode code point'],
    ['a: "\\U00110000"', 'invalid Unicode code point'],
    ['a: """\n  x\n y\n  """', 'invalid whitespace'],
    ['a: """x"""', 'expected newline after multiline quote'],
    ['a: 01', 'illegal integer number'],
    ['a: 1__0', "illegal '_' in number"],
    ['a: `x`', 'illegal character "`"'],
    ['a: *1', 'preference mark * without a disjunction'],
    ['a: *1 & 2 | 3', 'preference mark not allowed at this position'],
    ['package: 1', "expected a package name, found ':'"],
    ['import time', 'expected an import path'],
    ['\n\na: zzz', 'reference "zzz" not found', 3],
    ['a: {"b": 1, c: b}', 'reference "b" not found'],
    ['a: time.Time', 'reference "time" not found'],
    ['a: time.Parse("x", "y")', 'reference "time" not found'],
    ['// one\nimport "list"\na: 1', 'imported and not used: "list"', 2],
    ['import "time"\ntime: time.Time', 'time redeclared as imported package name'],
    ['import "list"\na: list.MinItems()', 'wrong number of arguments in call to list.MinItems', 2],
    ['let x = 1\na: 1', 'unreferenced alias or let clause x'],
    ['let x = 1\nx: 1\na: x', 'cannot have both alias and field with name "x"'],
    ['a: =~"("', 'invalid regexp: '],
    ['test-cue-here', 'reference "test" not found'],
    ['not cue here', "missing ',' in struct literal"],
  ])
})

describe('what is CUE, but not read here, is named, with CEL for it where there is some', () => {
  check([
    ['for k, v in a {b: v}', 'comprehension `for`'],
    ['for k, v in a {b: v}', 'write a policy of type cel, such as `predicate.x.all('],
    ['a: [for x in b {x}]', 'list comprehension `for`'],
    ['a: [if b {1}]', 'list comprehension `if`'],
    ['x: 1\nif x == 1, let y = 2 {c: y}', 'clause `let`', 2],
    ['a: {b: 1} | {c: 1}', 'disjunction | of structs or lists'],
    ['a: [] | null', 'disjunction | of structs or lists'],
    ['b: 1\na: b | 2', 'reference b in a disjunction', 2],
    ['a: ("x" | "y") | "z"', 'disjunction | within a disjunction'],
    ['a: 1 + 1 | 3', 'expression 1+1 in a disjunction'],
    ['if "a" | "b" {c: 1}', 'disjunction | as an operand'],
    ['a: b == {}\nb: _', 'struct {} as an operand'],
    ['a: b == []\nb: _', 'list [] as an operand'],
    ['a: b == string\nb: _', 'type string as an operand'],
    ['a: b == _|_\nb: _', 'bottom _|_'],
    ['a: "\\(b)"', 'string interpolation'],
    ["a: 'x'", 'bytes literal'],
    ['a: 0x10', 'number 0 with a base or a multiplier'],
    ['a: 1.5Gi', 'number 1.5 with a base or a multiplier'],
    ['a: 9007199254740993', 'number 9007199254740993'],
    ['a: 1e999', 'number 1e999'],
    ['a: 1 / 2', 'division /'],
    ['a: uint', 'predeclared uint'],
    ['a: close({b: 1})', 'call of close'],
    ['a: or(["x"])', 'such as `predicate.x in ["a", "b"]`'],
    ['#A: {b: 1}\na: #A', 'definition #A of more than a plain value'],
    ['#A: b\nb: {c: 1}\na: #A', 'definition #A of more than a plain value'],
    ['_type: "x"', 'hidden field _type never meets the input; write "_type" in quotes'],
    ['_a?: 1\nb: _a', 'optional _a'],
    ['a: b._c\nb: _', 'selector of a hidden field or a definition ._c'],
    ['a: [X=string]: 1', 'alias in a pattern'],
    ['X=a: 1', 'alias X='],
    ['a: X={b: 1}', 'alias X='],
    ['a: ["b"]: 1', 'pattern ["b"] other than'],
    ['a: [string, int]: 1', 'pattern of several labels'],
    ['a: (b): 1', "missing ','"],
    ['(b): 1', 'label b that is an expression'],
    ['a: b[c]\nb: _\nc: "x"', 'index that is no string or number'],
    ['a: 1 @go(A)', 'attribute @'],
    ['@extern("x")\na: 1', 'attribute @'],
    ['import "regexp"\na: regexp.Match("x")', 'import "regexp"'],
    ['import "list"\na: list.UniqueItems', 'list.UniqueItems', 2],
    ['import "time"\na: <time.Now()', 'time.Now(…)', 2],
    ['import "time"\na: time.Parse("Monday", "x")', 'time.Parse of another layout', 2],
    ['import "strings"\nb: ["x"]\na: strings.Join(b, " ")', 'strings.Join of a list that is not written there', 3],
    ['b: "x"\na: =~b', 'pattern b that is no string literal', 2],
    ['a: {b: 1}.b', 'selector on {b:1}'],
    ['a: b.c.d()\nb: _', 'call of b.c.d'],
  ])
})

describe('what contradicts itself before there is an input', () => {
  check([
    ['a: 1\nb: {\n  c: 5\n  c: 6\n}', 'b.c: conflicting values 6 and 5', 4],
    ['a: string & int', 'a: conflicting values string and int (mismatched types string and int)'],
    ['a: >5 & <3', 'a: incompatible number bounds <3 and >5'],
    ['a: >=5 & <5', 'a: incompatible number bounds <5 and >=5'],
    ['a: int & >5 & <6', 'a: incompatible integer bounds >5 and <6'],
    ['a: >"b" & <"a"', 'a: incompatible string bounds <"a" and >"b"'],
    ['a: >1 & >4 & <9 & <=4', 'a: incompatible number bounds <=4 and >4'],
    ['a: 3 & <2', 'a: invalid value 3 (out of bound <2)'],
    ['a: <null', 'a: cannot use null for bound <'],
    ['a: b: a', 'a.b: structural cycle'],
    [
      'import "list"\na: list.MinItems("x")',
      'a: cannot use "x" (type string) as int in argument 2 to list.MinItems',
      2,
    ],
    ['import "list"\na: [_] & list.MinItems(2)', 'a: invalid value [_] (does not satisfy list.MinItems(2))', 2],
    ['a: {b: *1 | 2, if b == 1 {b: 2}}', 'a.b: cyclic reference to a default'],
    ['z: {a: *1 | 2, if a == 1 {b: 3}, c: *3 | 4, if c == 3 {a: 2}}', 'z.a: cyclic reference to a default'],
    ['a: len(b)\nb: int', 'a: cannot use b (type int) as (string|bytes|list|struct)'],
    // The top has its value before the input is known: upstream no policy with this ever holds
    ['x: _\n\nif x == 1 {y: 1}', 'non-concrete value x==1 at the top of the policy', 3],
  ])
})

test('a text is read up to 64 KiB, and 64 deep', () => {
  expect(cueFault(`a: "${'x'.repeat(65_000)}"`)).toBeUndefined()
  expect(cueFault(`a: "${'x'.repeat(66_000)}"`)?.message).toBe('66005 characters; at most 65536 are read')
  expect(cueFault(`a: ${'[...'.repeat(30)}int${']'.repeat(30)}`)).toBeUndefined()
})

test.each(['(', '[', '{b: ', 'b: ', '!', '-(', '1 + (', 'b.'])(
  '%s over and over is refused, not recursed into',
  (part) => {
    const policy = `a: ${part.repeat(10_000)}`
    expect(cueFault(policy)?.message).toMatch(/nested more than 64 deep|expected selector/)
  },
)

test.each(['1 + ', '1 & ', '1 | ', '!'])('a chain of %s ends', (part) => {
  expect(() => evaluateCue(`a: ${part.repeat(10_000)}1`, {})).not.toThrow()
})
