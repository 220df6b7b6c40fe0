import type * as z from 'zod'
import { formatPath, type Path } from './path.ts'

const LONGEST_SHOWN = 100
// As text, and as base64 has it at each of the three places a byte can begin.
const PRIVATE_KEY = /PRIVATE KEY|UFJJVkFURSBLRVkt|BSSVZBVEUgS0VZL|QUklWQVRFIEtFWS0/

/** The text of a problem, given the path of the value it is about. Worded as sigstore/policy-controller words it. */
export type RuleText = (path: Path) => string

/** Reports a broken rule on the value being read, or on a field of it. */
export function report(ctx: z.RefinementCtx, text: RuleText, field?: string): void {
  // `continue`: the rules of the objects around it are still checked, so that one run names every mistake.
  ctx.addIssue({
    code: 'custom',
    input: undefined,
    path: field === undefined ? [] : [field],
    params: { text },
    continue: true,
  })
}

/** Fields of an object that should be there. */
export function missing(...fields: readonly string[]): RuleText {
  return (path) => `missing field(s): ${fieldList(path, fields)}`
}

/** Fields of an object of which exactly one is allowed. */
export function exactlyOne(got: 'neither' | 'both', fields: readonly string[]): RuleText {
  return (path) => `expected exactly one, got ${got}: ${fieldList(path, fields)}`
}

/** Reports unless just one of these fields is given; true if one is. */
export function reportUnlessOne(ctx: z.RefinementCtx, fields: Readonly<Record<string, unknown>>): boolean {
  const given = Object.values(fields).filter((value) => value !== undefined).length
  if (given !== 1) report(ctx, exactlyOne(given === 0 ? 'neither' : 'both', Object.keys(fields)))
  return given === 1
}

/** A value that cannot stand where it stands, and why. */
export function invalid(value: unknown, why: string): RuleText {
  return (path) => `invalid value: ${show(value)}: ${formatPath(path)}: ${why}`
}

/** A value as text for a message: short, and never more than one line. */
export function show(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing')
  // A private key pasted in the wrong place must not reach a log.
  if (PRIVATE_KEY.test(text)) return '(a private key)'
  const line = text.replace(/\p{Cc}+/gu, ' ')
  return line.length > LONGEST_SHOWN ? `${line.slice(0, LONGEST_SHOWN)}…` : line
}

function fieldList(path: Path, fields: readonly string[]): string {
  return fields
    .map((field) => formatPath([...path, field]))
    .sort()
    .join(', ')
}
