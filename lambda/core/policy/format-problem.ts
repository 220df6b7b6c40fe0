import type { PolicyProblem } from './policy.ts'

/** One problem as one line of text: `file:line:column: path: message`. */
export function formatProblem({ at, path, message, severity }: PolicyProblem): string {
  const field = path === '' ? '' : `${path}: `
  const text = `${at.file}:${at.line}:${at.column}: ${severity === 'warning' ? 'warning: ' : ''}${field}${message}`
  return text.replace(/\p{Cc}+/gu, ' ')
}
