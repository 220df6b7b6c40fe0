import { CueRefusal, refuse } from './refuse.ts'
import { readString } from './string-literal.ts'

/** A token; `text` is as written, `value` what a string stands for. */
export type Token = {
  readonly type: 'name' | 'number' | 'string' | 'sign' | 'end'
  readonly text: string
  readonly value?: string
  readonly line: number
}

const NAME = /(?:_?#)?[\p{L}_$][\p{L}\p{Nd}_$]*/uy
const NUMBER = /(?:\d[\d_]*(?:\.(?!\.)[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?/y
const SIGN = /\.\.\.|_\|_|&&|\|\||==|!=|=~|!~|<=|>=|<-|[-+*/&|!<>=(){}[\],:?.@]/y
const BLANK = /[ \t]+|\/\/[^\n]*/y

/** Splits a policy text; a comma is put in where a line ends after a complete token, as CUE does. Throws CueRefusal. */
export function tokenize(source: string): readonly Token[] {
  const text = source.replace(/\r\n?/g, '\n')
  const tokens: Token[] = []
  let line = 1
  for (let at = 0; at < text.length; ) {
    const last = tokens.at(-1)
    if (text[at] === '\n') {
      if (last !== undefined && endsLine(last)) tokens.push({ type: 'sign', text: ',', line })
      line++
      at++
      continue
    }
    const blank = match(BLANK, text, at)
    if (blank !== undefined) {
      at += blank.length
      continue
    }
    const token = tokenAt(text, at, line)
    at += token.text.length
    tokens.push(token)
    line += token.text.split('\n').length - 1
  }
  const last = tokens.at(-1)
  if (last !== undefined && endsLine(last)) tokens.push({ type: 'sign', text: ',', line })
  tokens.push({ type: 'end', text: 'end of text', line })
  return tokens
}

function endsLine({ type, text }: Token): boolean {
  return type !== 'sign' || [')', ']', '}', '?', '...'].includes(text)
}

function tokenAt(text: string, at: number, line: number): Token {
  const string = readString(text, at, line)
  if (string !== undefined) return { type: 'string', text: text.slice(at, string.end), value: string.value, line }
  const number = match(NUMBER, text, at)
  if (number !== undefined) return { type: 'number', text: checkedNumber(number, text, at, line), line }
  if (text.startsWith('_|_', at)) refuse(line, 'bottom _|_', 'has(predicate.x)')
  const name = match(NAME, text, at)
  if (name !== undefined) return { type: 'name', text: name, line }
  const sign = match(SIGN, text, at)
  if (sign === '<-') throw new CueRefusal(line, "expected operand, found '<-' (write a space before the minus)")
  if (sign === undefined) throw new CueRefusal(line, `illegal character ${JSON.stringify(text[at])}`)
  return { type: 'sign', text: sign, line }
}

function checkedNumber(number: string, text: string, at: number, line: number): string {
  if (/[\p{L}_]/u.test(text[at + number.length] ?? '')) refuse(line, `number ${number} with a base or a multiplier`)
  if (/^0[\d_]/.test(number) && !/[.eE]/.test(number)) throw new CueRefusal(line, 'illegal integer number')
  if (/__|_$|_\./.test(number)) throw new CueRefusal(line, `illegal '_' in number`)
  return number
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}
