/**
 * The literal parts of a wildcard between its `*`; undefined where it is not one: two `*` in a row, or a `\` that is
 * not before `*` or `\`.
 */
export function parseWildcard(wildcard: string): readonly string[] | undefined {
  if (!/^(?:[^\\*]|\\[\\*]|\*(?!\*))*$/s.test(wildcard)) return undefined
  const parts = wildcard.match(/\*|(?:[^\\*]|\\[\\*])+/gs) ?? []
  const literals = ['']
  for (const part of parts) {
    if (part === '*') literals.push('')
    else literals[literals.length - 1] = part.replace(/\\(.)/g, '$1')
  }
  return literals
}

/** Whether a text has these parts in order, the first at its start and the last at its end. */
export function matchesParts(parts: readonly string[], text: string): boolean {
  const [first = '', ...rest] = parts
  const last = rest.pop()
  if (last === undefined) return text === first
  if (!text.startsWith(first)) return false
  let at = first.length
  for (const part of rest) {
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return text.length - last.length >= at && text.endsWith(last)
}
