import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { compileCel } from '../../../../lambda/core/policy/cel/cel.ts'

const NOW = new Date('2026-11-26T00:00:00Z')
const VARIABLES = ['doc', 'now']

/** Undefined: it holds. */
function ask(text: string, doc: unknown = {}): unknown {
  const compiled = compileCel(text, VARIABLES)
  return typeof compiled === 'function' ? compiled({ doc, now: NOW }) : compiled
}

const DOC = {
  n: 5n,
  half: 0.5,
  name: 'acme/app',
  at: '2026-11-20T12:00:00Z',
  none: null,
  list: [{ v: 1n }, { v: 2n }],
  map: { a: 'x', b: 'y' },
}

describe('an expression', () => {
  test.each([
    'doc.n + 1 == 6',
    'doc.n > 4.5 && doc.half < 1',
    'doc.name.startsWith("acme/") && doc.name.endsWith("app") && doc.name.contains("/")',
    'doc.name.matches("^[a-z]+/app$")',
    'doc.none == null',
    'has(doc.n) && !has(doc.missing)',
    'has(doc.list[0].v) && !has(doc.list[0].w) && has(doc.list.filter(x, has(x.v))[1].v)',
    '!has(doc.map.__proto__) && !has(doc.map.constructor) && has(doc.map["a"].b) || true',
    'doc.list.all(x, x.v > 0) && doc.list.exists(x, x.v == 2) && doc.list.exists_one(x, x.v == 1)',
    'doc.list.map(x, x.v) == [1, 2] && doc.list.filter(x, x.v > 1).size() == 1',
    '(doc.n > 1 ? doc.list : []).map(x, x.v > 1, x.v) == [2]',
    'doc.list.map(x, [x.v].all(y, y > 0)).all(z, z)',
    'doc.map.all(key, doc.map[key] != "")',
    '"a" in doc.map && doc.map["b"] == "y"',
    'now - timestamp(doc.at) < duration("168h")',
    'timestamp(doc.at).getDayOfWeek() == 5',
    '// a comment\ndoc.n == 5',
    'doc.missing == 1 || doc.n == 5',
  ])('%s holds', (text) => {
    expect(ask(text, DOC)).toBeUndefined()
  })

  test.each([
    ['doc.n == 6', 'it is false'],
    ['doc.n', 'it is an int, neither true nor false'],
    ['has(doc.missing.x)', 'it could not be evaluated: No such key: missing'],
    ['has(doc.n.x)', 'it could not be evaluated: has(): no fields where x is asked for'],
    ['doc.missing == 1', 'it could not be evaluated: No such key: missing'],
    ['doc.name > 1', 'it could not be evaluated: no such overload: dyn<string> > int'],
    ['doc.list.exists(x, x.w == 1)', 'it could not be evaluated: No such key: w'],
    ['doc.name.matches(doc.map.a + "(?=b)")', expect.stringContaining('the pattern x(?=b) is invalid: ')],
    ['doc.constructor == 1', 'it could not be evaluated: No such key: constructor'],
    ['doc.__proto__ == 1', 'it could not be evaluated: No such key: __proto__'],
  ])('%s does not hold', (text, why) => {
    expect(ask(text, DOC)).toEqual(why)
  })

  test.each([
    ['', { line: 1, message: 'Unexpected token: EOF' }],
    ['doc.n ==\n\n* 1', { line: 3, message: 'Unexpected token: MULTIPLY' }],
    ['document.n == 1', { line: 1, message: 'Unknown variable: document' }],
    ['doc.n.foo(1)', { line: 1, message: "found no matching overload for 'dyn.foo(int)'" }],
    ['"1" + 1 == 2', { line: 1, message: 'no such overload: string + int' }],
    ['has(doc)', { line: 1, message: 'has() invalid argument' }],
    ['assayHas(doc, "a")', { line: 1, message: 'assayHas is no function of CEL' }],
    ['size(doc.list)', { line: 1, message: 'is a int; it must be true or false' }],
    ['doc.name.matches("(a")', { line: 1, message: expect.stringMatching(/^the pattern \(a is invalid: .*missing/) }],
    ['assaySpend(doc, 1)', { line: 1, message: 'assaySpend is no function of CEL' }],
    ['doc.name.assayMatches("a")', { line: 1, message: 'assayMatches is no function of CEL' }],
    ['x'.repeat(16_385), { line: 1, message: 'has 16385 characters; at most 16384 are allowed' }],
    [`${'('.repeat(100)}true${')'.repeat(100)}`, { line: 1, message: 'Exceeded maxDepth (64)' }],
    [`[${'1,'.repeat(600)}1] == []`, { line: 1, message: expect.stringContaining('500') }],
  ])('%.40s cannot be used', (text, fault) => {
    expect(ask(text)).toEqual(fault)
  })
})

describe('an expression costs no more than is allowed', () => {
  const long = Array.from({ length: 3_000 }, (_, n) => ({ v: BigInt(n) }))
  const squared = 'doc.exists(x, doc.exists(y, x.v + y.v < 0))'

  test.each([squared, `${squared} || true`, `[1].all(z, ${squared} || true)`])('%s', (text) => {
    expect(() => ask(text, long)).toThrow('it takes more than 4000000 steps, the most allowed for one image')
  })

  const many = (count: number) => Array.from({ length: count }, (_, n) => BigInt(n))
  test.each<readonly [string, unknown]>([
    ['doc.a.all(x, !doc.s.contains("q"))', { a: many(20_000), s: 'a'.repeat(1_000_000) }],
    ['doc.a.all(x, doc.s + "b" != "")', { a: many(20_000), s: 'a'.repeat(1_000_000) }],
    ['doc.a.map(x, doc.a + doc.a).size() > 1', { a: many(5_000) }],
    ['doc.a.all(x, x in doc.a)', { a: many(20_000) }],
    ['doc.a.all(x, doc.a == doc.b)', { a: many(20_000), b: many(20_000) }],
    ['doc.a.all(x, size(doc.s) > 0)', { a: many(20_000), s: 'a'.repeat(1_000_000) }],
  ])('%s', (text, doc) => {
    expect(() => ask(text, doc)).toThrow('it takes more than 4000000 steps, the most allowed for one image')
  })

  it('though a question was answered by an error before', () => {
    const compiled = compileCel('doc.a.all(x, !(x in doc.b))', VARIABLES)
    if (typeof compiled !== 'function') throw new Error(compiled.message)
    const long = { a: many(20_000), b: many(20_000).map((one) => -one - 1n) }
    for (const doc of [long, { a: many(3) }, long]) {
      const told = () => compiled({ doc, now: NOW })
      if (doc === long) expect(told).toThrow('it takes more than')
      else expect(told()).toBe('it could not be evaluated: No such key: b')
    }
  })

  it('and looking at a field, or how many there are, costs little', () => {
    const fields = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`f${n}`, 'x']))
    const packages = Array.from({ length: 5_000 }, () => fields)
    expect(
      ask('doc.packages.all(p, !has(doc.deny) && doc.packages.size() > 0 && size(doc.packages) > 0)', { packages }),
    ).toBeUndefined()
  })

  it('and what is not looked at costs nothing', () => {
    expect(ask(`false && ${squared} || true || ${squared}`, long)).toBeUndefined()
  })

  it('and a list as long as an SBOM is walked', () => {
    const packages = Array.from({ length: 50_000 }, (_, n) => ({ name: `p${n}` }))
    expect(ask('doc.map(p, p.name).filter(n, n != "p7").all(n, n.startsWith("p"))', packages)).toBeUndefined()
  })

  it('each time anew', () => {
    const compiled = compileCel('doc.all(x, x.v >= 0)', VARIABLES)
    if (typeof compiled !== 'function') throw new Error(compiled.message)
    const answers = Array.from({ length: 1_000 }, () => compiled({ doc: long, now: NOW }))
    expect(new Set(answers)).toEqual(new Set([undefined]))
  })

  it('and a pattern takes time in proportion to the text', () => {
    expect(ask('doc.matches("^(a+)+$")', `${'a'.repeat(100_000)}b`)).toBe('it is false')
  })
})

it('answers for any text and any JSON, and never throws', () => {
  const words = fc.constantFrom(
    'doc',
    '.a',
    '[0]',
    ' == ',
    '"x"',
    '1',
    ' && ',
    '!',
    '(',
    ')',
    '.all(x, x)',
    ' in ',
    'now',
  )
  fc.assert(
    fc.property(fc.array(words, { maxLength: 8 }), fc.jsonValue(), (text, doc) => {
      const answer = ask(text.join(''), doc)
      expect(answer === undefined || typeof answer === 'string' || typeof answer === 'object').toBe(true)
    }),
    { numRuns: 500 },
  )
})
