import { accept, type Cursor, expect, nested, peek, sees, takeName, unexpected } from './cursor.ts'
import { RegoFault } from './fault.ts'
import { parseTerm, parseTermBeforeIn } from './parse-term.ts'
import type { Body, Expression, Term } from './syntax.ts'

// What is met in any order is sorted by trying: the effort grows with the square.
const LONGEST_BODY = 256

/** Reads the expressions of a body up to and with its closing sign. */
export function parseBody(cursor: Cursor, close: string): Body {
  const body: Expression[] = []
  if (sees(cursor, close)) throw new RegoFault(peek(cursor).line, 'syntax error: empty body')
  for (;;) {
    body.push(nested(cursor, () => parseExpression(cursor)))
    if (body.length > LONGEST_BODY) {
      throw new RegoFault(peek(cursor).line, `more than ${LONGEST_BODY} expressions in a body`)
    }
    if (accept(cursor, close)) return body
    if (!accept(cursor, ';') && !peek(cursor).fresh) unexpected(cursor, `\`;\`, a new line or \`${close}\``)
  }
}

/** Reads one expression. */
export function parseExpression(cursor: Cursor): Expression {
  const { line } = peek(cursor)
  if (accept(cursor, 'some')) return parseSome(cursor, line)
  if (accept(cursor, 'every')) return parseEvery(cursor, line)
  if (accept(cursor, 'not')) {
    const expression = parsePlain(cursor)
    if (expression.kind === 'match' && expression.declares) {
      throw new RegoFault(line, 'a variable cannot be assigned in what is negated')
    }
    return { kind: 'not', expression, needed: [], line }
  }
  return parsePlain(cursor)
}

function parsePlain(cursor: Cursor): Expression {
  const { line } = peek(cursor)
  const term = parseTerm(cursor)
  const declares = accept(cursor, ':=')
  if (!declares && !accept(cursor, '=')) return { kind: 'holds', term, line }
  return { kind: 'match', pattern: term, term: parseTerm(cursor), declares, line }
}

function parseSome(cursor: Cursor, line: number): Expression {
  const terms = [parseTermBeforeIn(cursor)]
  while (accept(cursor, ',')) terms.push(parseTermBeforeIn(cursor))
  if (accept(cursor, 'in')) {
    const [key, value] = keyAndValue(terms, line)
    return { kind: 'some', key, value, term: parseTerm(cursor), line }
  }
  const names = terms.map((term) => {
    if (term.kind !== 'variable') unexpected(cursor, '`in`')
    return term.name
  })
  return { kind: 'declare', names, line }
}

function parseEvery(cursor: Cursor, line: number): Expression {
  const names = [takeName(cursor, 'a variable')]
  while (accept(cursor, ',')) names.push(takeName(cursor, 'a variable'))
  const [key, value] = keyAndValue(
    names.map((name) => ({ kind: 'variable', name, line })),
    line,
  )
  expect(cursor, 'in')
  const term = parseTerm(cursor)
  expect(cursor, '{')
  return { kind: 'every', key, value, term, body: parseBody(cursor, '}'), line }
}

function keyAndValue(terms: readonly Term[], line: number): readonly [key: Term, value: Term] {
  const [first, second, third] = terms
  if (first === undefined || third !== undefined) throw new RegoFault(line, 'syntax error: a key and a value at most')
  return second === undefined ? [{ kind: 'variable', name: '_', line }, first] : [first, second]
}
