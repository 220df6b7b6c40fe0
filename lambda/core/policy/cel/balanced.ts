/** Texts, raw ones and those of three quotes included, and comments: what is within is no parenthesis. */
const SKIPPED =
  /[rR]?(?:"""[\s\S]*?"""|'''[\s\S]*?''')|[rR]"[^"\n]*"|[rR]'[^'\n]*'|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\/\/[^\n]*/y

/** Where the parentheses of an expression stand, in order. */
export function parenthesesIn(text: string): readonly number[] {
  const found: number[] = []
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '(' || text[at] === ')') found.push(at)
    SKIPPED.lastIndex = at
    const [skipped] = SKIPPED.exec(text) ?? []
    if (skipped !== undefined) at += skipped.length - 1
  }
  return found
}

export type Range = { readonly start: number; readonly end: number }

/**
 * Where an operand stands with all of its parentheses: the library tells the place from where its first part begins to where its last part
 * ends, and leaves out the parentheses around these parts.
 */
export function balanced(text: string, parentheses: readonly number[], { start, end }: Range): Range {
  let closed = 0
  let open = 0
  for (const at of parentheses) {
    if (at < start || at >= end) continue
    if (text[at] === '(') open++
    else if (open > 0) open--
    else closed++
  }
  const first = closed === 0 ? undefined : parentheses.filter((at) => at < start).at(-closed)
  const last = open === 0 ? undefined : parentheses.filter((at) => at >= end)[open - 1]
  return { start: first ?? start, end: last === undefined ? end : last + 1 }
}
