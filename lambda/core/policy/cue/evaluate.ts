import { stepsOf } from '../over-budget.ts'
import { type Atom, boundAtom } from './atoms.ts'
import { argumentFault, TESTS } from './builtins.ts'
import { ANY, BOOL, LIST, STRUCT } from './kinds.ts'
import { MOST_STEPS, type Node, newNode, pathOf, spend, type Task, type World } from './node.ts'
import { demand, locate, type Reading, read } from './read.ts'
import { scalarOf, showScalar } from './scalar.ts'
import { cut } from './show.ts'
import { faultAt } from './subject.ts'
import type { Expression, Guard, Struct } from './syntax.ts'
import { follow, unify, unifyStruct } from './unify.ts'
import { type Concrete, showTyped, type Value } from './value.ts'

/** The longest text of a fault: labels and values of the input may have any length. */
const LONGEST = 2_000

/** Why a policy does not hold of an input, or cannot hold of any where none is given; undefined where it holds. Throws OverBudget. */
export function evaluate(
  policy: Struct,
  input?: { readonly json: unknown },
  steps = stepsOf(MOST_STEPS),
): EvaluationFault | undefined {
  const world: World = { nodes: [], tasks: [], steps }
  const root = newNode(world, undefined, '')
  unifyStruct(world, root, policy, undefined)
  if (input !== undefined) unify(world, root, input)
  settle(world)
  return firstFault(world, input === undefined ? root : undefined)
}

/** Works off the tasks until none moves. What can change by further unification is read only when nothing else moves. */
function settle(world: World): void {
  for (let late = false; ; ) {
    const { tasks } = world
    world.tasks = []
    let moved = false
    for (const [at, task] of tasks.entries()) {
      spend(world, 1)
      const done = attempt(world, task, late)
      if (!done) world.tasks.push(task)
      moved ||= done
      if (!done || !late) continue
      world.tasks.push(...tasks.slice(at + 1))
      break
    }
    if (!moved && late) return
    late = !moved
  }
}

/** Whether a task came to its end. */
function attempt(world: World, { node, scope, does }: Task, late: boolean): boolean {
  const reading = { world, scope, late }
  if ('is' in does) return attemptGuard(world, node, does, reading)
  if (does.op === 'name' || does.op === 'select' || does.op === 'item') {
    const target = locate(does, reading)
    if (target === undefined) return false
    if ('fault' in target) node.faults.push(target.fault)
    else follow(world, node, target.node)
    return true
  }
  if (does.op === 'or') return attemptDisjunction(node, does, reading)
  const atoms = atomsOf(does, reading)
  if (atoms === undefined) return false
  if (typeof atoms === 'string') node.faults.push(atoms)
  else node.atoms.push(...atoms)
  return true
}

function attemptGuard(world: World, node: Node, { conditions, body }: Guard, reading: Reading): boolean {
  for (const condition of conditions) {
    const value = demand(condition, reading, BOOL)
    if (value === undefined) return false
    const fault = 'fault' in value ? value.fault : boolFault(value)
    if (fault !== undefined) node.faults.push(fault)
    if (!('scalar' in value) || value.scalar.value !== true) return true
  }
  unifyStruct(world, node, body, reading.scope)
  return true
}

function boolFault(value: Concrete): string | undefined {
  return 'scalar' in value && value.scalar.kinds === BOOL ? undefined : `cannot use ${showTyped(value)} as type bool`
}

function attemptDisjunction(
  node: Node,
  { parts, marked }: Expression & { readonly op: 'or' },
  reading: Reading,
): boolean {
  const alternatives: (readonly Atom[])[] = []
  for (const part of parts) {
    const atoms = atomsOf(part, reading)
    if (atoms === undefined) return false
    if (typeof atoms === 'string') node.faults.push(atoms)
    else alternatives.push(atoms)
  }
  node.disjunctions.push({ alternatives, marked })
  return true
}

/** What a plain expression asks of a value; a text where it is none, undefined while its operands are not concrete. */
function atomsOf(expression: Expression, reading: Reading): readonly Atom[] | string | undefined {
  if (expression.op === 'type') return [{ rank: 0, kinds: expression.kinds, show: () => expression.text }]
  if (expression.op === 'bound') return boundOf(expression, reading)
  if (expression.op === 'call' && TESTS.get(expression.name)?.parameters.length === expression.operands.length) {
    return testOf(expression, reading)
  }
  if (expression.op !== 'and') return literalOf(expression, reading)
  const atoms: Atom[] = []
  for (const part of expression.parts) {
    const asked = atomsOf(part, reading)
    if (asked === undefined || typeof asked === 'string') return asked
    atoms.push(...asked)
  }
  return atoms
}

function literalOf(expression: Expression, reading: Reading): readonly Atom[] | string | undefined {
  const value = read(expression, reading)
  if (value === undefined) return undefined
  if (!('scalar' in value)) return 'fault' in value ? value.fault : `${expression.text} is no plain value`
  const { scalar } = value
  return [{ rank: 0, kinds: scalar.kinds, scalar, show: () => showScalar(scalar) }]
}

function boundOf(bound: Expression & { readonly op: 'bound' }, reading: Reading): readonly Atom[] | string | undefined {
  const value = demand(bound.operand, reading, ANY & ~(LIST | STRUCT))
  if (value === undefined) return undefined
  if (!('scalar' in value))
    return 'fault' in value ? value.fault : `cannot use ${bound.operand.text} for bound ${bound.sign}`
  const ordered = typeof value.scalar.value === 'string' || typeof value.scalar.value === 'number'
  if (!ordered && bound.sign !== '!=') return `cannot use ${showScalar(value.scalar)} for bound ${bound.sign}`
  return [boundAtom(bound.sign, value.scalar, bound.pattern)]
}

function testOf(call: Expression & { readonly op: 'call' }, reading: Reading): readonly Atom[] | string | undefined {
  const test = TESTS.get(call.name)
  const [argument] = call.operands
  const value: Value = argument === undefined ? { scalar: scalarOf(null) } : read(argument, reading)
  if (value === undefined || test === undefined) return undefined
  if (!('scalar' in value)) return 'fault' in value ? value.fault : `${argument?.text} is no plain value`
  const { scalar: operand } = value
  const fault = test.parameters.map((kinds) => argumentFault(showScalar(operand), operand.kinds, kinds, 2, call.name))
  const shown = argument === undefined ? call.name : `${call.name}(${showScalar(operand)})`
  return fault[0] ?? [{ rank: 1, kinds: test.on, show: () => shown, test: { ...test, operand } }]
}

/** A fault in CUE's words, and the line of the policy that it comes from. */
export type EvaluationFault = { readonly line: number; readonly message: string }

function firstFault(world: World, alone: Node | undefined): EvaluationFault | undefined {
  let first: EvaluationFault | undefined
  let more = -1
  for (const node of world.nodes) {
    const text = faultAt(world, node)
    if (text === undefined) continue
    more++
    if (first !== undefined) continue
    const path = pathOf(node)
    first = { line: lineOf(node), message: cut(path === '' ? text : `${path}: ${text}`, LONGEST) }
  }
  const waiting = world.tasks.find(({ node }) => node === alone)
  if (first === undefined) return waiting === undefined ? undefined : tooEarly(waiting.does)
  return more === 0 ? first : { ...first, message: `${first.message} (and ${more} more errors)` }
}

function lineOf(node: Node): number {
  const lines = [...node.conjuncts].map((conjunct) => ('json' in conjunct ? 1 : conjunct.expression.line))
  return Math.max(1, ...lines)
}

/** CUE evaluates a policy before there is an input, and the top of it must have its value then. */
function tooEarly(does: Expression | Guard): EvaluationFault {
  const [at = does] = 'is' in does ? does.conditions : []
  const { line, text } = 'is' in at ? at.body : at
  const message = `non-concrete value ${text} at the top of the policy, which is evaluated before the input is known; move it into the field that it is about`
  return { line, message }
}
