import type { Input } from './mutant.ts'

/** The places in which two inputs differ, list positions left out; `[+]` and `[-]` for more or fewer of them; `(encoding)` where the same bytes are written otherwise. */
export function changedFields(before: Input, after: Input): string[] {
  return [
    ...new Set(differences(partsOf(before), partsOf(after), '').map((path) => path.replace(/\[\d+\]/g, '[]'))),
  ].sort()
}

/** An input as one value, opened as far as its parts are JSON. */
function partsOf(input: Input): unknown {
  if (input.carrier === 'bundle') return opened(input.bytes)
  if (input.carrier === 'manifest') return opened(Buffer.from(input.fetched.bytes))
  const annotations = Object.entries(input.layer.annotations).map(([name, text]) => [name, opened(Buffer.from(text))])
  return { layer: { ...input.layer, annotations: Object.fromEntries(annotations) }, bytes: opened(input.bytes) }
}

function opened(bytes: Uint8Array): unknown {
  // Read from a file it is a plain array of bytes
  const text = Buffer.from(bytes)
  try {
    return JSON.parse(text.toString())
  } catch {
    return text.toString('latin1')
  }
}

function differences(before: unknown, after: unknown, path: string): string[] {
  if (Object.is(before, after)) return []
  if (typeof before === 'string' && typeof after === 'string') return textDifferences(before, after, path)
  if (!isNode(before) || !isNode(after) || Array.isArray(before) !== Array.isArray(after)) return [path]
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return keys.flatMap((key) => {
    const inner = Array.isArray(before) ? `${path}[${key}]` : `${path}.${key}`
    const here = Object.hasOwn(before, key)
    const there = Object.hasOwn(after, key)
    if (here && there) return differences(before[key], after[key], inner)
    if (Array.isArray(before)) return [`${path}[${here ? '-' : '+'}]`]
    return [here ? `${inner} (gone)` : `${path} (more)`]
  })
}

function textDifferences(before: string, after: string, path: string): string[] {
  if (before === after) return []
  if (READINGS.some((read) => read(before).length > 0 && read(before).equals(read(after))))
    return [`${path} (encoding)`]
  const inner = [before, after].map((text) => opened(Buffer.from(text, 'base64')))
  return inner.every(isNode) ? differences(inner[0], inner[1], path) : [path]
}

/** Ways to read the same bytes out of differing text. */
const READINGS: readonly ((text: string) => Buffer)[] = [
  (text) => Buffer.from(text, 'base64'),
  (text) => Buffer.from(text, 'hex'),
  // intoto 0.0.2 holds a signature as base64 of base64
  (text) => Buffer.from(Buffer.from(text, 'base64').toString(), 'base64'),
  // PEM: of several certificates the first counts, and of one that is none nothing
  (text) => Buffer.from(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END/.exec(text)?.[1] ?? '', 'base64'),
  // PEM in base64: text around the block means nothing
  (text) => Buffer.from(/-----BEGIN [A-Z ]+-----[^-]+/.exec(Buffer.from(text, 'base64').toString())?.[0] ?? ''),
]

function isNode(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
