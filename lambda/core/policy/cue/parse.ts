import { type Cursor, describe, fail, peek, sees, takes } from './cursor.ts'
import { parseExpression } from './parse-expression.ts'
import { parseDeclarations, structOf } from './parse-struct.ts'
import { refuse } from './refuse.ts'
import type { Struct } from './syntax.ts'
import { tokenize } from './tokens.ts'

export type Import = { readonly path: string; readonly line: number }

/** A policy text read by grammar alone: its imports by their name in the text, and its fields. */
export type Parsed = { readonly imports: ReadonlyMap<string, Import>; readonly root: Struct }

/** Reads a policy text; throws CueRefusal. */
export function parseCue(text: string): Parsed {
  const cursor: Cursor = { tokens: tokenize(text), at: 0, depth: 0 }
  const imports = new Map<string, Import>()
  if (sees(cursor, '@')) refuse(peek(cursor).line, 'attribute @')
  if (peek(cursor).text === 'package') parsePackage(cursor)
  while (/^import$/.test(peek(cursor).text) && !sees(cursor, ':', 1)) parseImport(cursor, imports)
  const declarations = parseDeclarations(cursor, parseExpression)
  if (peek(cursor).type !== 'end') fail(cursor, `expected label, found ${describe(peek(cursor))}`)
  return { imports, root: structOf(declarations, 1) }
}

function parsePackage(cursor: Cursor): void {
  cursor.at++
  if (peek(cursor).type !== 'name') fail(cursor, `expected a package name, found ${describe(peek(cursor))}`)
  cursor.at++
  endOfLine(cursor)
}

function endOfLine(cursor: Cursor): void {
  if (!takes(cursor, ',')) fail(cursor, `expected ',', found ${describe(peek(cursor))}`)
}

function parseImport(cursor: Cursor, imports: Map<string, Import>): void {
  cursor.at++
  if (!takes(cursor, '(')) {
    importAt(cursor, imports)
  } else {
    while (!takes(cursor, ')')) importAt(cursor, imports)
    endOfLine(cursor)
  }
}

function importAt(cursor: Cursor, imports: Map<string, Import>): void {
  const alias = peek(cursor).type === 'name' ? peek(cursor).text : undefined
  if (alias !== undefined) cursor.at++
  const { value: path, line } = peek(cursor)
  if (path === undefined) fail(cursor, `expected an import path, found ${describe(peek(cursor))}`)
  cursor.at++
  const name = alias ?? path
  if (imports.has(name)) fail(cursor, `${name} redeclared as imported package name`)
  imports.set(name, { path, line })
  if (!sees(cursor, ')')) endOfLine(cursor)
}
