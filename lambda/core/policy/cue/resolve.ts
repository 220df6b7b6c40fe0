import { RE2JS } from 're2js'
import { patternFault } from '../text-match.ts'
import { STRING } from './kinds.ts'
import type { Parsed } from './parse.ts'
import { CueRefusal, refuse } from './refuse.ts'
import { type Context, constantOf, IN, type Position, resolveCall, resolveName, type Scope } from './resolve-name.ts'
import type { Declaration, Expression, Struct } from './syntax.ts'

const PACKAGES = ['time', 'struct', 'list', 'strings']

/** Gives every name its meaning: packages, types, builtins; throws CueRefusal for what is not known or not read here. */
export function resolve({ imports, root }: Parsed): Struct {
  const context: Context = { imports, used: new Set(), scopes: [] }
  for (const [name, { path, line }] of imports) {
    if (!PACKAGES.includes(path)) refuse(line, `import ${JSON.stringify(path)}`)
    if (root.names.has(name)) throw new CueRefusal(line, `${name} redeclared as imported package name`)
  }
  const resolved = resolveStruct(root, context)
  for (const [name, { path, line }] of imports) {
    if (!context.used.has(name)) throw new CueRefusal(line, `imported and not used: ${JSON.stringify(path)}`)
  }
  return resolved
}

function resolveStruct(struct: Struct, outer: Context): Struct {
  const scope = { struct, used: new Set<string>() }
  const context = { ...outer, scopes: [...outer.scopes, scope] }
  const declarations = struct.declarations.map((each) => resolveDeclaration(each, context))
  for (const each of declarations) checkUse(each, scope)
  return { ...struct, declarations }
}

function checkUse(declaration: Declaration, { struct, used }: Scope): void {
  if (declaration.is === 'let') {
    const { name, line } = declaration
    const others = struct.declarations.filter((each) => each.is === 'field' && each.label.name === name)
    if (others.length > 0)
      throw new CueRefusal(line, `cannot have both alias and field with name "${name}" in same scope`)
    if (!used.has(name)) throw new CueRefusal(line, `unreferenced alias or let clause ${name}`)
  }
  if (declaration.is !== 'field') return
  const { name, hidden, line } = declaration.label
  if (hidden && name.startsWith('_') && !used.has(name)) {
    throw new CueRefusal(
      line,
      `hidden field ${name} never meets the input; write "${name}" in quotes for a field of it`,
    )
  }
}

function resolveDeclaration(declaration: Declaration, context: Context): Declaration {
  switch (declaration.is) {
    case 'field': {
      const value = resolveExpression(declaration.value, context, 'constraint')
      const { name, hidden, line } = declaration.label
      if (hidden && declaration.optional) refuse(line, `optional ${name}`)
      if (hidden && name.includes('#') && !isPlain(value)) refuse(line, `definition ${name} of more than a plain value`)
      return { ...declaration, value }
    }
    case 'pattern': {
      const filter = resolveExpression(declaration.filter, context, 'constraint')
      if (!isFilter(filter)) refuse(filter.line, `pattern [${filter.text}] other than [string] and [=~"…"]`)
      return { ...declaration, filter, value: resolveExpression(declaration.value, context, 'constraint') }
    }
    case 'guard':
      return {
        ...declaration,
        conditions: declaration.conditions.map((each) => resolveExpression(each, context, 'operand')),
        body: resolveStruct(declaration.body, context),
      }
    case 'let':
    case 'embedding':
      return { ...declaration, value: resolveExpression(declaration.value, context, 'constraint') }
  }
}

/** A definition closes the structs that it holds or refers to; only what cannot be one is read. */
function isPlain(value: Expression): boolean {
  if (value.op === 'and' || value.op === 'or') return value.parts.every(isPlain)
  return ['scalar', 'type', 'bound', 'call'].includes(value.op)
}

function isFilter(filter: Expression): boolean {
  if (filter.op === 'type') return (filter.kinds & STRING) !== 0
  return filter.op === 'bound' && filter.pattern !== undefined
}

function resolveExpression(expression: Expression, context: Context, position: Position): Expression {
  const { line, text } = expression
  const inner = (each: Expression) => resolveExpression(each, context, position)
  const operand = (each: Expression) => resolveExpression(each, context, 'operand')
  const argument = (each: Expression): Expression =>
    each.op === 'list' && !each.open ? { ...each, items: each.items.map(operand) } : operand(each)
  switch (expression.op) {
    case 'scalar':
    case 'type':
      return expression
    case 'name':
      return resolveName(expression, context, position)
    case 'select':
      return constantOf(expression, context, position) ?? { ...expression, from: operand(value(expression.from)) }
    case 'item':
      return { ...expression, from: operand(value(expression.from)) }
    case 'call':
      return resolveCall(expression, context, position, argument)
    case 'bound':
      if (position === 'operand') refuse(line, `bound ${text} as an operand`)
      return withPattern({ ...expression, operand: operand(expression.operand) }, expression.operand)
    case 'binary':
      if (position === 'disjunct') refuse(line, `expression ${text} in a disjunction`)
      return withPattern(
        { ...expression, left: operand(expression.left), right: operand(expression.right) },
        expression.right,
      )
    case 'not':
    case 'minus':
      if (position === 'disjunct') refuse(line, `expression ${text} in a disjunction`)
      return { ...expression, operand: operand(expression.operand) }
    case 'and':
      if (position === 'operand') refuse(line, 'unification & as an operand')
      return { ...expression, parts: expression.parts.map(inner) }
    case 'or': {
      if (position === 'operand') refuse(line, 'disjunction | as an operand', IN)
      if (position === 'disjunct') refuse(line, 'disjunction | within a disjunction', IN)
      const parts = expression.parts.map((each) => resolveExpression(each, context, 'disjunct'))
      return { ...expression, parts }
    }
    case 'list':
    case 'struct':
      return resolveNested(expression, context, position)
  }
}

function resolveNested(
  expression: Expression & { readonly op: 'list' | 'struct' },
  context: Context,
  position: Position,
): Expression {
  const { op, line, text } = expression
  if (position === 'disjunct')
    refuse(line, 'disjunction | of structs or lists', 'predicate.x == "a" || predicate.y == "b"')
  if (position === 'operand') refuse(line, `${op} ${text} as an operand`)
  if (expression.op === 'struct') return resolveStruct(expression, context)
  const { items, rest } = expression
  const inner = (each: Expression) => resolveExpression(each, context, 'constraint')
  return { ...expression, items: items.map(inner), ...(rest === undefined ? {} : { rest: inner(rest) }) }
}

/** Selecting is read from fields only. */
function value(from: Expression): Expression {
  return ['name', 'select', 'item'].includes(from.op) ? from : refuse(from.line, `selector on ${from.text}`)
}

/** Patterns are compiled once, so they are literals. */
function withPattern<T extends Expression & { readonly op: 'bound' | 'binary' }>(
  expression: T,
  operand: Expression,
): T {
  if (expression.sign !== '=~' && expression.sign !== '!~') return expression
  const pattern = operand.op === 'scalar' ? operand.scalar.value : undefined
  if (typeof pattern !== 'string') refuse(operand.line, `pattern ${operand.text} that is no string literal`)
  const fault = patternFault(pattern)
  if (fault !== undefined) throw new CueRefusal(operand.line, `invalid regexp: ${fault}`)
  return { ...expression, pattern: RE2JS.compile(pattern) }
}
