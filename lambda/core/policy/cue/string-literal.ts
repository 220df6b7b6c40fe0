import { CueRefusal, refuse } from './refuse.ts'

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '/': '/',
  '\\': '\\',
  '"': '"',
}

/** What a string literal that starts at a place stands for, and where it ends; undefined where none starts. */
export function readString(text: string, at: number, line: number): { value: string; end: number } | undefined {
  const open = /(#*)('|"""|")/y
  open.lastIndex = at
  const [opening, hashes = '', quote = ''] = open.exec(text) ?? []
  if (opening === undefined) return undefined
  if (quote === "'") refuse(line, "bytes literal '…'")
  const start = at + opening.length
  const raw = quote === '"' ? singleLine(text, start, hashes, line) : multiLine(text, start, hashes, line)
  const value = unescaped(raw.body, hashes, line)
  if (!value.isWellFormed()) throw new CueRefusal(line, 'escape sequence is invalid Unicode code point')
  return { value, end: raw.end }
}

type Raw = { readonly body: string; readonly end: number }

function singleLine(text: string, start: number, hashes: string, line: number): Raw {
  const close = `"${hashes}`
  for (let at = start; at < text.length && text[at] !== '\n'; at++) {
    if (text.startsWith(close, at)) return { body: text.slice(start, at), end: at + close.length }
    if (text.startsWith(`\\${hashes}`, at)) at += hashes.length + 1
  }
  throw new CueRefusal(line, 'string literal not terminated')
}

/** The closing quotes stand alone on their line, and every line begins with the white space before them. */
function multiLine(text: string, start: number, hashes: string, line: number): Raw {
  if (text[start] !== '\n') throw new CueRefusal(line, 'expected newline after multiline quote')
  const close = `"""${hashes}`
  let end = text.indexOf(close, start)
  while (end >= 0 && !/\n[ \t]*$/.test(text.slice(text.lastIndexOf('\n', end), end))) end = text.indexOf(close, end + 1)
  if (end < 0) throw new CueRefusal(line, 'string literal not terminated')
  const lines = text.slice(start + 1, end).split('\n')
  const indent = lines.pop() ?? ''
  const body = lines.map((each) => {
    if (each !== '' && !each.startsWith(indent)) throw new CueRefusal(line, 'invalid string: invalid whitespace')
    return each.slice(indent.length)
  })
  return { body: body.join('\n'), end: end + close.length }
}

function unescaped(body: string, hashes: string, line: number): string {
  const mark = `\\${hashes}`
  let value = ''
  for (let at = 0; ; ) {
    const found = body.indexOf(mark, at)
    if (found < 0) return value + body.slice(at)
    const after = body.slice(found + mark.length, found + mark.length + 9)
    const hex = /^(?:u([0-9a-fA-F]{4})|U00([0-9a-fA-F]{6}))/.exec(after)
    const simple = ESCAPES[after[0] ?? '']
    if (after.startsWith('(')) refuse(line, 'string interpolation \\(…)', '"https://example.com/" + predicate.name')
    if (simple === undefined && hex === null) throw new CueRefusal(line, 'unknown escape sequence')
    value += body.slice(at, found) + (hex === null ? simple : character(hex[1] ?? hex[2] ?? '', line))
    at = found + mark.length + (hex?.[0].length ?? 1)
  }
}

function character(hex: string, line: number): string {
  const code = Number.parseInt(hex, 16)
  if (code > 0x10ffff) throw new CueRefusal(line, 'escape sequence is invalid Unicode code point')
  return code > 0xffff ? String.fromCodePoint(code) : String.fromCharCode(code)
}
