const LONGEST = 500
const LONGEST_TEXT = 80
const MOST_LISTED = 3

/**
 * Whether a statement meets a rule. `detail`: what was seen and what is asked for, for people. `until`: from then on
 * (ISO 8601) the same statement no longer meets it; absent where time makes no difference.
 */
export type StatementFinding =
  | { readonly met: true; readonly until?: string }
  | { readonly met: false; readonly detail: string }

/** Why something could not be read. */
export type Fault = { readonly fault: string }

/** A rule that is not met, in a text of bounded length. */
export function unmet(detail: string): StatementFinding {
  return { met: false, detail: detail.length > LONGEST ? `${detail.slice(0, LONGEST)}…`.toWellFormed() : detail }
}

/** A value of a statement for a message: one short line; of objects and lists only that they are such. */
export function seen(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'an object'
  if (typeof value !== 'string') return JSON.stringify(value) ?? 'missing'
  return `"${shortened(value)}"`
}

/** Text of others as one short line. */
export function shortened(text: string): string {
  const line = text.slice(0, LONGEST_TEXT + 1).replace(/\p{Cc}+/gu, ' ')
  return (line.length > LONGEST_TEXT ? `${line.slice(0, LONGEST_TEXT)}…` : line).toWellFormed()
}

/** The first few of many, and how many more there are. */
export function listed(texts: readonly string[], count = texts.length): string {
  const first = texts.slice(0, MOST_LISTED)
  return count > first.length ? `${first.join(', ')} and ${count - first.length} more` : first.join(', ')
}
