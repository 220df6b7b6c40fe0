import { isObject } from '../../is-object.ts'
import { matchCost } from './atoms.ts'
import { ANY, LIST, STRUCT } from './kinds.ts'
import { type Conjunct, hasField, inputsAt, type Node, newNode, type Scope, spend, type World } from './node.ts'
import { plainJson, showScalar } from './scalar.ts'
import { cut, showJson } from './show.ts'
import type { Declaration, Expression, Struct } from './syntax.ts'

const DEEPEST = 128

/** Unifies something into a value, and into whatever refers to it. What must wait for other values becomes a task. */
export function unify(world: World, node: Node, conjunct: Conjunct): void {
  spend(world, 1)
  if (node.conjuncts.has(conjunct)) return
  node.conjuncts.add(conjunct)
  if (node.depth > DEEPEST) {
    node.faults.push('structural cycle')
    return
  }
  if ('json' in conjunct) unifyJson(world, node, conjunct.json)
  else unifyExpression(world, node, conjunct.expression, conjunct.scope)
  for (const reader of node.readers) unify(world, reader, conjunct)
}

/** Makes a value take over whatever is unified into another one, now and later. */
export function follow(world: World, node: Node, target: Node): void {
  for (let at: Node | undefined = node; at !== undefined; at = at.parent) {
    if (at !== target) continue
    if (at !== node) node.faults.push('structural cycle')
    return
  }
  target.readers.push(node)
  for (const conjunct of target.conjuncts) unify(world, node, conjunct)
}

function unifyJson(world: World, node: Node, json: unknown): void {
  if (!Array.isArray(json) && !isObject(json)) {
    const scalar = plainJson(json)
    if (scalar === undefined) node.faults.push('input that is no JSON')
    else node.atoms.push({ rank: 0, kinds: scalar.kinds, scalar, show: () => showScalar(scalar) })
    return
  }
  const list = Array.isArray(json)
  let shown: string | undefined
  const show = () => (shown ??= showJson(json))
  node.atoms.push({ rank: list ? 0 : 2, kinds: list ? LIST : STRUCT, show })
  if (list) limitItems(node, json.length, json.length)
  node.data.push(json)
  for (const [label, field] of node.fields) {
    if (Object.hasOwn(json, label)) unify(world, field, { json: Reflect.get(json, label) })
  }
  for (const { label } of node.optional) openField(world, node, label)
  // Two inputs at one place, or a constraint of all fields: none may be left unseen
  if (node.data.length > 1 || node.patterns.length > 0) openAll(world, node)
}

function openField(world: World, node: Node, label: string): void {
  if (hasField(node, label)) fieldOf(world, node, label)
}

function openAll(world: World, node: Node): void {
  for (const data of node.data) {
    const count = Array.isArray(data) ? data.length : Object.keys(data).length
    spend(world, count)
    const labels = Array.isArray(data) ? Array.from(data.keys(), String) : Object.keys(data)
    for (const label of labels) fieldOf(world, node, label)
  }
}

function limitItems(node: Node, least: number, most: number): void {
  const { items } = node
  if (node.counted && (least > items.least || most < items.least)) node.faults.push('cyclic reference to a list')
  items.least = Math.max(items.least, least)
  items.most = Math.min(items.most, most)
  if (items.least > items.most) {
    node.faults.push(`incompatible list lengths (${items.most} and ${items.least})`)
  }
}

/** A field of a value, or an item of a list, made where there is none yet. */
export function fieldOf(world: World, node: Node, label: string): Node {
  const existing = node.fields.get(label)
  if (existing !== undefined) return existing
  const inputs = inputsAt(node, label)
  const field = newNode(world, node, label)
  if (node.counted && inputs.length === 0) field.faults.push(`cyclic reference to field ${label}`)
  node.fields.set(label, field)
  for (const each of node.optional) if (each.label === label) unify(world, field, each.conjunct)
  for (const json of inputs) unify(world, field, { json })
  for (const { matches, conjunct } of node.patterns) if (matches(label)) unify(world, field, conjunct)
  return field
}

function hiddenField(world: World, node: Node, label: string): Node {
  const field = node.hidden.get(label) ?? newNode(world, node, label)
  node.hidden.set(label, field)
  return field
}

/** Unifies an expression into a value; the parts of `&` one by one. */
export function unifyExpression(world: World, node: Node, expression: Expression, scope: Scope): void {
  switch (expression.op) {
    case 'scalar': {
      const { scalar } = expression
      node.atoms.push({ rank: 0, kinds: scalar.kinds, scalar, show: () => showScalar(scalar) })
      return
    }
    case 'type':
      if (expression.kinds !== ANY) node.atoms.push({ rank: 0, kinds: expression.kinds, show: () => expression.text })
      return
    case 'and':
      for (const part of expression.parts) unifyExpression(world, node, part, scope)
      return
    case 'struct':
      unifyStruct(world, node, expression, scope)
      return
    case 'list':
      unifyList(world, node, expression, scope)
      return
    case 'bound':
    case 'name':
    case 'select':
    case 'item':
    case 'call':
    case 'or':
    case 'not':
    case 'minus':
    case 'binary':
      world.tasks.push({ node, scope, does: expression })
  }
}

function unifyList(world: World, node: Node, list: Expression & { readonly op: 'list' }, scope: Scope): void {
  const { items, rest, open } = list
  node.atoms.push({ rank: 0, kinds: LIST, show: () => cut(list.text) })
  limitItems(node, items.length, open ? Number.POSITIVE_INFINITY : items.length)
  items.forEach((expression, index) => {
    unify(world, fieldOf(world, node, String(index)), { expression, scope })
  })
  if (rest === undefined) return
  const matches = (label: string) => Number(label) >= items.length
  addPattern(world, node, matches, { expression: rest, scope })
}

function addPattern(world: World, node: Node, matches: (label: string) => boolean, conjunct: Conjunct): void {
  const present = [...node.fields]
  node.patterns.push({ matches, conjunct })
  for (const [label, field] of present) if (matches(label)) unify(world, field, conjunct)
  openAll(world, node)
}

/** Unifies the declarations of a struct into a value; they are the scope of what is in them. */
export function unifyStruct(world: World, node: Node, struct: Struct, outer: Scope | undefined): void {
  const lets = new Map<string, Node>()
  const scope: Scope = { struct, node, lets, outer }
  const embeds = struct.declarations.some(({ is }) => is === 'embedding')
  const fields = struct.declarations.some((each) => each.is === 'field' && !each.label.hidden)
  if (fields || !embeds) node.atoms.push({ rank: 2, kinds: STRUCT, show: () => cut(struct.text) })
  for (const each of struct.declarations) {
    if (each.is !== 'let') continue
    const held = newNode(world, node, each.name)
    lets.set(each.name, held)
    unify(world, held, { expression: each.value, scope })
  }
  for (const each of struct.declarations) declare(world, node, each, scope)
}

function declare(world: World, node: Node, declaration: Declaration, scope: Scope): void {
  switch (declaration.is) {
    case 'let':
      return
    case 'field':
      declareField(world, node, declaration, scope)
      return
    case 'pattern':
      addPattern(world, node, filterOf(world, declaration.filter), { expression: declaration.value, scope })
      return
    case 'embedding':
      unifyExpression(world, node, declaration.value, scope)
      return
    case 'guard':
      world.tasks.push({ node, scope, does: declaration })
      return
  }
}

function filterOf(world: World, filter: Expression): (label: string) => boolean {
  if (filter.op !== 'bound' || filter.pattern === undefined) return () => true
  const { pattern, sign } = filter
  return (label) => {
    spend(world, matchCost(label.length, pattern))
    return pattern.test(label) === (sign === '=~')
  }
}

function declareField(world: World, node: Node, field: Declaration & { readonly is: 'field' }, scope: Scope): void {
  const { label, optional, value: expression } = field
  const conjunct: Conjunct = { expression, scope }
  if (label.hidden) {
    if (!optional) unify(world, hiddenField(world, node, label.name), conjunct)
    return
  }
  if (!optional || hasField(node, label.name)) {
    unify(world, fieldOf(world, node, label.name), conjunct)
    return
  }
  node.optional.push({ label: label.name, conjunct })
}
