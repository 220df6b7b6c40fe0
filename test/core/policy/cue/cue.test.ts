import { describe } from 'vitest'
import { check } from './check.ts'
import { matches, statement } from './statements.ts'

describe('literals and types', () => {
  check([
    ['', {}, undefined],
    ['a: 1', { a: 1 }, undefined],
    ['a: 1', { a: 2 }, 'a: conflicting values 2 and 1'],
    ['a: "x"', { a: 1 }, 'a: conflicting values "x" and 1 (mismatched types string and int)'],
    ['a: 1', { a: 1.5 }, 'a: conflicting values 1 and 1.5 (mismatched types int and float)'],
    ['a: 1.50', { a: 1.5 }, undefined],
    ['a: 1.0', { a: 1 }, 'a: conflicting values 1.0 and 1 (mismatched types float and int)'],
    ['a: -1', { a: -1 }, undefined],
    ['a: 1_000', { a: 1000 }, undefined],
    ['a: null', { a: null }, undefined],
    ['a: true', { a: false }, 'a: conflicting values false and true'],
    ['a: 1', {}, undefined],
    ['a: string', { a: ['x'] }, 'a: conflicting values string and ["x"] (mismatched types string and list)'],
    ['a: int', { a: 1.5 }, '(mismatched types int and float)'],
    ['a: number', { a: 1.5 }, undefined],
    ['a: number', { a: 'x' }, 'a: conflicting values number and "x" (mismatched types number and string)'],
    ['a: bytes', { a: 'x' }, '(mismatched types bytes and string)'],
    ['a: _', { a: {} }, undefined],
    ['a: string\na: "x"', { a: 'y' }, 'a: conflicting values "y" and "x"'],
    ['a: "\\u00e9\\t\\"\\/"', { a: 'é\t"/' }, undefined],
    ['a: "\\ud83d\\ude00"', { a: '😀' }, undefined],
    ['a: "\\U0001F600"', { a: '😀' }, undefined],
    ['a: #"C:\\new"#', { a: 'C:\\new' }, undefined],
    ['a: """\n  one\n   two\n\n  """', { a: 'one\n two\n' }, undefined],
    ['a: "x"', { a: 'new\nline\u2028' }, 'conflicting values "new\\nline\\u2028" and "x"'],
  ])
})

describe('structs', () => {
  check([
    ['predicate: scanner: uri: "scanner.example/one"', statement, undefined],
    ['predicate: scanner: uri: "other"', statement, 'predicate.scanner.uri: conflicting values "scanner.example/one"'],
    ['a: b: 1', { a: null }, 'a: conflicting values null and {b:1} (mismatched types null and struct)'],
    ['a: b: c: 1', { a: { b: [] } }, 'a.b: conflicting values [] and {c:1} (mismatched types list and struct)'],
    ['"a": {"b-c": 1, ...}', { a: { 'b-c': 1, d: 2 } }, undefined],
    ['"_type": "x"', { _type: 'y' }, '"_type": conflicting values "y" and "x"'],
    [
      'config: "linux/amd64": config: User: "1"',
      matches,
      'config."linux/amd64".config.User: conflicting values "65534"',
    ],
    ['"0": 1', { '0': 2 }, '"0": conflicting values 2 and 1'],
    ['a: {b: 1}\na: {c: 2}', { a: { b: 1, c: 3 } }, 'a.c: conflicting values 3 and 2'],
    ['a: {b: int} & {b: >1}', { a: { b: 1 } }, 'a.b: invalid value 1 (out of bound >1)'],
    ['a: b?: string', { a: {} }, undefined],
    ['a: b?: string', { a: { b: 1 } }, 'a.b: conflicting values string and 1'],
    ['a?: b?: string', {}, undefined],
    ['a!: string', {}, undefined],
    ['a: {1}', { a: 2 }, 'a: conflicting values 2 and 1'],
    ['config: [string]: config: User: !="0"', matches, undefined],
    ['config: [string]: config: User: "65532"', matches, 'config."linux/amd64".config.User: conflicting values'],
    ['config: [=~"^linux/arm"]: config: User: "65532"', matches, undefined],
    ['a: [string]: int\na: b: >1', { a: { c: 's' } }, 'a.c: conflicting values "s" and int'],
    ['{a: 1,\n}', { a: 2 }, 'a: conflicting values 2 and 1'],
    ['a: 1, b: 2', { a: 2, b: 3 }, 'a: conflicting values 2 and 1 (and 1 more errors)'],
    ['if: 1', { if: 2 }, 'if: conflicting values 2 and 1'],
    ['"__proto__": 1', JSON.parse('{"__proto__": 2}'), 'conflicting values 2 and 1'],
    ['constructor: 1', {}, undefined],
    ['a: 1', 5, 'conflicting values 5 and {a:1}'],
  ])
})

describe('lists', () => {
  check([
    ['a: [1, 2]', { a: [1, 3] }, 'a.1: conflicting values 3 and 2'],
    ['a: [1, 2]', { a: [1] }, 'a: incompatible list lengths (1 and 2)'],
    ['a: [1]', { a: [1, 2] }, 'a: incompatible list lengths (1 and 2)'],
    ['a: [1, ...]', { a: [1, 'x'] }, undefined],
    ['a: [_, ...]', { a: [] }, 'a: incompatible list lengths (0 and 1)'],
    ['a: [1, ...string]', { a: [1, 'x', 2] }, 'a.2: conflicting values 2 and string'],
    ['predicate: packages: [...{licence: "MIT"}]', statement, 'predicate.packages.1.licence: conflicting values'],
    ['predicate: packages: [...{licence: =~"^(MIT|Apache)"}]', statement, undefined],
    ['a: [...]', { a: {} }, 'a: conflicting values [...] and {} (mismatched types list and struct)'],
    ['a: []', { a: 1 }, 'a: conflicting values [] and 1 (mismatched types list and int)'],
    ['subject: [{digest: sha256: =~"^[0-9a-f]{64}$"}]', statement, undefined],
  ])
})

describe('bounds', () => {
  check([
    ['predicate: findings: <5', statement, undefined],
    ['predicate: findings: <3', statement, 'predicate.findings: invalid value 3 (out of bound <3)'],
    ['predicate: score: >=7.5 & <8', statement, undefined],
    ['a: <5', { a: '1' }, 'a: conflicting values "1" and <5 (mismatched types string and number)'],
    ['a: <"m"', { a: 1 }, 'a: conflicting values 1 and <"m" (mismatched types int and string)'],
    ['a: <5', { a: {} }, 'a: conflicting values <5 and {} (mismatched types number and struct)'],
    ['a: !=5', { a: 5 }, 'a: invalid value 5 (out of bound !=5)'],
    ['a: !=5', { a: '5' }, '(mismatched types string and number)'],
    ['a: !=null', { a: null }, 'a: conflicting values null and !=null'],
    ['a: !=""', { a: '' }, 'a: invalid value "" (out of bound !="")'],
    ['a: < -1', { a: -2 }, undefined],
    ['a: <"\u{ffff}"', { a: '😀' }, 'out of bound'],
    ['a: =~"^x" & !~"z$"', { a: 'xz' }, 'a: invalid value "xz" (out of bound !~"z$")'],
    ['a: =~"b"', { a: 'abc' }, undefined],
    ['a: <b\nb: 3', { a: 4 }, 'a: invalid value 4 (out of bound <3)'],
    ['a: <b\nb: int', { a: 4 }, undefined],
    ['a: <b\nb: int', { a: 4, b: 4 }, 'a: invalid value 4 (out of bound <4)'],
    ['a: <b\nb: _', { a: 4, b: [] }, 'a: cannot use b'],
  ])
})

describe('times compare as text', () => {
  const policy = (limit: string) => `import "time"
before: time.Parse(time.RFC3339, "${limit}")
predicate: startedOn: <before`
  check([
    [policy('2049-10-09T17:10:27Z'), statement, undefined],
    [
      policy('2023-04-11T23:00:00-01:00'),
      statement,
      'startedOn: invalid value "2023-04-12T00:00:00Z" (out of bound <"20',
    ],
    [policy('2023-04-11T23:00:01-01:00'), statement, undefined],
    ['import "time"\npredicate: startedOn: time.Time', statement, undefined],
    ['import "time"\na: time.Time', { a: 'now' }, 'a: invalid value "now" (does not satisfy time.Time)'],
    [
      'import t "time"\na: string\nb: t.Parse(t.RFC3339, a)',
      { a: 'now' },
      'b: error in call to time.Parse: parsing time "now"',
    ],
    [
      'import "time"\na: string\nb: time.Parse(time.RFC3339, a) & <"2024"',
      { a: '2024-01-01T00:30:00+01:00' },
      undefined,
    ],
  ])
})

describe('tests of packages', () => {
  check([
    [
      'import "struct"\na: struct.MaxFields(1)',
      { a: { x: 1, y: 2 } },
      'a: invalid value {x:1,y:2} (does not satisfy struct.MaxFields(1)): len(fields) > MaxFields(1) (2 > 1)',
    ],
    ['import "struct"\na: struct.MaxFields(2) & {z: 1}', { a: { x: 1, y: 2 } }, 'len(fields) > MaxFields(2) (3 > 2)'],
    ['import "struct"\na: struct.MinFields(2)', { a: {} }, undefined],
    [
      'import "struct"\na: struct.MinFields(1)',
      { a: null },
      'a: conflicting values null and struct.MinFields(1) (mismatched types null and struct)',
    ],
    ['import "list"\na: list.MinItems(1) & list.MaxItems(1)', { a: [1] }, undefined],
    [
      'import "list"\na: list.MinItems(1)',
      { a: [] },
      'a: invalid value [] (does not satisfy list.MinItems(1)): len(list) < MinItems(1) (0 < 1)',
    ],
    [
      'import "list"\na: list.MaxItems(1)',
      { a: [1, 2] },
      'a: invalid value [1,2] (does not satisfy list.MaxItems(1)): len(list) > MaxItems(1) (2 > 1)',
    ],
    ['import "list"\na: list.MaxItems(1)', {}, undefined],
    ['import "list"\npredicate: labels: list.Contains("nightly")', statement, undefined],
    [
      'import "list"\npredicate: labels: list.Contains("weekly")',
      statement,
      'predicate.labels: invalid value ["nightly","amd64"] (does not satisfy list.Contains("weekly"))',
    ],
    [
      'import "list"\nx: {let ok = ["a", "b"], y: string, in: list.Contains(ok, y), in: true}',
      { x: { y: 'c' } },
      'x.in: conflicting values false and true',
    ],
    [
      'import "list"\nx: {let ok = ["a", "b"], y: string, in: list.Contains(ok, y), in: true}',
      { x: { y: 'b' } },
      undefined,
    ],
    [
      'import "strings"\na: strings.HasPrefix("x") & strings.HasSuffix("z") & strings.Contains("y")',
      { a: 'xyz' },
      undefined,
    ],
    [
      'import "strings"\na: strings.MinRunes(2) & strings.MaxRunes(3)',
      { a: '😀' },
      'a: invalid value "😀" (does not satisfy strings.MinRunes(2))',
    ],
    [
      'import "strings"\na: strings.HasPrefix("x")',
      { a: 1 },
      'a: conflicting values 1 and strings.HasPrefix("x") (mismatched types int and string)',
    ],
    [
      'import "strings"\na: strings.HasPrefix(b, "x")\nb: _\na: true',
      { b: 1 },
      'a: cannot use 1 (type int) as string in argument 1 to strings.HasPrefix',
    ],
  ])
})
