import { accept, type Cursor, expect, FUTURE_KEYWORDS, peek, sees, takeName, unexpected } from './cursor.ts'
import { RegoFault } from './fault.ts'
import { parseRules } from './parse-rule.ts'
import { isWritten, parseTerm } from './parse-term.ts'
import type { Default, Module, Rule } from './syntax.ts'
import { tokenize } from './tokens.ts'

const IMPORT = `import`

/** Reads the text of a policy. Throws RegoFault where it is not of the subset. */
export function parse(text: string): Module {
  const cursor: Cursor = { tokens: tokenize(text), keywords: new Set(), at: 0, depth: 0, operators: 0, strict: false }
  parsePackage(cursor)
  while (sees(cursor, IMPORT)) parseImport(cursor)
  const rules: Rule[] = []
  const defaults: Default[] = []
  while (peek(cursor).kind !== 'end') {
    if (sees(cursor, 'default')) defaults.push(parseDefault(cursor))
    else if (sees(cursor, IMPORT)) throw new RegoFault(peek(cursor).line, 'an import stands before all rules')
    else rules.push(...parseRules(cursor))
  }
  return { rules, defaults, strict: cursor.strict }
}

function parsePackage(cursor: Cursor): void {
  const { line } = peek(cursor)
  if (!accept(cursor, 'package')) throw new RegoFault(line, 'no package: the text must start with `package sigstore`')
  const name = dottedName(cursor)
  if (name !== 'sigstore') throw new RegoFault(line, `package ${name}: it must be \`package sigstore\``)
}

function parseImport(cursor: Cursor): void {
  const { line } = peek(cursor)
  expect(cursor, IMPORT)
  const name = dottedName(cursor)
  const words =
    name === 'rego.v1' || name === 'future.keywords'
      ? FUTURE_KEYWORDS
      : FUTURE_KEYWORDS.filter((word) => name === `future.keywords.${word}`)
  if (words.length === 0 || sees(cursor, 'as')) {
    throw new RegoFault(
      line,
      `\`import ${name}\` is not supported: only \`rego.v1\` and \`future.keywords\` can be imported`,
    )
  }
  if (name === 'rego.v1') cursor.strict = true
  for (const word of words) cursor.keywords.add(word)
}

function dottedName(cursor: Cursor): string {
  const { kind, text, line } = peek(cursor)
  if (kind !== 'name') unexpected(cursor, 'a name')
  cursor.at++
  const names = [text]
  while (!peek(cursor).fresh && accept(cursor, '.')) {
    if (peek(cursor).kind !== 'name') unexpected(cursor, 'a name')
    names.push(peek(cursor).text)
    cursor.at++
  }
  if (sees(cursor, '[')) throw new RegoFault(line, `\`${names.join('.')}[\`: only plain names can stand here`)
  return names.join('.')
}

function parseDefault(cursor: Cursor): Default {
  const { line } = peek(cursor)
  expect(cursor, 'default')
  const name = takeName(cursor, 'the name of a rule')
  if (sees(cursor, '(')) throw new RegoFault(line, '`default` for a function is not supported')
  if (!accept(cursor, ':=')) expect(cursor, '=')
  const term = parseTerm(cursor)
  if (!isWritten(term)) throw new RegoFault(line, 'the value of a default must be a constant')
  return { name, line, value: term }
}
