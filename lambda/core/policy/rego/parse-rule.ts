import { accept, type Cursor, expect, peek, sees, takeName, unexpected } from './cursor.ts'
import { RegoFault } from './fault.ts'
import { parseBody, parseExpression } from './parse-body.ts'
import { parseList, parseTerm } from './parse-term.ts'
import type { Body, Branch, Rule, Term } from './syntax.ts'

type Head = Pick<Rule, 'kind' | 'name' | 'parameters' | 'line'> & { readonly key?: Term; readonly value?: Term }

/** Reads a rule; one with several bodies after another is several rules. */
export function parseRules(cursor: Cursor): readonly Rule[] {
  const { line } = peek(cursor)
  const head = parseHead(cursor, line)
  const { kind, name, parameters, key, value } = head
  const first = parseRuleBody(cursor)
  if (first === undefined && value === undefined && key === undefined && kind !== 'function')
    unexpected(cursor, 'a value or a body')
  const branch = (body: Body): Branch => ({
    body,
    ...(key !== undefined && { key }),
    ...(value !== undefined && { value }),
  })
  const rule = (branches: readonly Branch[]): Rule => ({ kind, name, parameters, branches, line })
  const elses = parseElses(cursor, kind)
  const rules = [rule([branch(first ?? []), ...elses])]
  while (elses.length === 0 && first !== undefined && accept(cursor, '{'))
    rules.push(rule([branch(parseBody(cursor, '}'))]))
  return rules
}

function parseHead(cursor: Cursor, line: number): Head {
  const name = takeName(cursor, 'a rule')
  if (name === 'input' || name === 'data') throw new RegoFault(line, `a rule cannot be named \`${name}\``)
  const head = { name, line, parameters: [] }
  const brackets = !peek(cursor).spaced
  if (brackets && accept(cursor, '(')) {
    const parameters = parseList(cursor, ')')
    if (parameters.length === 0) throw new RegoFault(line, `function ${name} has no parameters`)
    if (sees(cursor, '[') || sees(cursor, 'contains'))
      throw new RegoFault(line, 'functions that make sets or objects are not supported')
    return { ...head, kind: 'function', parameters, ...optional('value', parseValue(cursor)) }
  }
  if (brackets && sees(cursor, '.')) throw new RegoFault(line, `\`${name}.\`: a dotted rule name is not supported`)
  if (accept(cursor, 'contains')) return { ...head, kind: 'set', key: parseTerm(cursor) }
  if (!brackets || !accept(cursor, '[')) return { ...head, kind: 'complete', ...optional('value', parseValue(cursor)) }
  const key = parseTerm(cursor)
  expect(cursor, ']')
  if (sees(cursor, '[') || sees(cursor, '.')) throw new RegoFault(line, 'a rule name of several parts is not supported')
  const value = parseValue(cursor)
  if (value !== undefined) return { ...head, kind: 'object', key, value }
  if (sees(cursor, 'if') || cursor.strict)
    throw new RegoFault(line, `\`${name}[…] if\` is not supported: write \`${name} contains … if\``)
  return { ...head, kind: 'set', key }
}

function parseValue(cursor: Cursor): Term | undefined {
  return accept(cursor, ':=') || accept(cursor, '=') ? parseTerm(cursor) : undefined
}

function parseRuleBody(cursor: Cursor): Body | undefined {
  const { line } = peek(cursor)
  if (accept(cursor, 'if')) return accept(cursor, '{') ? parseBody(cursor, '}') : [parseExpression(cursor)]
  if (!accept(cursor, '{')) return undefined
  if (cursor.strict) throw new RegoFault(line, 'with `import rego.v1`, `if` must stand before the body')
  return parseBody(cursor, '}')
}

function parseElses(cursor: Cursor, kind: Rule['kind']): readonly Branch[] {
  const branches: Branch[] = []
  while (sees(cursor, 'else')) {
    const { line } = peek(cursor)
    if (kind === 'set' || kind === 'object')
      throw new RegoFault(line, '`else` cannot follow a rule that makes a set or an object')
    expect(cursor, 'else')
    const value = parseValue(cursor)
    const body = parseRuleBody(cursor)
    if (value === undefined && body === undefined) unexpected(cursor, 'a value or a body')
    branches.push({ body: body ?? [], ...optional('value', value) })
  }
  return branches
}

function optional<Name extends string>(name: Name, term: Term | undefined): { readonly [key in Name]?: Term } {
  return term === undefined ? {} : ({ [name]: term } as { readonly [key in Name]?: Term })
}
