import { type Cursor, describe, expect, fail, nested, peek, sees, takes } from './cursor.ts'
import { refuse } from './refuse.ts'
import type { Declaration, Expression, Guard, Label, Struct } from './syntax.ts'

type Read = (cursor: Cursor) => Expression

/** Reads `{ … }`. */
export function parseStruct(cursor: Cursor, read: Read): Struct {
  return nested(cursor, () => {
    const { line } = peek(cursor)
    expect(cursor, '{')
    const declarations = parseDeclarations(cursor, read)
    expect(cursor, '}')
    return structOf(declarations, line)
  })
}

/** Reads declarations up to a closing brace or the end of the text. */
export function parseDeclarations(cursor: Cursor, read: Read): readonly Declaration[] {
  const declarations: Declaration[] = []
  for (;;) {
    while (takes(cursor, ','));
    if (sees(cursor, '}') || peek(cursor).type === 'end') return declarations
    const declaration = parseDeclaration(cursor, read)
    if (declaration !== undefined) declarations.push(declaration)
    if (sees(cursor, '@')) refuse(peek(cursor).line, 'attribute @')
    if (!sees(cursor, ',') && !sees(cursor, '}') && peek(cursor).type !== 'end') {
      fail(cursor, `missing ',' in struct literal, before ${describe(peek(cursor))}`)
    }
  }
}

/** A struct out of its declarations, with the names that are in scope within it. */
export function structOf(declarations: readonly Declaration[], line: number): Struct {
  const names = declarations.flatMap((each) => {
    if (each.is === 'let') return [each.name]
    return each.is === 'field' && !each.label.quoted ? [each.label.name] : []
  })
  const text = `{${declarations.map(write).join(',')}}`
  return { op: 'struct', declarations, names: new Set(names), line, text }
}

function write(declaration: Declaration): string {
  if (declaration.is === 'guard') return `if ${declaration.conditions.map(({ text }) => text).join(' if ')} {…}`
  const { text } = declaration.value
  if (declaration.is === 'embedding') return text
  if (declaration.is === 'let') return `let ${declaration.name}=${text}`
  if (declaration.is === 'pattern') return `[${declaration.filter.text}]:${text}`
  const { name, quoted } = declaration.label
  return `${quoted ? JSON.stringify(name) : name}${declaration.optional ? '?' : ''}:${text}`
}

const EXISTS = 'predicate.x.all(each, each.y == "z")'

function parseDeclaration(cursor: Cursor, read: Read): Declaration | undefined {
  const { type, text, line } = peek(cursor)
  if (takes(cursor, '...')) return undefined
  if (sees(cursor, '@')) refuse(line, 'attribute @')
  if (isLabel(cursor)) return parseField(cursor, read)
  if (isPattern(cursor)) return parsePattern(cursor, read)
  if (type === 'name' && sees(cursor, '=', 1)) refuse(line, `alias ${text}=`)
  if (type === 'name' && peek(cursor, 1).type !== 'sign') {
    if (text === 'for') refuse(line, 'comprehension `for`', EXISTS)
    if (text === 'let') return parseLet(cursor, read)
  }
  if (type === 'name' && text === 'if') return parseGuard(cursor, read)
  const value = read(cursor)
  if (sees(cursor, ':')) refuse(line, `label ${value.text} that is an expression`)
  return { is: 'embedding', value }
}

function isLabel(cursor: Cursor): boolean {
  const { type } = peek(cursor)
  if (type !== 'name' && type !== 'string') return false
  return sees(cursor, ':', 1) || ((sees(cursor, '?', 1) || sees(cursor, '!', 1)) && sees(cursor, ':', 2))
}

/** Whether a list that is next is a label: a colon follows its closing bracket. */
function isPattern(cursor: Cursor): boolean {
  if (!sees(cursor, '[')) return false
  let open = 0
  for (let ahead = 0; peek(cursor, ahead).type !== 'end'; ahead++) {
    if (sees(cursor, '[', ahead)) open++
    else if (sees(cursor, ']', ahead) && --open === 0) return sees(cursor, ':', ahead + 1)
  }
  return false
}

function parseField(cursor: Cursor, read: Read): Declaration {
  const label = labelOf(cursor)
  const optional = takes(cursor, '?') || takes(cursor, '!')
  expect(cursor, ':')
  return { is: 'field', label, optional, value: parseValue(cursor, read) }
}

function labelOf(cursor: Cursor): Label {
  const { type, text, value, line } = peek(cursor)
  cursor.at++
  if (text === '_' || text.startsWith('__')) refuse(line, `label ${text}`)
  const quoted = type === 'string'
  return { name: value ?? text, quoted, hidden: !quoted && /^[_#]/.test(text), line }
}

/** The value of a field: `a: b: 1` is `a: {b: 1}`. */
function parseValue(cursor: Cursor, read: Read): Expression {
  if (!isLabel(cursor) && !isPattern(cursor)) {
    if (peek(cursor).type === 'name' && sees(cursor, '=', 1)) refuse(peek(cursor).line, `alias ${peek(cursor).text}=`)
    return read(cursor)
  }
  const { line } = peek(cursor)
  const inner = nested(cursor, () => (isLabel(cursor) ? parseField(cursor, read) : parsePattern(cursor, read)))
  return structOf([inner], line)
}

function parsePattern(cursor: Cursor, read: Read): Declaration {
  const { line } = peek(cursor)
  expect(cursor, '[')
  if (sees(cursor, '=', 1)) refuse(line, 'alias in a pattern [X=…]')
  const filter = read(cursor)
  if (!sees(cursor, ']')) refuse(line, 'pattern of several labels […, …]')
  expect(cursor, ']')
  expect(cursor, ':')
  return { is: 'pattern', filter, value: parseValue(cursor, read) }
}

function parseLet(cursor: Cursor, read: Read): Declaration {
  const { text: name, line } = peek(cursor, 1)
  cursor.at += 2
  expect(cursor, '=')
  return { is: 'let', name, value: read(cursor), line }
}

function parseGuard(cursor: Cursor, read: Read): Guard {
  const conditions: Expression[] = []
  while (!sees(cursor, '{')) {
    const { text, line } = peek(cursor)
    if (text === 'for') refuse(line, 'comprehension `for`', EXISTS)
    if (text === 'let') refuse(line, 'clause `let` in a comprehension')
    if (text !== 'if') fail(cursor, `expected 'if' or '{', found ${describe(peek(cursor))}`)
    cursor.at++
    conditions.push(read(cursor))
    takes(cursor, ',')
  }
  return { is: 'guard', conditions, body: parseStruct(cursor, read) }
}
