import { RE2JS } from 're2js'
import { patternFault } from '../text-match.ts'
import { type Builtin, binary, type Context, ternary, unary } from './builtin.ts'
import { sprintf } from './sprintf.ts'
import { isArray, isNumber, isSet, isText, type Value } from './value.ts'
import { spend, spendText } from './work.ts'

/** Functions of strings. Positions count characters, not halves of them. */
export const STRINGS: Readonly<Record<string, Builtin>> = {
  startswith: ofTwo((text, start) => text.startsWith(start)),
  endswith: ofTwo((text, end) => text.endsWith(end)),
  contains: ofTwo((text, part) => text.includes(part)),
  indexof: ofTwo((text, part) => {
    const at = text.indexOf(part)
    return at < 0 ? -1n : BigInt(Array.from(text.slice(0, at)).length)
  }),
  split: ofTwo((text, separator, { work }) => {
    spend(work, text.length)
    return separator === '' ? Array.from(text) : text.split(separator)
  }),
  lower: ofOne((text) => mapCharacters(text, (character) => character.toLowerCase())),
  upper: ofOne((text) => mapCharacters(text, (character) => character.toUpperCase())),
  trim_space: ofOne((text) => text.trim()),
  trim: ofTwo((text, cutset) => trimLeft(trimRight(text, cutset), cutset)),
  trim_left: ofTwo(trimLeft),
  trim_right: ofTwo(trimRight),
  trim_prefix: ofTwo((text, start) => (text.startsWith(start) ? text.slice(start.length) : text)),
  trim_suffix: ofTwo((text, end) => (text.endsWith(end) ? text.slice(0, text.length - end.length) : text)),
  concat: binary(concat),
  replace: ternary(replace),
  substring: ternary(substring),
  sprintf: binary(sprintf),
  'regex.match': ofTwo(matchesPattern),
  re_match: ofTwo(matchesPattern),
}

function ofOne(run: (text: string) => Value | undefined): Builtin {
  return unary((text, { work }) => {
    if (!isText(text)) return undefined
    spendText(work, text.length)
    return run(text)
  })
}

function ofTwo(run: (a: string, b: string, context: Context) => Value | undefined): Builtin {
  return binary((a, b, context) => {
    if (!isText(a) || !isText(b)) return undefined
    spendText(context.work, a.length + b.length)
    return run(a, b, context)
  })
}

// Where one character becomes several, Go leaves it as it is.
function mapCharacters(text: string, change: (character: string) => string): string {
  return Array.from(text, (character) => {
    const changed = change(character)
    return Array.from(changed).length === 1 ? changed : character
  }).join('')
}

function trimLeft(text: string, cutset: string): string {
  const [characters, cut] = [Array.from(text), new Set(cutset)]
  const start = characters.findIndex((character) => !cut.has(character))
  return start < 0 ? '' : characters.slice(start).join('')
}

function trimRight(text: string, cutset: string): string {
  const [characters, cut] = [Array.from(text), new Set(cutset)]
  return characters.slice(0, characters.findLastIndex((character) => !cut.has(character)) + 1).join('')
}

function concat(separator: Value, parts: Value, { work }: Context): Value | undefined {
  if (!isText(separator) || (!isArray(parts) && !isSet(parts))) return undefined
  const texts = [...parts]
  if (!texts.every(isText)) return undefined
  for (const text of texts) spendText(work, text.length + separator.length)
  return texts.join(separator)
}

function replace(text: Value, old: Value, fresh: Value, { work }: Context): Value | undefined {
  if (!isText(text) || !isText(old) || !isText(fresh)) return undefined
  spendText(work, text.length + old.length)
  // An empty text is found between all characters.
  const places = old === '' ? text.length + 1 : text.split(old).length - 1
  spendText(work, places * fresh.length)
  return old === '' ? ['', ...Array.from(text), ''].join(fresh) : text.split(old).join(fresh)
}

function substring(text: Value, from: Value, length: Value, { work }: Context): Value | undefined {
  if (!isText(text) || !isNumber(from) || !isNumber(length) || from < 0) return undefined
  spendText(work, text.length)
  const start = Number(from)
  return Array.from(text)
    .slice(start, length < 0 ? undefined : start + Number(length))
    .join('')
}

function matchesPattern(pattern: string, text: string, { work }: Context): boolean | undefined {
  // RE2 takes time in proportion to both.
  spend(work, 200 + pattern.length + ((pattern.length * text.length) >>> 2))
  return patternFault(pattern) === undefined ? RE2JS.compile(pattern).test(text) : undefined
}
