import { FUNCTIONS, TESTS } from './builtins.ts'
import { ANY, BOOL, BYTES, FLOAT, INT, NUMBER, STRING } from './kinds.ts'
import type { Parsed } from './parse.ts'
import { CueRefusal, refuse } from './refuse.ts'
import { LAYOUTS } from './rfc3339.ts'
import { scalarOf } from './scalar.ts'
import type { Expression, Struct } from './syntax.ts'

/** Where an expression stands: a constraint may be anything, a disjunct is plain, an operand is a value. */
export type Position = 'constraint' | 'disjunct' | 'operand'

/** A struct around an expression, and which of its names were used. */
export type Scope = { readonly struct: Struct; readonly used: Set<string> }

/** What is in scope: imports and those that were used, structs from the outermost in. */
export type Context = {
  readonly imports: Parsed['imports']
  readonly used: Set<string>
  readonly scopes: readonly Scope[]
}

/** How CEL says that a value is one of some. */
export const IN = 'predicate.x in ["a", "b"]'

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

/** What a name stands for: a field, a let, or a type. */
export function resolveName(
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

/** What a policy takes out of a package without a call; undefined where the first part is a field. */
export function constantOf(
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

/** A call of a builtin; `resolveOperand` is for its arguments. */
export function resolveCall(
  expression: Expression & { readonly op: 'call' },
  context: Context,
  position: Position,
  resolveOperand: (operand: Expression) => Expression,
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
  const operands = expression.operands.map(resolveOperand)
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
  checkOperands(name, operands, line)
  return { ...expression, name, operands, text: expression.text.replace(expression.name, name) }
}

function checkOperands(name: string, [first]: readonly Expression[], line: number): void {
  if (name === 'strings.Join' && first?.op !== 'list') refuse(line, 'strings.Join of a list that is not written there')
  const layout = first?.op === 'scalar' ? String(first.scalar.value) : ''
  if (name === 'time.Parse' && ![...LAYOUTS.values()].includes(layout)) {
    refuse(line, 'time.Parse of another layout than RFC 3339')
  }
}

function unknownCall(name: string, line: number): never {
  throw new CueRefusal(line, `reference "${name.split('.')[0]}" not found`)
}
