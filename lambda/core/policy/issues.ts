import type * as z from 'zod'
import { formatPath, type Path, valueAt } from './path.ts'
import { invalid, show } from './rules.ts'

/** Something wrong in a document: at the value of a path, or at its key. */
export type Fault = { readonly path: Path; readonly of: 'key' | 'value'; readonly message: string }

/** What the schema found, in the words people read. `value` is what was parsed. */
export function faultsOf(error: z.ZodError, value: unknown): Fault[] {
  return error.issues.flatMap((issue) => faultsOfIssue(issue, value))
}

function faultsOfIssue(issue: z.core.$ZodIssue, value: unknown): Fault[] {
  const { path } = issue
  if (issue.code !== 'unrecognized_keys') {
    return [{ path, of: 'value', message: messageOf(issue, valueAt(value, path)) }]
  }
  return issue.keys.map((key) => ({
    path: [...path, key],
    of: 'key',
    message: `unknown field ${JSON.stringify(key)}; ${issue.message}`,
  }))
}

function messageOf(issue: z.core.$ZodIssue, seen: unknown): string {
  const { path } = issue
  if (issue.code === 'custom') return ruleText(issue.params?.text, path)
  if (seen === undefined || issue.code === 'too_small') return `missing field(s): ${formatPath(path)}`
  if (issue.code === 'invalid_type') return `expected ${TYPES[issue.expected] ?? issue.expected}, got ${describe(seen)}`
  if (issue.code === 'invalid_value') return invalid(seen, issue.message)(path)
  return issue.code === 'too_big' ? `has more than ${issue.maximum} entries, the most allowed` : issue.message
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  record: 'fields',
  object: 'fields',
  array: 'a list',
  boolean: 'true or false',
}

function ruleText(text: unknown, path: Path): string {
  return typeof text === 'function' ? String(text(path)) : 'is not valid'
}

function describe(value: unknown): string {
  if (value === null) return 'nothing (null)'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'fields'
  return typeof value === 'string' ? `text ${show(value)}` : `${show(value)} (quote it where text is meant)`
}
