import { type Cursor, describe, expect, fail, nested, peek, sees, takes, textSince } from './cursor.ts'
import { FLOAT, INT } from './kinds.ts'
import { parseStruct } from './parse-struct.ts'
import { CueRefusal, refuse } from './refuse.ts'
import { type Scalar, scalarOf } from './scalar.ts'
import type { Arithmetic, Comparison, Expression } from './syntax.ts'

/** Reads an expression. Operators by CUE's precedence, lowest first: | & || && comparison + *. */
export function parseExpression(cursor: Cursor): Expression {
  return nested(cursor, parseDisjunction)
}

function parseDisjunction(cursor: Cursor): Expression {
  const { at: start } = cursor
  const { line } = peek(cursor)
  const parts: Expression[] = []
  const marked: boolean[] = []
  do {
    const mark = takes(cursor, '*')
    marked.push(mark)
    parts.push(mark ? parseUnary(cursor) : parseConjunction(cursor))
    if (mark && sees(cursor, '&')) fail(cursor, 'preference mark not allowed at this position')
  } while (takes(cursor, '|'))
  const [only] = parts
  if (parts.length > 1) return { op: 'or', parts, marked, line, text: textSince(cursor, start) }
  if (only === undefined || marked[0]) throw new CueRefusal(line, 'preference mark * without a disjunction')
  return only
}

function parseConjunction(cursor: Cursor): Expression {
  const { at: start } = cursor
  const { line } = peek(cursor)
  const parts = [parseBinary(cursor, 0)]
  while (takes(cursor, '&')) parts.push(parseBinary(cursor, 0))
  const [only] = parts
  return only !== undefined && parts.length === 1 ? only : { op: 'and', parts, line, text: textSince(cursor, start) }
}

type Sign = Comparison | Arithmetic | '&&' | '||'
const LEVELS: readonly (readonly Sign[])[] = [
  ['||'],
  ['&&'],
  ['==', '!=', '<', '<=', '>', '>=', '=~', '!~'],
  ['+', '-'],
  ['*'],
]

function parseBinary(cursor: Cursor, level: number): Expression {
  const signs = LEVELS[level]
  if (signs === undefined) return parseUnary(cursor)
  const { at: start, depth } = cursor
  const { line } = peek(cursor)
  let left = parseBinary(cursor, level + 1)
  for (;;) {
    const sign = signs.find((each) => sees(cursor, each))
    if (sees(cursor, '/')) refuse(line, 'division /')
    if (sign === undefined) break
    cursor.at++
    const right = nested(cursor, (inner) => parseBinary(inner, level + 1))
    // A chain is as deep as it is long when it is evaluated
    cursor.depth++
    left = { op: 'binary', sign, left, right, line, text: textSince(cursor, start) }
  }
  cursor.depth = depth
  return left
}

const BOUNDS: readonly Comparison[] = ['<', '<=', '>', '>=', '!=', '=~', '!~']

function parseUnary(cursor: Cursor): Expression {
  const { at: start } = cursor
  const { line } = peek(cursor)
  const bound = BOUNDS.find((each) => sees(cursor, each))
  const sign = bound ?? ['-', '+', '!'].find((each) => sees(cursor, each))
  if (sign === undefined) return parsePostfix(cursor)
  cursor.at++
  const operand = nested(cursor, parseUnary)
  const place = { line, text: textSince(cursor, start) }
  if (bound !== undefined) return { op: 'bound', sign: bound, operand, ...place }
  if (sign === '!') return { op: 'not', operand, ...place }
  if (operand.op !== 'scalar' || typeof operand.scalar.value !== 'number') {
    if (sign === '+') refuse(line, 'sign +')
    return { op: 'minus', operand, ...place }
  }
  const { kinds, value, text } = operand.scalar
  return sign === '+' ? operand : { op: 'scalar', scalar: { kinds, value: 0 - value, text: `-${text}` }, ...place }
}

/** An operand with what is selected from it: `.name`, `."label"`, `["label"]`, `[0]`, or the arguments of a call. */
function parsePostfix(cursor: Cursor): Expression {
  const { at: start, depth } = cursor
  let from = parseOperand(cursor)
  for (;;) {
    const { line } = peek(cursor)
    if (++cursor.depth > depth + 64) fail(cursor, 'nested more than 64 deep')
    if (takes(cursor, '.')) {
      const { type, text, value } = peek(cursor)
      if (type !== 'name' && type !== 'string') fail(cursor, `expected selector, found ${describe(peek(cursor))}`)
      cursor.at++
      if (type === 'name' && /^_?#|^_/.test(text)) refuse(line, `selector of a hidden field or a definition .${text}`)
      from = { op: 'select', from, label: value ?? text, line, text: textSince(cursor, start) }
    } else if (takes(cursor, '[')) {
      from = { ...parseIndex(cursor, from), line, text: textSince(cursor, start) }
    } else if (takes(cursor, '(')) {
      const operands = parseList(cursor, ')')
      from = { op: 'call', name: calledName(from), operands, line, text: textSince(cursor, start) }
    } else break
  }
  cursor.depth = depth
  return from
}

type Index =
  | { readonly op: 'select'; readonly from: Expression; readonly label: string }
  | { readonly op: 'item'; readonly from: Expression; readonly index: number }

function parseIndex(cursor: Cursor, from: Expression): Index {
  const { type, text, value, line } = peek(cursor)
  if (!sees(cursor, ']', 1) || (type !== 'string' && !/^\d+$/.test(text))) {
    refuse(line, 'index that is no string or number', 'predicate.materials[0]')
  }
  cursor.at += 2
  return value === undefined ? { op: 'item', from, index: Number(text) } : { op: 'select', from, label: value }
}

function calledName(from: Expression): string {
  if (from.op === 'name') return from.name
  if (from.op === 'select' && from.from.op === 'name') return `${from.from.name}.${from.label}`
  return refuse(from.line, `call of ${from.text}`)
}

function parseList(cursor: Cursor, close: ')' | ']'): readonly Expression[] {
  const items: Expression[] = []
  while (!takes(cursor, close)) {
    const { type, text, line } = peek(cursor)
    if (close === ']' && sees(cursor, '...')) break
    if (type === 'name' && (text === 'for' || text === 'if') && peek(cursor, 1).type !== 'sign') {
      refuse(line, `list comprehension \`${text}\``, 'predicate.x.filter(each, each.y == "z")')
    }
    items.push(parseExpression(cursor))
    if (!sees(cursor, close)) expect(cursor, ',')
  }
  return items
}

function parseOperand(cursor: Cursor): Expression {
  const { at: start } = cursor
  const { type, text, value, line } = peek(cursor)
  if (sees(cursor, '{')) return parseStruct(cursor, parseExpression)
  cursor.at++
  if (type === 'string' && value !== undefined) return { op: 'scalar', scalar: scalarOf(value), line, text }
  if (type === 'number') return { op: 'scalar', scalar: numberOf(text, line), line, text }
  if (type === 'name') return nameOrConstant(text, line)
  if (text === '(' && type === 'sign') {
    const inner = parseExpression(cursor)
    expect(cursor, ')')
    return inner.op === 'or' ? { op: 'and', parts: [inner], line, text: inner.text } : inner
  }
  if (text !== '[' || type !== 'sign') {
    cursor.at = start
    fail(cursor, `expected operand, found ${describe(peek(cursor))}`)
  }
  return parseListLiteral(cursor, start, line)
}

function parseListLiteral(cursor: Cursor, start: number, line: number): Expression {
  const items = parseList(cursor, ']')
  const open = takes(cursor, '...')
  if (!open) return { op: 'list', items, open, line, text: textSince(cursor, start) }
  const bare = sees(cursor, ']') || sees(cursor, ',')
  const rest = bare ? {} : { rest: parseExpression(cursor) }
  takes(cursor, ',')
  expect(cursor, ']')
  return { op: 'list', items, open, ...rest, line, text: textSince(cursor, start) }
}

const CONSTANTS: ReadonlyMap<string, null | boolean> = new Map([
  ['null', null],
  ['true', true],
  ['false', false],
])

function nameOrConstant(name: string, line: number): Expression {
  const constant = CONSTANTS.get(name)
  if (constant === undefined) return { op: 'name', name, line, text: name }
  return { op: 'scalar', scalar: scalarOf(constant), line, text: name }
}

/** A number is exact or refused: what JavaScript rounds could equal what it is not. */
function numberOf(text: string, line: number): Scalar {
  const written = text.replaceAll('_', '')
  const value = Number(written)
  const kinds = /[.eE]/.test(written) ? FLOAT : INT
  if (!Number.isFinite(value) || (kinds === INT && !Number.isSafeInteger(value))) refuse(line, `number ${text}`)
  return { kinds, value, text: written }
}
