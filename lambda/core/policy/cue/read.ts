import { holds, matchCost } from './atoms.ts'
import { argumentFault, type Subject, TESTS } from './builtins.ts'
import { ANY, BOOL, BYTES, INT, kindName, LIST, NUMBER, STRING, STRUCT } from './kinds.ts'
import { hasField, isOf, type Node, type Scope, spend, type World } from './node.ts'
import { parseTime } from './rfc3339.ts'
import { compareScalars, type Scalar, scalarOf, showScalar } from './scalar.ts'
import { showNode } from './show.ts'
import { chosenAt, subjectOf } from './subject.ts'
import type { Expression } from './syntax.ts'
import { fieldOf } from './unify.ts'

/** What an expression comes to: a plain value, a struct or list, or a fault; undefined while it is not concrete. */
export type Value = { readonly scalar: Scalar } | { readonly node: Node } | { readonly fault: string } | undefined

/**
 * When an expression is read. Early, only what no further unification can change counts; late, when nothing else
 * moves, also how many fields there are and what the defaults are.
 */
export type Reading = { readonly world: World; readonly scope: Scope; readonly late: boolean }

const scalar = (value: boolean | number | string): Value => ({ scalar: scalarOf(value) })
const fault = (text: string): Value => ({ fault: text })

type Place = { readonly node: Node } | { readonly fault: string } | undefined

/** The value that a reference points to; undefined where there is none (yet). */
export function locate(expression: Expression, reading: Reading): Place {
  if (expression.op === 'name') return named(expression.name, reading)
  if (expression.op !== 'select' && expression.op !== 'item') return undefined
  const from = locate(expression.from, reading)
  if (from === undefined || 'fault' in from) return from
  const { node } = from
  const { world } = reading
  spend(world, 1)
  const kinds = kindsAt(node, reading)
  if ((kinds & (LIST | STRUCT)) === 0) {
    return { fault: `invalid operand ${expression.from.text} (found ${kindName(kinds)}, want list or struct)` }
  }
  if (expression.op === 'item') return itemOf(node, expression.index, world)
  if (isOf(node, LIST)) return { fault: `undefined field: ${expression.label}` }
  return hasField(node, expression.label) ? { node: fieldOf(world, node, expression.label) } : undefined
}

function itemOf(node: Node, index: number, world: World): Place {
  const { least, most } = node.items
  if (index < least) return { node: fieldOf(world, node, String(index)) }
  const closed = isOf(node, STRUCT) || most === least
  return closed ? { fault: `index out of range [${index}] with length ${least}` } : undefined
}

function named(name: string, { world, scope }: Reading): Place {
  let at = scope
  while (!at.struct.names.has(name) && at.outer !== undefined) at = at.outer
  const held = at.lets.get(name) ?? at.node.hidden.get(name)
  if (held !== undefined) return { node: held }
  return hasField(at.node, name) ? { node: fieldOf(world, at.node, name) } : undefined
}

/** What types a value may still have, by what is known. */
function kindsAt(node: Node, { world, late }: Reading): number {
  const own = node.atoms.reduce((kinds, atom) => kinds & atom.kinds, ANY)
  const chosen = late && node.disjunctions.length > 0 ? chosenAt(world, node) : undefined
  return chosen === undefined ? own : own & chosen.kinds
}

/** What an operand comes to. */
export function read(expression: Expression, reading: Reading): Value {
  const { world } = reading
  spend(world, 1)
  switch (expression.op) {
    case 'scalar':
      return { scalar: expression.scalar }
    case 'name':
    case 'select':
    case 'item': {
      const found = locate(expression, reading)
      return found === undefined || 'fault' in found ? found : valueAt(found.node, reading)
    }
    case 'not':
    case 'minus':
      return readUnary(expression, reading)
    case 'binary':
      return readBinary(expression, reading)
    case 'call':
      return readCall(expression, reading)
    default:
      return undefined
  }
}

function valueAt(node: Node, { world, late }: Reading): Value {
  const atom = node.atoms.find((each) => each.scalar !== undefined)
  if (atom?.scalar !== undefined) return { scalar: atom.scalar }
  if (isOf(node, LIST) || isOf(node, STRUCT)) return { node }
  if (!late || node.disjunctions.length === 0) return undefined
  const chosen = chosenAt(world, node)
  return chosen === undefined ? undefined : { scalar: chosen }
}

/** Reads an operand that must be of some type: one that cannot become it is a fault before it is concrete. */
export function demand(operand: Expression, reading: Reading, wanted: number): Value {
  const value = read(operand, reading)
  const place = value === undefined ? locate(operand, reading) : undefined
  if (place === undefined || 'fault' in place) return value
  const kinds = kindsAt(place.node, reading)
  return (kinds & wanted) === 0
    ? fault(`cannot use ${operand.text} (type ${kindName(kinds)}) as ${kindName(wanted)}`)
    : undefined
}

function readUnary(expression: Expression & { readonly op: 'not' | 'minus' }, reading: Reading): Value {
  const value = demand(expression.operand, reading, expression.op === 'not' ? BOOL : NUMBER)
  if (value === undefined || 'fault' in value) return value
  const plain = 'scalar' in value ? value.scalar.value : undefined
  if (expression.op === 'not' && typeof plain === 'boolean') return scalar(!plain)
  if (expression.op === 'minus' && typeof plain === 'number') return scalar(0 - plain)
  const sign = expression.op === 'not' ? '!' : '-'
  return fault(`invalid operation ${sign}${expression.operand.text} (${sign} ${kindName(kindsOf(value))})`)
}

function readBinary(expression: Expression & { readonly op: 'binary' }, reading: Reading): Value {
  const { sign, pattern } = expression
  const left = read(expression.left, reading)
  if (left === undefined || 'fault' in left) return left
  const right = read(expression.right, reading)
  if (right === undefined || 'fault' in right) return right
  if (sign === '&&' || sign === '||') return logic(sign, left, right)
  const one = 'scalar' in left ? left.scalar : undefined
  const other = 'scalar' in right ? right.scalar : undefined
  if (pattern !== undefined) {
    if (typeof one?.value !== 'string')
      return fault(`cannot use ${show(left)} (type ${kindName(kindsOf(left))}) as type string in ${sign}`)
    spend(reading.world, matchCost(one.value.length, pattern))
    return scalar(pattern.test(one.value) === (sign === '=~'))
  }
  const result = one === undefined || other === undefined ? undefined : compute(sign, one, other)
  if (result !== undefined) return scalar(result)
  const equality = sign === '==' || sign === '!='
  if (equality && kindsOf(left) !== kindsOf(right)) return scalar(sign === '!=')
  const types = `(type ${kindName(kindsOf(left))} and ${kindName(kindsOf(right))})`
  return fault(`invalid operands ${show(left)} and ${show(right)} to '${sign}' ${types}`)
}

function compute(sign: string, one: Scalar, other: Scalar): boolean | number | string | undefined {
  if (sign === '==' || sign === '!=') {
    const numbers = (one.kinds & other.kinds & NUMBER) !== 0 || ((one.kinds | other.kinds) & ~NUMBER) === 0
    const equal = one.value === other.value && (numbers || one.kinds === other.kinds)
    return equal === (sign === '==')
  }
  if (sign === '<' || sign === '<=' || sign === '>' || sign === '>=') return holds(sign, compareScalars(one, other))
  if (sign === '+' && typeof one.value === 'string' && typeof other.value === 'string') return one.value + other.value
  // CUE reckons with decimals of any length: only ints that JavaScript keeps exactly come to the same
  if (one.kinds !== INT || other.kinds !== INT) return undefined
  const [left, right] = [Number(one.value), Number(other.value)]
  const result = sign === '+' ? left + right : sign === '-' ? left - right : left * right
  return Number.isSafeInteger(result) ? result : undefined
}

function logic(sign: '&&' | '||', left: Exclude<Value, undefined>, right: Exclude<Value, undefined>): Value {
  for (const value of [left, right]) {
    if (kindsOf(value) !== BOOL)
      return fault(`cannot use ${show(value)} (type ${kindName(kindsOf(value))}) as type bool in ${sign}`)
  }
  const [one, other] = [left, right].map((value) => 'scalar' in value && value.scalar.value === true)
  return scalar(sign === '&&' ? one === true && other === true : one === true || other === true)
}

function kindsOf(value: Exclude<Value, undefined>): number {
  if ('scalar' in value) return value.scalar.kinds
  return 'node' in value && isOf(value.node, LIST) ? LIST : STRUCT
}

function show(value: Exclude<Value, undefined>): string {
  if ('scalar' in value) return showScalar(value.scalar)
  return 'node' in value ? showNode(value.node) : value.fault
}

function readCall(expression: Expression & { readonly op: 'call' }, reading: Reading): Value {
  const { name, operands } = expression
  const wanted = parametersOf(name)
  const values: Exclude<Value, undefined>[] = []
  for (const [at, operand] of operands.entries()) {
    const value = demand(operand, reading, wanted[at] ?? ANY)
    if (value === undefined || 'fault' in value) return value
    const text = argumentFault(show(value), kindsOf(value), wanted[at] ?? ANY, at + 1, name)
    if (text !== undefined) return fault(text)
    values.push(value)
  }
  const [first, second] = values
  if (first === undefined) return undefined
  if (name === 'time.Parse') return parsed(plainText(first), plainText(second))
  if ('node' in first) {
    if (!reading.late) return undefined
    first.node.counted = true
  }
  const subject = asSubject(first, reading)
  if (name === 'len') return scalar(lengthOf(first, subject))
  const test = TESTS.get(name)
  const operand = second !== undefined && 'scalar' in second ? second.scalar : scalarOf(null)
  return test === undefined ? undefined : scalar(test.holds(subject, operand))
}

function parametersOf(name: string): readonly number[] {
  if (name === 'len') return [STRING | BYTES | LIST | STRUCT]
  if (name === 'time.Parse') return [STRING, STRING]
  const test = TESTS.get(name)
  return test === undefined ? [] : [test.on, ...test.parameters]
}

function asSubject(value: Exclude<Value, undefined>, { world }: Reading): Subject {
  if ('node' in value) return subjectOf(world, value.node)
  const nothing = { kind: 0, fields: 0, items: 0, open: false, has: () => false }
  return 'scalar' in value ? { ...nothing, scalar: value.scalar } : nothing
}

function lengthOf(value: Exclude<Value, undefined>, { fields, items }: Subject): number {
  if ('scalar' in value) return Buffer.byteLength(String(value.scalar.value))
  return 'node' in value && isOf(value.node, LIST) ? items : fields
}

function plainText(value: Value): string {
  return value !== undefined && 'scalar' in value ? String(value.scalar.value) : ''
}

function parsed(layout: string, text: string): Value {
  const time = parseTime(layout, text)
  return time === undefined
    ? fault(
        `error in call to time.Parse: parsing time ${JSON.stringify(text)} as ${JSON.stringify(layout)}: cannot parse`,
      )
    : scalar(time)
}
