import { RegoFault } from './fault.ts'
import type { Value } from './value.ts'

/** A word of the policy text. `spaced`: something blank stands before it; `fresh`: it is the first of its line. */
export type Token = {
  readonly kind: 'name' | 'value' | 'sign' | 'end'
  readonly text: string
  readonly value?: Value
  readonly line: number
  readonly spaced: boolean
  readonly fresh: boolean
}

const LONGEST_NUMBER = 300
const BLANK = /(?:[ \t\r\n]|#[^\n]*)+/y
const FORMS: readonly (readonly [kind: 'name' | 'number' | 'text' | 'raw' | 'sign', form: RegExp])[] = [
  ['name', /[A-Za-z_][A-Za-z0-9_]*/y],
  ['number', /(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![A-Za-z0-9_])/y],
  ['text', /"(?:[^"\\\n]|\\.)*"/y],
  ['raw', /`[^`]*`/y],
  ['sign', /:=|==|!=|<=|>=|[=<>+\-*/%|&()[\]{},;:.]/y],
]
const CONSTANTS: Readonly<Record<string, Value>> = { true: true, false: false, null: null }

/** Cuts a policy text into words; the last is the end. Throws RegoFault at what is none. */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  let line = 1
  for (;;) {
    const blank = read(BLANK, text, at)
    at += blank.length
    line += lines(blank)
    const place = { line, spaced: blank !== '', fresh: blank.includes('\n') || tokens.length === 0 }
    if (at === text.length) return [...tokens, { kind: 'end', text: 'the end', ...place }]
    const token = tokenAt(text, at, place)
    tokens.push(token)
    at += token.text.length
    line += lines(token.text)
  }
}

function tokenAt(text: string, at: number, place: Pick<Token, 'line' | 'spaced' | 'fresh'>): Token {
  for (const [kind, form] of FORMS) {
    const word = read(form, text, at)
    if (word === '') continue
    if (kind === 'sign') return { kind, text: word, ...place }
    if (kind === 'name' && !Object.hasOwn(CONSTANTS, word)) return { kind, text: word, ...place }
    return { kind: 'value', text: word, value: constantOf(kind, word, place.line), ...place }
  }
  throw new RegoFault(place.line, `syntax error at ${JSON.stringify(text.slice(at, at + 10))}`)
}

function constantOf(kind: 'name' | 'number' | 'text' | 'raw', word: string, line: number): Value {
  if (kind === 'name') return CONSTANTS[word] ?? null
  if (kind === 'raw') return word.slice(1, -1).replaceAll('\r', '')
  if (kind === 'number') {
    const number = parseNumber(word)
    if (number === undefined) throw new RegoFault(line, `number ${word.slice(0, 20)}… is too large`)
    return number
  }
  try {
    return JSON.parse(word) as string
  } catch {
    throw new RegoFault(line, `syntax error in the string ${word.slice(0, 40)}`)
  }
}

/** The number that a JSON number literal stands for, exact where it is whole; undefined where it is too large. */
export function parseNumber(literal: string): number | bigint | undefined {
  if (literal.length > LONGEST_NUMBER) return undefined
  if (/^-?[0-9]+$/.test(literal)) return BigInt(literal)
  const number = Number(literal)
  if (!Number.isFinite(number)) return undefined
  return Number.isInteger(number) ? BigInt(number) : number
}

function read(form: RegExp, text: string, at: number): string {
  form.lastIndex = at
  return form.exec(text)?.[0] ?? ''
}

function lines(text: string): number {
  return text.split('\n').length - 1
}
