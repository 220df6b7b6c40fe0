import { type Steps, spend as spendSteps } from '../over-budget.ts'
import type { Atom } from './atoms.ts'
import { LIST, type STRUCT } from './kinds.ts'
import { isIdentifier, type Scalar } from './scalar.ts'
import type { Expression, Guard, Struct } from './syntax.ts'

/** Where names are looked up: the struct as written, and the value that it is part of. */
export type Scope = {
  readonly struct: Struct
  readonly node: Node
  readonly lets: ReadonlyMap<string, Node>
  readonly outer: Scope | undefined
}

/** Something that is unified into a value: an expression of the policy in its scope, or a part of the input. */
export type Conjunct = { readonly expression: Expression; readonly scope: Scope } | { readonly json: unknown }

/** Work that waits for values: an expression to unify into a value, or a guard of it. */
export type Task = { readonly node: Node; readonly scope: Scope; readonly does: Expression | Guard }

/** A disjunction of plain values: what each alternative asks, and which are marked as default. */
export type Disjunction = { readonly alternatives: readonly (readonly Atom[])[]; readonly marked: readonly boolean[] }

/** A value while it is unified. Fields of the input become nodes only where the policy looks at them. */
export type Node = {
  readonly parent: Node | undefined
  readonly label: string
  readonly depth: number
  readonly fields: Map<string, Node>
  readonly hidden: Map<string, Node>
  readonly atoms: Atom[]
  readonly disjunctions: Disjunction[]
  /** Objects and lists of the input that are unified here. */
  readonly data: (readonly unknown[] | Readonly<Record<string, unknown>>)[]
  readonly conjuncts: Set<Conjunct>
  /** What refers to this value, and takes over whatever is unified into it. */
  readonly readers: Node[]
  readonly optional: { readonly label: string; readonly conjunct: Conjunct }[]
  /** Constraints of all fields that a filter matches, or of all items from an index on. */
  readonly patterns: { readonly matches: (label: string) => boolean; readonly conjunct: Conjunct }[]
  readonly faults: string[]
  /** Of a list: the least and the most items. */
  readonly items: { least: number; most: number }
  /** Set once something was decided by which fields or items there are. */
  counted: boolean
  /** The value that was chosen of its disjunctions, once something was decided by it. */
  chosen: Scalar | undefined
}

/** One unification, and the steps that it may make. */
export type World = { readonly nodes: Node[]; tasks: Task[]; readonly steps: Steps }

/** About two seconds and 100 MB at worst. */
export const MOST_STEPS = 1_000_000

/** Takes steps; throws OverBudget where there are none left. */
export function spend({ steps }: World, count: number): void {
  spendSteps(steps, count)
}

const PRICE = 4

/** An empty value below another one; not yet one of its fields. */
export function newNode(world: World, parent: Node | undefined, label: string): Node {
  spend(world, PRICE)
  const node: Node = {
    parent,
    label,
    depth: parent === undefined ? 0 : parent.depth + 1,
    fields: new Map(),
    hidden: new Map(),
    atoms: [],
    disjunctions: [],
    data: [],
    conjuncts: new Set(),
    readers: [],
    optional: [],
    patterns: [],
    faults: [],
    items: { least: 0, most: Number.POSITIVE_INFINITY },
    counted: false,
    chosen: undefined,
  }
  world.nodes.push(node)
  return node
}

/** Whether a value is a struct, or a list, by what is known yet. */
export function isOf(node: Node, kind: typeof LIST | typeof STRUCT): boolean {
  return node.atoms.some(({ kinds, rank, scalar }) => kinds === kind && rank !== 1 && scalar === undefined)
}

/** What the input has at a label of a value. */
export function inputsAt(node: Node, label: string): unknown[] {
  return node.data.flatMap((data) => (hasLabel(data, label) ? [Reflect.get(data, label)] : []))
}

/** Whether a value has a field, or a list an item. */
export function hasField(node: Node, label: string): boolean {
  return node.fields.has(label) || node.data.some((data) => hasLabel(data, label))
}

function hasLabel(data: object, label: string): boolean {
  return Object.hasOwn(data, label) && !(Array.isArray(data) && label === 'length')
}

/** How many fields a value has. */
export function countFields(world: World, node: Node): number {
  const count = fieldCount(node)
  spend(world, count / 16)
  return count
}

function fieldCount(node: Node): number {
  const [data] = node.data
  if (node.data.length > 1 || data === undefined) return node.fields.size
  let count = Object.keys(data).length
  for (const label of node.fields.keys()) if (!hasLabel(data, label)) count++
  return count
}

/** Where a value is, as CUE writes it: `config."linux/amd64".User`, empty at the top. */
export function pathOf(node: Node): string {
  const { parent, label } = node
  if (parent === undefined) return ''
  const bare = isIdentifier(label) || parent.hidden.get(label) === node || (isOf(parent, LIST) && /^\d+$/.test(label))
  const step = bare ? label : JSON.stringify(label)
  return parent.parent === undefined ? step : `${pathOf(parent)}.${step}`
}
