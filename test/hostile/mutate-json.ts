import type { Der } from './der-tree.ts'
import { mutateBytes } from './mutate-bytes.ts'
import { mutateDer } from './mutate-der.ts'
import type { Random } from './random.ts'

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
/** Where in a JSON value. */
export type Path = readonly (string | number)[]
/** Other material to splice from: a value of the same kind, and DER of certificates, keys, timestamps and signatures. */
export type Donors = { readonly json: readonly Json[]; readonly der: readonly Der[] }

const NUMBERS = [0, -1, 1, 0.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, Number.MAX_SAFE_INTEGER]
const STRINGS = [
  '',
  ' ',
  '0',
  '-1',
  '1e9',
  'null',
  '\0',
  '\ud800',
  '=',
  '====',
  'AA',
  '9'.repeat(400),
  '9007199254740993',
]
const KEYS = ['__proto__', 'constructor', 'toString', 'length', '$case', 'extra', 'content', 'mediaType', 'critical']
const DIGEST = 'sha256:0000000000000000000000000000000000000000000000000000000000000000'
const KINDS: readonly Json[] = [null, true, false, {}, [], [[]], [null], { '': {} }, DIGEST]
/** Stands for nesting too deep to be written by recursion; `writeJson` puts the brackets in. */
const DEEP = '\u{10ffff}deep'
const MAX_TEXT = 1024 * 1024

/** Changes one to three places of a JSON value. */
export function mutateJson(json: Json, random: Random, donors: Donors): Json {
  let changed = json
  // One splice at most: two could put a whole other good bundle in place of this one
  let splices = 1
  for (let left = random.pick([1, 1, 1, 2, 3]); left > 0; left--) {
    const path = random.pick(pathsOf(changed))
    const splice = splices > 0 && path.length > 0 && random.below(6) === 0
    if (splice) splices--
    changed = splice
      ? spliced(changed, path, random, donors)
      : changedAt(changed, path, (value) => other(value, random, donors))
  }
  return changed
}

/** The text of a value, of at most a layer's size. */
export function writeJson(json: Json, random: Random): Buffer {
  const text = JSON.stringify(json) ?? ''
  const depth = random.pick([40, 65, 500, 5000, 200_000])
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
  ] as const)
  const deep = `${open.repeat(depth)}0${close.repeat(depth)}`
  // A value that was copied many times holds it as often, and a text has an end
  let few = 4
  return Buffer.from(text.replaceAll(JSON.stringify(DEEP), () => (few-- > 0 ? deep : '0'))).subarray(0, MAX_TEXT)
}

/** Every place in a JSON value, the whole of it first. */
export function pathsOf(value: Json, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [
    path,
    ...Object.entries(value).flatMap(([key, inner]) =>
      pathsOf(inner, [...path, Array.isArray(value) ? Number(key) : key]),
    ),
  ]
}

export function valueAt(json: Json, path: Path): Json | undefined {
  return path.reduce<Json | undefined>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<string | number, Json>)[key] : undefined,
    json,
  )
}

/** A copy with one place changed; undefined in its stead takes it out. */
export function changedAt(json: Json, path: Path, change: (value: Json) => Json | undefined): Json {
  const [key, ...rest] = path
  if (key === undefined) return change(json) ?? null
  if (typeof json !== 'object' || json === null) return json
  const entries = Object.entries(json).flatMap(([name, value]): [string, Json][] => {
    if (name !== String(key)) return [[name, value]]
    const next = rest.length > 0 ? changedAt(value, rest, change) : change(value)
    return next === undefined ? [] : [[name, next]]
  })
  return Array.isArray(json) ? entries.map(([, value]) => value) : Object.fromEntries(entries)
}

function spliced(json: Json, path: Path, random: Random, { json: donors }: Donors): Json {
  const donor = random.pick(donors)
  const value = valueAt(donor, path) ?? valueAt(donor, random.pick(pathsOf(donor).filter(({ length }) => length > 0)))
  return changedAt(json, path, () => value)
}

function other(value: Json, random: Random, donors: Donors): Json | undefined {
  switch (random.below(12)) {
    case 0:
      return undefined
    case 1:
      return random.pick(KINDS)
    case 2:
      return random.pick(NUMBERS)
    case 3:
      return random.pick(STRINGS)
    case 4:
      return DEEP
    default:
      return sameKind(value, random, donors)
  }
}

function sameKind(value: Json, random: Random, donors: Donors): Json {
  if (typeof value === 'string') return otherText(value, random, donors)
  if (typeof value === 'number') return random.pick([...NUMBERS, value + 1, value - 1])
  if (Array.isArray(value)) return otherList(value, random)
  if (typeof value === 'object' && value !== null) {
    const [key, first] = random.pick([...Object.entries(value), [random.pick(KEYS), value] as const])
    return random.below(2) === 0 ? { ...value, [random.pick(KEYS)]: first } : { ...value, [key.toUpperCase()]: first }
  }
  return !value
}

function otherList(value: readonly Json[], random: Random): Json {
  const [first = {}] = value
  const size = Math.max(2, JSON.stringify(first).length)
  const times = Math.min(random.pick([2, 33, 1100, 20_000]), Math.floor(MAX_TEXT / size))
  return random.below(3) === 0 ? [...value].reverse().concat({}) : Array.from({ length: times }, () => first)
}

/** A string changed as what it most likely is: JSON or DER in base64, JSON, or plain text. */
function otherText(text: string, random: Random, donors: Donors): string {
  const bytes = Buffer.from(text, 'base64')
  const isBase64 = text.length > 0 && bytes.toString('base64') === text
  switch (random.below(6)) {
    case 0:
      return mutateBytes(Buffer.from(text), random).toString()
    case 1:
      return text.slice(0, random.below(text.length))
    case 2:
      return isBase64
        ? random.pick([bytes.toString('base64url'), `${text}\n`, text.replace(/=+$/, ''), ` ${text}`])
        : `${text}\0`
    case 3:
      return random.pick([
        text.toUpperCase(),
        `${text}${text}`,
        text.repeat(Math.min(600, Math.floor(200_000 / (text.length + 1)))),
      ])
    default:
      return isBase64
        ? mutateDer(bytes, random, donors.der).toString('base64')
        : mutateBytes(Buffer.from(text), random).toString()
  }
}
