import { Environment } from '@marcbachmann/cel-js'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { compileCel } from '../../../../lambda/core/policy/cel/cel.ts'
import { parseNodes, rewritten } from '../../../../lambda/core/policy/cel/rewrite.ts'

const NOW = new Date('2026-11-26T00:00:00Z')
const DOC = { a: 'q(x', b: true, l: [1n, 2n, 'a)b'], m: { x: [1n], k: 2n } }
const plain = new Environment({ homogeneousAggregateLiterals: false })
plain.registerVariable('doc', 'dyn').registerVariable('now', 'google.protobuf.Timestamp')

/** `no` where it cannot be read or evaluated, or is neither true nor false. */
function byLibrary(text: string): string {
  try {
    const answer: unknown = plain.parse(text)({ doc: DOC, now: NOW })
    return typeof answer === 'boolean' ? String(answer) : 'no'
  } catch {
    return 'no'
  }
}

function byUs(text: string): string {
  const compiled = compileCel(text, ['doc', 'now'])
  const told = typeof compiled === 'function' ? compiled({ doc: DOC, now: NOW }) : 'refused'
  if (told === undefined) return 'true'
  return told === 'it is false' ? 'false' : 'no'
}

const space = fc.constantFrom('', ' ', '\n', ' // c ( )\n', '\r\n')
const name = fc.constantFrom('all', 'exists', 'exists_one', 'map', 'filter')
const operator = fc.constantFrom('==', '!=', '&&', '||', '+', 'in', '<')
const atoms = ['doc.a', 'doc.b', 'doc.l', 'doc.m', 'doc.l[0]', '1', 'true', '[1, 2]', '{"k": 1}', 'has(doc.m.x)']
const texts = ['"q(x"', "'a)b'", 'r"\\("', '"""t(r"""', '"\\"("', '"é😀("']
const { expression } = fc.letrec<{ expression: string }>((tie) => {
  const inner = tie('expression')
  return {
    expression: fc.oneof(
      { depthSize: 'medium' },
      fc.constantFrom(...atoms, ...texts),
      fc.tuple(space, inner, space).map(([a, of, b]) => `(${a}${of}${b})`),
      fc
        .tuple(fc.constantFrom('doc.l', 'doc.m', '[true, false]', '(doc.m).x', '((doc).l)'), name, space, inner)
        .map(([of, macro, a, body]) => `${of}.${macro}(x,${a}${body})`),
      fc.tuple(inner, operator, space, inner).map(([a, sign, b, c]) => `${a} ${sign}${b} ${c}`),
      fc.tuple(inner, inner, inner).map(([a, b, c]) => `${a} ? ${b} : ${c}`),
      fc.tuple(inner, fc.constantFrom('.k', '[0]', '.size()')).map(([of, more]) => `(${of})${more}`),
      fc.tuple(inner, inner).map(([a, b]) => `(${a} ? doc.l : ${b}).all(y, y == y)`),
      inner.map((of) => `!${of}`),
    ),
  }
})

it('an expression is true, or false, where it is so to the library alone', () => {
  fc.assert(
    fc.property(expression, (text) => {
      expect(byUs(text)).toBe(byLibrary(text))
    }),
    { numRuns: 3_000 },
  )
})

describe('what is changed in the text of an expression', () => {
  test.each([
    ['((a).b).all(x, x)', '(assaySpend((a).b, 2)).all(x, x)'],
    ['has(((a).b).c)', 'assayHas((a).b, "c")'],
    ['(a ? b : (c // )\n)).all(x, x)', '(assaySpend(a ? b : (c // )\n), 2)).all(x, x)'],
    ['a.map(x, x).filter(y, y)', 'assaySpend(assaySpend(a, 2).map(x, x), 2).filter(y, y)'],
    ['has(a[0].b) && "has(a.b)" != \'(\'', 'assayHas(a[0], "b") && "has(a.b)" != \'(\''],
    ['a.b(1) == 2', 'a.b(1) == 2'],
  ])('%s', (text, changed) => {
    expect(rewritten(text, parseNodes(text))).toBe(changed)
  })
})
