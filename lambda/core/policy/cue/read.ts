import type { Atom } from './atoms.ts'
import { argumentFault } from './builtins.ts'
import { applyCall, parametersOf } from './call.ts'
import { ANY, BOOL, kindName, LIST, NUMBER, STRUCT } from './kinds.ts'
import { hasField, isOf, type Node, type Scope, spend, type World } from './node.ts'
import { applyBinary, applyUnary } from './operators.ts'
import type { Scalar } from './scalar.ts'
import { chosenAt } from './subject.ts'
import type { Expression } from './syntax.ts'
import { fieldOf } from './unify.ts'
import { type Concrete, kindsOf, show, type Value } from './value.ts'

/**
 * When an expression is read. Early, only what no further unification can change counts; late, when nothing else
 * moves, also how many fields there are and what the defaults are.
 */
export type Reading = { readonly world: World; readonly scope: Scope; readonly late: boolean }

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
  // CUE does not take a value for a list because of a test such as list.MinItems alone
  if ((kinds & (LIST | STRUCT)) === 0 || (kinds === LIST && !isOf(node, LIST))) {
    return { fault: `invalid operand ${expression.from.text} (found ${kindName(kinds)}, want list or struct)` }
  }
  if (expression.op === 'item') return itemOf(node, expression.index, kinds, world)
  if (isOf(node, LIST)) return { fault: `undefined field: ${expression.label}` }
  return hasField(node, expression.label) ? { node: fieldOf(world, node, expression.label) } : undefined
}

function itemOf(node: Node, index: number, kinds: number, world: World): Place {
  const { least, most } = node.items
  if (index < least) return { node: fieldOf(world, node, String(index)) }
  const closed = (kinds & LIST) === 0 || isOf(node, STRUCT) || most === least
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
  const asked = (atoms: readonly Atom[]) => atoms.reduce((kinds, atom) => kinds & atom.kinds, ANY)
  let kinds = asked(node.atoms)
  for (const { alternatives } of node.disjunctions) {
    kinds &= alternatives.reduce((union, alternative) => union | asked(alternative), 0)
  }
  const chosen = late && node.disjunctions.length > 0 ? chosenAt(world, node) : undefined
  return chosen === undefined ? kinds : kinds & chosen.kinds
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
    // No operands: refused when names are resolved
    case 'type':
    case 'bound':
    case 'and':
    case 'or':
    case 'struct':
      return undefined
    case 'list':
      return readItems(expression.items, reading)
  }
}

function valueAt(node: Node, { world, late }: Reading): Value {
  const atom = node.atoms.find((each) => each.scalar !== undefined)
  if (atom?.scalar !== undefined) return { scalar: atom.scalar }
  if (isOf(node, LIST) || isOf(node, STRUCT)) return { node }
  if (!late || node.disjunctions.length === 0) return undefined
  const chosen = chosenAt(world, node)
  if (chosen === undefined) return undefined
  node.chosen ??= chosen
  return { scalar: chosen }
}

function readItems(items: readonly Expression[], reading: Reading): Value {
  const scalars: Scalar[] = []
  for (const item of items) {
    const value = read(item, reading)
    if (value === undefined || 'fault' in value) return value
    if (!('scalar' in value)) return { fault: `${item.text} is no plain value` }
    scalars.push(value.scalar)
  }
  return { items: scalars }
}

/** Reads an operand that must be of some type: one that cannot become it is a fault before it is concrete. */
export function demand(operand: Expression, reading: Reading, wanted: number): Value {
  const value = read(operand, reading)
  const place = value === undefined ? locate(operand, reading) : undefined
  if (place === undefined || 'fault' in place) return value
  const kinds = kindsAt(place.node, reading)
  return (kinds & wanted) === 0
    ? { fault: `cannot use ${operand.text} (type ${kindName(kinds)}) as ${kindName(wanted)}` }
    : undefined
}

function readUnary(expression: Expression & { readonly op: 'not' | 'minus' }, reading: Reading): Value {
  const value = demand(expression.operand, reading, expression.op === 'not' ? BOOL : NUMBER)
  return value === undefined || 'fault' in value ? value : applyUnary(expression, value)
}

function readBinary(expression: Expression & { readonly op: 'binary' }, reading: Reading): Value {
  const left = read(expression.left, reading)
  if (left !== undefined && 'fault' in left) return left
  const right = read(expression.right, reading)
  if (right === undefined || 'fault' in right) return right
  return left === undefined ? undefined : applyBinary(expression, left, right, reading.world)
}

function readCall({ name, operands }: Expression & { readonly op: 'call' }, reading: Reading): Value {
  const wanted = parametersOf(name)
  const values: Concrete[] = []
  for (const [at, operand] of operands.entries()) {
    const kinds = wanted[at] ?? ANY
    const value = demand(operand, reading, kinds)
    if (value === undefined || 'fault' in value) return value
    const fault = argumentFault(show(value), kindsOf(value), kinds, at + 1, name)
    if (fault !== undefined) return { fault }
    values.push(value)
  }
  return applyCall(name, values, reading.world, reading.late)
}
