import { type ASTNode, Environment } from '@marcbachmann/cel-js'
import { balanced, parenthesesIn, type Range } from './balanced.ts'

/** Functions that stand in for what the language has, and that no policy may call by these names. */
export const SPEND = 'assaySpend'
export const MATCHES = 'assayMatches'
export const HAS = 'assayHas'
export const OURS: readonly string[] = [SPEND, MATCHES, HAS]

const LIMITS = { maxAstNodes: 2_000, maxDepth: 64, maxListElements: 500, maxMapEntries: 500, maxCallArguments: 16 }
const MACROS = new Set(['all', 'exists', 'exists_one', 'filter', 'map'])
const plain = new Environment({ limits: LIMITS })

/** A node of what has been parsed and not yet checked: operands lie in `args`, or in lists there. */
type Node = { readonly op: string; readonly args: unknown; readonly start: number; readonly end: number }

/** Every node of an expression within our limits; throws the library's ParseError. */
export function parseNodes(text: string): Node[] {
  return nodesIn(plain.parse(text).ast)
}

type Edit = { readonly from: number; readonly to: number; readonly words: string }

/**
 * The same expression in text, as the library has expanded its macros when it hands out a tree; no line moves. It spends as many
 * steps as a macro's bodies have nodes, for each element of its list, before that is walked. And `has()` takes what CEL has it
 * take: a field of anything, where the library's takes names alone.
 * https://github.com/google/cel-spec/blob/master/doc/langdef.md#field-selection
 */
export function rewritten(text: string, nodes: readonly Node[]): string {
  const parentheses = parenthesesIn(text)
  const rangeOf = (node: Node) => balanced(text, parentheses, node)
  const edits = nodes.flatMap((node) => [...spendingIn(node, rangeOf), ...hasIn(node, rangeOf)])
  const ordered = edits.toSorted((a, b) => b.from - a.from || b.to - a.to)
  return ordered.reduce((whole, { from, to, words }) => whole.slice(0, from) + words + whole.slice(to), text)
}

type RangeOf = (node: Node) => Range

function spendingIn({ op, args }: Node, rangeOf: RangeOf): Edit[] {
  if (op !== 'rcall') return []
  const [name, list, bodies] = args as [name: string, list: Node, bodies: unknown]
  if (!MACROS.has(name)) return []
  const { start, end } = rangeOf(list)
  return [
    { from: start, to: start, words: `${SPEND}(` },
    { from: end, to: end, words: `, ${nodesIn(bodies).length})` },
  ]
}

function hasIn({ op, args, start, end }: Node, rangeOf: RangeOf): Edit[] {
  const [name, [field]] = op === 'call' ? (args as [string, Node[]]) : ['', []]
  if (name !== 'has' || field?.op !== '.') return []
  const [of, key] = field.args as [Node, string]
  const range = rangeOf(of)
  return [
    { from: start, to: range.start, words: `${HAS}(` },
    { from: range.end, to: end, words: `, ${JSON.stringify(key)})` },
  ]
}

/**
 * Has `matches` run RE2, as CEL has it, in place of the library's patterns, which backtrack. Changes the tree.
 * https://github.com/google/cel-spec/blob/master/doc/langdef.md#regular-expressions
 */
export function matchByRe2(ast: ASTNode): void {
  for (const { op, args } of nodesIn(ast)) {
    if (op === 'rcall' && Array.isArray(args) && args[0] === 'matches') args[0] = MATCHES
  }
}

/** Operators whose work grows with what they are given; so does that of functions. */
const GROWING = new Set(['==', '!=', 'in', '+', '<', '<=', '>', '>='])

/** Those that look at no more than one field, or count by themselves; and the one that looks only at texts. */
const CHEAP = new Set([SPEND, HAS])
const SIZE = 'size'

type Operand = { readonly operand: Node; readonly textAlone: boolean }

type Evaluate = (evaluator: unknown, node: unknown, context: unknown) => unknown
type Evaluated = Node & { evaluate: Evaluate }

/** Has every value that an operator or a function is given pass through `weigh`. Changes the tree. */
export function weighOperands(ast: ASTNode, weigh: (value: unknown) => void): void {
  for (const { operand, textAlone } of nodesIn(ast).flatMap(operandsOf)) {
    const node = operand as Evaluated
    // The library's own puts another one in its place when it is first called
    const own = node.evaluate
    const weighed: Evaluate = (...context) => {
      node.evaluate = own
      try {
        const value = node.evaluate(...context)
        if (!textAlone || typeof value === 'string') weigh(value)
        return value
      } finally {
        node.evaluate = weighed
      }
    }
    node.evaluate = weighed
  }
}

function operandsOf({ op, args }: Node): Operand[] {
  if (GROWING.has(op)) return asOperands(args as unknown[], '')
  if (op === 'call') {
    const [name, given] = args as [string, unknown[]]
    return asOperands(given, name)
  }
  if (op !== 'rcall') return []
  const [name, receiver, given] = args as [string, unknown, unknown[]]
  return MACROS.has(name) ? [] : asOperands([receiver, ...given], name)
}

function asOperands(values: readonly unknown[], name: string): Operand[] {
  if (CHEAP.has(name)) return []
  return values.filter(isNode).map((operand) => ({ operand, textAlone: name === SIZE }))
}

/** Every node in a tree, or in a list of them. */
export function nodesIn(root: unknown): Node[] {
  const found: Node[] = []
  const open = [root]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (Array.isArray(next)) open.push(...(next as unknown[]))
    else if (isNode(next)) {
      found.push(next)
      open.push(next.args)
    }
  }
  return found
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value
}
