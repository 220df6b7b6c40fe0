import { CueRefusal } from './refuse.ts'
import type { Token } from './tokens.ts'

const DEEPEST = 64

/** A place in the tokens of a policy. */
export type Cursor = { readonly tokens: readonly Token[]; at: number; depth: number }

const END: Token = { type: 'end', text: 'end of text', line: 1 }

/** The token that is next, or some places after it. */
export function peek(cursor: Cursor, ahead = 0): Token {
  return cursor.tokens[cursor.at + ahead] ?? END
}

/** Whether a sign is next. */
export function sees(cursor: Cursor, sign: string, ahead = 0): boolean {
  const token = peek(cursor, ahead)
  return token.type === 'sign' && token.text === sign
}

/** Takes a sign if it is next. */
export function takes(cursor: Cursor, sign: string): boolean {
  if (!sees(cursor, sign)) return false
  cursor.at++
  return true
}

/** Takes a sign that must be next. */
export function expect(cursor: Cursor, sign: string): void {
  if (!takes(cursor, sign)) fail(cursor, `expected '${sign}', found ${describe(peek(cursor))}`)
}

/** Refuses the text at the next token. */
export function fail(cursor: Cursor, message: string): never {
  throw new CueRefusal(peek(cursor).line, message)
}

/** A token for a message. */
export function describe({ type, text }: Token): string {
  return type === 'end' ? 'the end of the text' : `'${text}'`
}

/** The tokens from a place to the next one, as CUE writes a value in a message. */
export function textSince(cursor: Cursor, start: number): string {
  const tokens = cursor.tokens.slice(start, cursor.at).map(({ text }) => text)
  return tokens.filter((text, at) => text !== ',' || !['}', ']', undefined].includes(tokens[at + 1])).join('')
}

/** Reads something that may hold itself; refuses what is nested too deep for recursion. */
export function nested<T>(cursor: Cursor, read: (cursor: Cursor) => T): T {
  if (++cursor.depth > DEEPEST) fail(cursor, `nested more than ${DEEPEST} deep`)
  const value = read(cursor)
  cursor.depth--
  return value
}
