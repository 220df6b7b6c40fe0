import { accept, type Cursor, expect, nested, peek, sees, take, takeName, unexpected } from './cursor.ts'
import { RegoFault } from './fault.ts'
import { parseBody } from './parse-body.ts'
import type { Term } from './syntax.ts'
import { isNumber } from './value.ts'

// From the loosest to the tightest.
const LEVELS = [['in'], ['==', '!=', '<', '<=', '>', '>='], ['|'], ['&'], ['+', '-'], ['*', '/', '%']]
const ABOVE_IN = 1
const MOST_OPERATORS = 1_000
const LONGEST_PATH = 64

/** Reads a term with its operators. `first` is its first operand, where that has been read. */
export function parseTerm(cursor: Cursor, first?: Term): Term {
  return parseLevel(cursor, 0, first)
}

/** Reads a term that ends before `in`. */
export function parseTermBeforeIn(cursor: Cursor): Term {
  return parseLevel(cursor, ABOVE_IN)
}

function parseLevel(cursor: Cursor, level: number, first?: Term): Term {
  const signs = LEVELS[level]
  if (signs === undefined) return first ?? parseOperand(cursor)
  let left = parseLevel(cursor, level + 1, first)
  for (;;) {
    const name = signs.find((sign) => sees(cursor, sign))
    if (name === undefined) return left
    const { line } = take(cursor)
    if (++cursor.operators > MOST_OPERATORS) throw new RegoFault(line, `more than ${MOST_OPERATORS} operators`)
    left = { kind: 'call', of: 'built-in', name, args: [left, parseLevel(cursor, level + 1)], line }
  }
}

function parseOperand(cursor: Cursor): Term {
  return nested(cursor, () => parsePath(cursor, parsePrimary(cursor)))
}

function parsePrimary(cursor: Cursor): Term {
  const { kind, text, value = null, line } = peek(cursor)
  if (kind === 'value') {
    take(cursor)
    return { kind: 'constant', value, line }
  }
  if (accept(cursor, '(')) {
    const term = parseTerm(cursor)
    expect(cursor, ')')
    return term
  }
  if (accept(cursor, '-')) return parseNegative(cursor, line)
  if (accept(cursor, '[')) return parseItems(cursor, 'array', ']', line)
  if (accept(cursor, '{')) return parseBraces(cursor, line)
  const opens = cursor.tokens[cursor.at + 1]
  // The built-in keeps its name beside the keyword.
  if (text === 'contains' && opens?.text === '(' && !opens.spaced) {
    take(cursor)
    return { kind: 'variable', name: text, line }
  }
  return { kind: 'variable', name: takeName(cursor, 'a term'), line }
}

function parseNegative(cursor: Cursor, line: number): Term {
  const { value = null } = peek(cursor)
  if (!isNumber(value)) unexpected(cursor, 'a number')
  take(cursor)
  return { kind: 'constant', value: -value, line }
}

/** Reads what follows a term without a blank: `.name`, `[term]`, `(arguments)`. */
function parsePath(cursor: Cursor, start: Term): Term {
  let root = start
  let path: Term[] = []
  for (;;) {
    const { spaced, line } = peek(cursor)
    const whole: Term = path.length === 0 ? root : { kind: 'reference', root, path, line: root.line }
    if (spaced || root.kind === 'constant') return whole
    if (path.length > LONGEST_PATH) throw new RegoFault(line, `a reference of more than ${LONGEST_PATH} parts`)
    if (accept(cursor, '.')) {
      const { kind, text } = peek(cursor)
      if (kind !== 'name') unexpected(cursor, 'a name')
      take(cursor)
      path.push({ kind: 'constant', value: text, line })
    } else if (accept(cursor, '[')) {
      path.push(parseTerm(cursor))
      expect(cursor, ']')
    } else if (accept(cursor, '(')) {
      root = callOf(whole, parseList(cursor, ')'), line)
      path = []
    } else {
      return whole
    }
  }
}

function callOf(callee: Term, args: readonly Term[], line: number): Term {
  const [root, ...path] = callee.kind === 'reference' ? [callee.root, ...callee.path] : [callee]
  const names = path.map((part) => (part.kind === 'constant' ? part.value : undefined))
  if (root?.kind !== 'variable' || !names.every((name) => typeof name === 'string')) {
    throw new RegoFault(line, 'syntax error: only a function can be called')
  }
  const name = [root.name, ...names].join('.')
  if (name === 'set' && args.length === 0) return { kind: 'set', items: [], line }
  return { kind: 'call', of: 'unknown', name, args, line }
}

/** Reads terms and commas up to the closing sign; a comma may stand before it. */
export function parseList(cursor: Cursor, close: string, start: readonly Term[] = []): readonly Term[] {
  const items = [...start]
  while (!accept(cursor, close)) {
    if (items.length > 0) {
      expect(cursor, ',')
      if (accept(cursor, close)) break
    }
    items.push(parseTerm(cursor))
  }
  return items
}

function parseItems(cursor: Cursor, makes: 'array' | 'set', close: string, line: number): Term {
  if (accept(cursor, close)) return { kind: makes, items: [], line }
  const first = parseOperand(cursor)
  if (accept(cursor, '|')) {
    return { kind: 'comprehension', makes, head: [first], body: parseBody(cursor, close), line }
  }
  return { kind: makes, items: parseList(cursor, close, [parseTerm(cursor, first)]), line }
}

function parseBraces(cursor: Cursor, line: number): Term {
  if (accept(cursor, '}')) return { kind: 'object', items: [], line }
  const first = parseOperand(cursor)
  if (accept(cursor, '|')) {
    return { kind: 'comprehension', makes: 'set', head: [first], body: parseBody(cursor, '}'), line }
  }
  const key = parseTerm(cursor, first)
  if (!accept(cursor, ':')) return { kind: 'set', items: parseList(cursor, '}', [key]), line }
  const value = parseOperand(cursor)
  if (accept(cursor, '|')) {
    return { kind: 'comprehension', makes: 'object', head: [key, value], body: parseBody(cursor, '}'), line }
  }
  const items = [key, parseTerm(cursor, value)]
  while (!accept(cursor, '}')) {
    expect(cursor, ',')
    if (accept(cursor, '}')) break
    const next = parseTerm(cursor)
    expect(cursor, ':')
    items.push(next, parseTerm(cursor))
  }
  return { kind: 'object', items, line }
}

/** Whether a term is written out: its value needs no evaluation. */
export function isWritten(term: Term): boolean {
  if (term.kind === 'array' || term.kind === 'set' || term.kind === 'object') return term.items.every(isWritten)
  return term.kind === 'constant'
}
