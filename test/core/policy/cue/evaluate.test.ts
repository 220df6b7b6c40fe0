import { describe } from 'vitest'
import { type Case, check } from './check.ts'
import { matches } from './statements.ts'

describe('references', () => {
  check([
    ['a: b\nb: 3', { a: 4 }, 'a: conflicting values 3 and 4'],
    ['a: b.c\nb: _', { a: 4, b: { c: 3 } }, 'a: conflicting values 3 and 4'],
    ['a: b.c\nb: _', { a: 4, b: {} }, undefined],
    ['a: b.c\nb: _', { a: 4, b: 3 }, 'a: invalid operand b (found int, want list or struct)'],
    ['a: b."c-d"["e"][0]\nb: _', { a: 1, b: { 'c-d': { e: [2] } } }, 'a: conflicting values 2 and 1'],
    ['a: b[1]\nb: _', { b: [1] }, 'a: index out of range [1] with length 1'],
    ['a: b.c\nb: _', { b: [] }, 'a: undefined field: c'],
    ['a?: string\nb: a', { b: 1 }, undefined],
    ['a?: string\nb: a', { a: 'x', b: 'y' }, 'b: conflicting values "x" and "y"'],
    ['_a: 1\nb: _a', { b: 2, _a: 5 }, 'b: conflicting values 1 and 2'],
    ['#A: string & =~"^x"\na: #A\nb: #A', { a: 'x', b: 'y' }, 'b: invalid value "y" (out of bound =~"^x")'],
    ['let x = "y"\na: x', { a: 'z' }, 'a: conflicting values "y" and "z"'],
    // A struct that is referred to is unified again, with the fields of its new place in scope
    ['a: {x: int, y: x}\nb: a & {x: 3}', { b: { y: 4 } }, 'b.y: conflicting values 3 and 4'],
    ['a: b: c: 1\nz: a.b & {d: 2}', { z: { c: 3 } }, 'z.c: conflicting values 1 and 3'],
    ['a: b\nb: _', { b: { c: 1 }, a: { c: 2 } }, 'a.c: conflicting values 1 and 2'],
    // The nearest struct that names it, as written: what another struct adds is not in scope
    ['e: 1\na: {d: e, e: 2}', { a: { d: 1 } }, 'a.d: conflicting values 2 and 1'],
    ['e: 1\na: d: e\na: e: 2', { a: { d: 2 } }, 'a.d: conflicting values 1 and 2'],
    ['a: b\nb: a', { a: 4, b: 5 }, 'conflicting values'],
    ['a: b\nb: a', { a: 4 }, undefined],
    ['a: a', { a: 1 }, undefined],
    ['a: b: {c?: a}', { a: { b: { c: {} } } }, 'a.b.c: structural cycle'],
    ['a: b + 1\nb: a - 1', { a: 2, b: 2 }, 'a: conflicting values 3 and 2'],
  ])
})

describe('operands', () => {
  const yes = (text: string): Case => [`x: {v: _, y: ${text}, y: true}`, { x: { v: 2 } }, undefined]
  const no = (text: string): Case => [
    `x: {v: _, y: ${text}, y: true}`,
    { x: { v: 2 } },
    'x.y: conflicting values false',
  ]
  const bad = (text: string, v: unknown, fault: string): Case => [
    `x: {v: _, y: ${text}}`,
    { x: { v } },
    `x.y: ${fault}`,
  ]
  check([
    yes('v == 2 && v != 3'),
    yes('v == 2.0 || v == 3'),
    yes('v + 2 * 3 == 8'),
    yes('(v + 2) * 3 == 12'),
    yes('-v < 0 && !(v < 2)'),
    yes('v != null'),
    yes('"a" + "b" == "ab"'),
    yes('"abc" =~ "^a"'),
    yes('len("é") == v'),
    no('v == "2"'),
    no('v <= 1'),
    no('v == null'),
    bad('v < 1', null, "invalid operands null and 1 to '<' (type null and int)"),
    bad('v + "x"', 1, `invalid operands 1 and "x" to '+' (type int and string)`),
    bad('v + 9007199254740991', 1, "invalid operands 1 and 9007199254740991 to '+'"),
    bad('v + 0.5', 1, "invalid operands 1 and 0.5 to '+'"),
    bad('!v', 1, 'invalid operation !v (! int)'),
    bad('-v', 'x', 'invalid operation -v (- string)'),
    bad('v && true', 1, 'cannot use 1 (type int) as type bool in &&'),
    bad('true || v.z', 1, 'invalid operand v (found int, want list or struct)'),
    bad('v =~ "x"', 1, 'cannot use 1 (type int) as type string in =~'),
    bad('len(v)', null, 'cannot use null (type null) as (string|bytes|list|struct) in argument 1 to len'),
    ['x: {v: _, y: len(v)}', { x: { v: { a: 1, b: 2 }, y: 3 } }, 'x.y: conflicting values 2 and 3'],
  ])
})

describe('guards', () => {
  const policy = (condition: string) => `x: _\nz: {if ${condition} {y: 1}}`
  check([
    [policy('x == 1'), { x: 1, z: { y: 2 } }, 'z.y: conflicting values 1 and 2'],
    [policy('x == 1'), { x: 2, z: { y: 2 } }, undefined],
    [policy('x == 1'), { x: null, z: { y: 2 } }, undefined],
    [policy('x != 1'), { x: '1', z: { y: 2 } }, 'z.y: conflicting values 1 and 2'],
    // As in CUE, a condition on what is missing decides nothing
    [policy('x == 1'), { z: { y: 2 } }, undefined],
    [policy('x.a.b == 1'), { x: {}, z: { y: 2 } }, undefined],
    [policy('len(x.a) < 1'), { x: {}, z: { y: 2 } }, undefined],
    [policy('x < 1'), { x: 'a', z: {} }, `z: invalid operands "a" and 1 to '<' (type string and int)`],
    [policy('len(x) < 1'), { x: null, z: {} }, 'z: cannot use null (type null) as'],
    [policy('x'), { x: 1, z: {} }, 'z: cannot use 1 (type int) as type bool'],
    [policy('x.a if x.b'), { x: { a: true, b: true }, z: { y: 2 } }, 'z.y: conflicting values 1 and 2'],
    [policy('x.a if x.b'), { x: { a: false, b: 'no bool' }, z: { y: 2 } }, undefined],
    ['if true {a: 1}', { a: 2 }, 'a: conflicting values 1 and 2'],
    ['x: 3\nif (x > 2) && !false {a: 1}', { a: 2 }, 'a: conflicting values 1 and 2'],
    ['a: {b: _, c: _, if c == 3 {d: 4}, if b == 1 {c: 3}}', { a: { b: 1, d: 5 } }, 'a.d: conflicting values 4 and 5'],
    ['a: {b: _, if b == 1 {b: 2}}', { a: { b: 1 } }, 'a.b: conflicting values 2 and 1'],
    ['a: {b: {}, if len(b) == 1 {b: z: 2}}', { a: { b: { q: 1 } } }, 'a.b.z: cyclic reference to field z'],
    [
      'import "struct"\na: struct.MaxFields(2)\na: {b: _, if b == 1 {c: 3, d: 4}}',
      { a: { b: 1 } },
      'a: invalid value {b:1,c:3,d:4} (does not satisfy struct.MaxFields(2))',
    ],
    [
      'authorityMatches: {if len(authorityMatches.build.attestations) < 2 {few: 2, few: "Error"}}',
      matches,
      'authorityMatches.few: conflicting values 2 and "Error" (mismatched types int and string)',
    ],
    ['authorityMatches: {if len(authorityMatches.build.attestations) > 1 {few: 2, few: "Error"}}', matches, undefined],
    ['authorityMatches: {if len(authorityMatches.other.attestations) < 2 {few: 2, few: "Error"}}', matches, undefined],
  ])
})

describe('a list of what is not wanted, or wanted', () => {
  const policy = `import (
  "list"
  "strings"
)
let names = ["core", "api"]
predicate: packages: [...{
  name: name
  if list.Contains(names, name) && list.Contains(["1.0", "1.1"], version) {
    err: strings.Join(["package", name, version, "is bad"], " ")
    name: err
  }
  version: string
}]`
  const packages = (...found: unknown[]) => ({ predicate: { packages: found } })
  check([
    [policy, packages({ name: 'core', version: '2' }, { name: 'x', version: '1.0' }), undefined],
    [policy, packages({ name: 'core' }), undefined],
    [
      policy,
      packages({ name: 'x', version: '1.0' }, { name: 'api', version: '1.1' }),
      'predicate.packages.1.name: conflicting values "package api 1.1 is bad" and "api"',
    ],
    [
      'import "list"\nz: {x: _, ok: list.Contains([null], x), ok: true}',
      { z: { x: {} } },
      'z.ok: cannot use {} (type struct)',
    ],
    ['z: {n: len(["a", "b"]), n: 2}', {}, undefined],
    [
      'import "strings"\nz: {x: _, y: strings.Join(["a", x], "")}',
      { z: { x: 5 } },
      'z.y: strings.Join of a list that has more',
    ],
  ])
})

describe('disjunctions of plain values', () => {
  check([
    ['a: "x" | "y"', { a: 'y' }, undefined],
    ['a: "x" | "y"', {}, undefined],
    [
      'a: "x" | int',
      { a: 'z' },
      'a: 2 errors in empty disjunction: conflicting values "x" and "z"; conflicting values',
    ],
    ['a: null | string', { a: 4 }, 'a: 2 errors in empty disjunction'],
    ['a: <3 | >5 & <8', { a: 8 }, 'a: 2 errors in empty disjunction'],
    ['a: <3 | >5 & <8', { a: 7 }, undefined],
    ['a: "x" | "y"\na: "y" | "z"', { a: 'x' }, 'a: 4 errors in empty disjunction'],
    ['a: ("x" | "y") & =~"y"', { a: 'y' }, undefined],
    ['import "list"\na: list.MinItems(1) | null', { a: null }, undefined],
    ['import "list"\na: list.MinItems(1) | null', { a: [] }, 'a: 2 errors in empty disjunction'],
    ['#User: "1" | "2"\nconfig: [string]: config: User: #User', matches, 'User: 2 errors in empty disjunction'],
    // Where it is read, it is the one that is left, else its default, else nothing yet
    ['a: "x" | "y"\na: !="y"\nz: {if a == "x" {b: 1}}', { z: { b: 2 } }, 'z.b: conflicting values 1 and 2'],
    ['a: *"x" | "y"\nz: {if a == "x" {b: 1}}', { z: { b: 2 } }, 'z.b: conflicting values 1 and 2'],
    ['a: *"x" | "y"\nz: {if a == "x" {b: 1}}', { a: 'y', z: { b: 2 } }, undefined],
    ['a: "x" | "y"\nz: {if a == "x" {b: 1}}', { z: { b: 2 } }, undefined],
  ])
})
