import { RegoFault } from './fault.ts'
import type { Token } from './tokens.ts'

/** A place in the words of a policy. `keywords`: those of the future that it imports; `strict`: by `import rego.v1`. */
export type Cursor = {
  readonly tokens: readonly Token[]
  readonly keywords: Set<string>
  at: number
  depth: number
  operators: number
  strict: boolean
}

export const FUTURE_KEYWORDS = ['contains', 'every', 'if', 'in']
const KEYWORDS = new Set('as default else import not package some with'.split(' '))
const DEEPEST = 64

/** The word at the place. */
export function peek(cursor: Cursor): Token {
  const token = cursor.tokens[cursor.at] ?? cursor.tokens.at(-1)
  if (token === undefined) throw new RegoFault(1, 'no text')
  return token
}

/** Takes the word at the place. */
export function take(cursor: Cursor): Token {
  const token = peek(cursor)
  cursor.at++
  return token
}

/** Takes the word if it is this sign or keyword. */
export function accept(cursor: Cursor, text: string): boolean {
  const found = sees(cursor, text)
  if (found) cursor.at++
  return found
}

/** Takes this sign or keyword; throws RegoFault where another word stands. */
export function expect(cursor: Cursor, text: string): void {
  if (!accept(cursor, text)) unexpected(cursor, `\`${text}\``)
}

/** Whether this sign or keyword is next. A keyword of the future is one only where it is imported. */
export function sees(cursor: Cursor, text: string): boolean {
  const token = peek(cursor)
  if (token.text !== text || token.kind === 'value') return false
  return token.kind === 'sign' || isKeyword(cursor, text)
}

export function isKeyword(cursor: Cursor, name: string): boolean {
  return KEYWORDS.has(name) || cursor.keywords.has(name)
}

/** Takes a name that is no keyword. */
export function takeName(cursor: Cursor, what: string): string {
  const token = peek(cursor)
  if (token.kind !== 'name' || isKeyword(cursor, token.text)) unexpected(cursor, what)
  cursor.at++
  return token.text
}

/** Throws RegoFault: the word at the place is not what must stand there. */
export function unexpected(cursor: Cursor, wanted: string): never {
  const { text, line } = peek(cursor)
  if (text === 'with') throw new RegoFault(line, '`with` is not supported: a policy is evaluated for one input only')
  const hint =
    FUTURE_KEYWORDS.includes(text) && !cursor.keywords.has(text) ? `; as a keyword it needs \`import rego.v1\`` : ''
  throw new RegoFault(line, `syntax error: ${wanted} expected, found \`${text.slice(0, 40)}\`${hint}`)
}

/** Reads something one level deeper; throws RegoFault where that is too deep. */
export function nested<Read>(cursor: Cursor, read: () => Read): Read {
  if (cursor.depth >= DEEPEST) throw new RegoFault(peek(cursor).line, `nested deeper than ${DEEPEST}`)
  cursor.depth++
  const result = read()
  cursor.depth--
  return result
}
