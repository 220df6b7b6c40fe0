import { RE2JS } from 're2js'
import { patternFault } from '../text-match.ts'
import { FUNCTIONS, TESTS } from './builtins.ts'
import { ANY, BOOL, BYTES, FLOAT, INT, NUMBER, STRING } from './kinds.ts'
import type { Parsed } from './parse.ts'
import { CueRefusal, refuse } from './refuse.ts'
import { LAYOUTS } from './rfc3339.ts'
import { scalarOf } from './scalar.ts'
import type { Declaration, Expression, Struct } from './syntax.ts'

/** Where an expression stands: a constraint may be anything, a disjunct is plain, an operand is a value. */
type Position = 'constraint' | 'disjunct' | 'operand'
type Scope = { readonly struct: Struct; readonly used: Set<string> }
type Context = { readonly imports: Parsed['imports']; readonly used: Set<string>; readonly scopes: readonly Scope[] }

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

const IN = 'predicate.x in ["a", "b"]'

function resolveExpression(expression: Expression, context: Context, position: Position): Expression {
  const { line, text } = expression
  const inner = (each: Expression) => resolveExpression(each, context, position)
  const operand = (each: Expression) => resolveExpression(each, context, 'operand')
  switch (expression.op) {
    case 'scalar':
    case 'type':
      return expression
    case 'name':
      return resolveName(expression, context, position)
    case 'select':
      return constantOf(expression, context, position) ?? { ...expression, from: value(operand(expression.from)) }
    case 'item':
      return { ...expression, from: value(operand(expression.from)) }
    case 'call':
      return resolveCall(expression, context, position)
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
      if (position === 'disjunct')
        refuse(line, `disjunction | of structs or lists`, 'predicate.x == "a" || predicate.y == "b"')
      if (position === 'operand') refuse(line, `${expression.op} ${text} as an operand`)
      if (expression.op === 'struct') return resolveStruct(expression, context)
      return {
        ...expression,
        items: expression.items.map(inner),
        ...(expression.rest === undefined ? {} : { rest: inner(expression.rest) }),
      }
  }
}

/** Selecting is read from fields only. */
function value(from: Expression): Expression {
  return ['name', 'select', 'item'].includes(from.op) ? from : refuse(from.line, `selector on ${from.text}`)
}

const TYPES: ReadonlyMap<string, number> = new Map([
  ['_', ANY],
  ['string', STRING],
  ['int', INT],
  ['float', FLOAT],
  ['number', NUMBER],
  ['bool', BOOL],
  ['bytes', BYTES],
])
const OTHERS = /^(u?int(8|16|32|64|128)?|float(32|64)|rune|len|close|and|or|div|mod|quo|rem|error)$/

function resolveName(
  expression: Expression & { readonly op: 'name' },
  context: Context,
  position: Position,
): Expression {
  const { name, line, text } = expression
  const scope = context.scopes.findLast(({ struct }) => struct.names.has(name))
  if (scope !== undefined) {
    scope.used.add(name)
    if (position === 'disjunct') refuse(line, `reference ${name} in a disjunction`)
    return expression
  }
  const kinds = TYPES.get(name)
  if (kinds !== undefined) {
    return position === 'operand' ? refuse(line, `type ${name} as an operand`) : { op: 'type', kinds, line, text }
  }
  if (OTHERS.test(name)) refuse(line, `predeclared ${name}`)
  throw new CueRefusal(line, context.imports.has(name) ? `package ${name} as a value` : `reference "${name}" not found`)
}

/** The full name of what a policy takes out of a package; undefined where the first part is a field. */
function packageMember(name: string, context: Context): string | undefined {
  const [alias = '', member] = name.split('.')
  if (member === undefined || context.scopes.some(({ struct }) => struct.names.has(alias))) return undefined
  const found = context.imports.get(alias)
  if (found === undefined) return undefined
  context.used.add(alias)
  return `${found.path}.${member}`
}

function constantOf(
  expression: Expression & { readonly op: 'select' },
  context: Context,
  position: Position,
): Expression | undefined {
  const { from, label, line, text } = expression
  const name = from.op === 'name' ? packageMember(`${from.name}.${label}`, context) : undefined
  if (name === undefined) {
    if (position === 'disjunct') refuse(line, `reference ${text} in a disjunction`)
    return undefined
  }
  const layout = LAYOUTS.get(name)
  if (layout !== undefined) return { op: 'scalar', scalar: scalarOf(layout), line, text }
  if (TESTS.get(name)?.parameters.length === 0 && position !== 'operand') {
    return { op: 'call', name, operands: [], line, text: name }
  }
  return refuse(line, name)
}

function resolveCall(
  expression: Expression & { readonly op: 'call' },
  context: Context,
  position: Position,
): Expression {
  const { line } = expression
  const local = context.scopes.some(({ struct }) => struct.names.has(expression.name))
  const name = expression.name === 'len' && !local ? 'len' : packageMember(expression.name, context)
  if (name === undefined) {
    const hint = expression.name === 'or' ? IN : undefined
    return OTHERS.test(expression.name)
      ? refuse(line, `call of ${expression.name}`, hint)
      : unknownCall(expression.name, line)
  }
  const operands = expression.operands.map((each) => resolveExpression(each, context, 'operand'))
  const parameters = TESTS.get(name)?.parameters.length
  const count = FUNCTIONS.get(name) ?? (parameters === undefined ? undefined : parameters + 1)
  if (count === undefined) {
    refuse(line, `${name}(…)`, name === 'time.Now' ? 'timestamp(predicate.x) > now - duration("720h")' : undefined)
  }
  const constraint = operands.length === parameters
  if (constraint ? position === 'operand' : operands.length !== count) {
    throw new CueRefusal(line, `wrong number of arguments in call to ${name}`)
  }
  if (!constraint && position === 'disjunct') refuse(line, `call of ${name} in a disjunction`)
  if (name === 'time.Parse' && ![...LAYOUTS.values()].includes(layoutOf(operands[0]))) {
    refuse(line, 'time.Parse of another layout than RFC 3339')
  }
  return { ...expression, name, operands, text: expression.text.replace(expression.name, name) }
}

function unknownCall(name: string, line: number): never {
  throw new CueRefusal(line, `reference "${name.split('.')[0]}" not found`)
}

function layoutOf(operand: Expression | undefined): string {
  return operand?.op === 'scalar' ? String(operand.scalar.value) : ''
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
