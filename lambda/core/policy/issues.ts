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
  const fault = (message: string, of: Fault['of'] = 'value'): Fault[] => [{ path, of, message }]
  const seen = valueAt(value, path)
  switch (issue.code) {
    case 'custom':
      return fault(ruleText(issue.params?.text, path))
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        of: 'key',
        message: `unknown field ${JSON.stringify(key)}; ${issue.message}`,
      }))
    case 'invalid_type':
      if (seen === undefined) return fault(`missing field(s): ${formatPath(path)}`)
      return fault(`expected ${TYPES[issue.expected] ?? issue.expected}, got ${describe(seen)}`)
    case 'invalid_value':
      return fault(invalid(seen, issue.message)(path))
    case 'too_small':
      return fault(`missing field(s): ${formatPath(path)}`)
    case 'too_big':
      return fault(`has more than ${issue.maximum} entries, the most allowed`)
    default:
      return fault(issue.message)
  }
}

const TYPES: Readonly<Record<string, string>> = { string: 'text', record: 'fields', object: 'fields', array: 'a list', boolean: 'true or false' }

function ruleText(text: unknown, path: Path): string {
  return typeof text === 'function' ? String(text(path)) : 'is not valid'
}

function describe(value: unknown): string {
  if (value === null) return 'nothing (null)'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'fields'
  return `${typeof value} ${show(value)}${typeof value === 'string' ? '' : ' (quote it where text is meant)'}`
}
