import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'

/** Canonical JSON (RFC 8785). It has no half characters; what others wrote may, and must not cost what rests on it. Nothing is ''. */
export function canonicalJson(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined
  if (text === undefined) return ''
  const whole: unknown = JSON.parse(text, (_, part: unknown) => (typeof part === 'string' ? part.toWellFormed() : part))
  return canonicalize(whole) ?? ''
}

/** One name for a value, whatever the order of its keys: the sha256 of its canonical JSON, as hex. */
export function canonicalHash(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex')
}
