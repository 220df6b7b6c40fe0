import { type Atom, costOf, faultOf } from './atoms.ts'
import type { Subject } from './builtins.ts'
import { LIST, STRUCT } from './kinds.ts'
import { countFields, type Disjunction, inputsAt, isOf, type Node, spend, type World } from './node.ts'
import { plainJson, type Scalar, sameScalar } from './scalar.ts'
import { showNode } from './show.ts'

/** What tests of CUE's packages may know of a value. */
export function subjectOf(world: World, node: Node): Subject {
  const { least, most } = node.items
  const list = isOf(node, LIST)
  let count: number | undefined
  return {
    kind: list ? LIST : isOf(node, STRUCT) ? STRUCT : 0,
    fields: () => (count ??= countFields(world, node)),
    items: least,
    open: most > least,
    has: (item) => hasItem(world, node, item),
  }
}

function hasItem(world: World, node: Node, item: Scalar): boolean {
  for (let index = 0; index < node.items.least; index++) {
    spend(world, 1)
    const label = String(index)
    const field = node.fields.get(label)
    const scalars = field === undefined ? inputsAt(node, label).map(plainJson) : field.atoms.map(({ scalar }) => scalar)
    if (scalars.some((scalar) => scalar !== undefined && sameScalar(scalar, item))) return true
  }
  return false
}

/** Why nothing can meet what is asked of a value, undefined where something can. */
export function faultAt(world: World, node: Node): string | undefined {
  const { atoms, disjunctions, faults } = node
  spend(world, costOf(atoms))
  const [known] = faults
  const subject = subjectOf(world, node)
  const own = known ?? faultOf(atoms, subject, () => showNode(node))
  if (own !== undefined || disjunctions.length === 0) return own
  if (node.chosen !== undefined && !isStill(world, node, node.chosen)) return 'cyclic reference to a default'
  const choices = choicesAt(world, node)
  if (choices.some(({ fault }) => fault === undefined)) return undefined
  const reasons = choices.slice(0, 8).map(({ fault }) => fault)
  return `${choices.length} errors in empty disjunction: ${reasons.join('; ')}`
}

function isStill(world: World, node: Node, chosen: Scalar): boolean {
  const now = node.atoms.find(({ scalar }) => scalar !== undefined)?.scalar ?? chosenAt(world, node)
  return now !== undefined && sameScalar(now, chosen)
}

type Choice = { readonly atoms: readonly Atom[]; readonly isDefault: boolean; readonly fault: string | undefined }

/** Every way to choose one alternative of each disjunction. A disjunction without a mark prefers nothing. */
function choicesAt(world: World, node: Node): readonly Choice[] {
  const subject = subjectOf(world, node)
  const shown = showNode(node)
  spend(world, countFields(world, node))
  let choices: Omit<Choice, 'fault'>[] = [{ atoms: node.atoms, isDefault: true }]
  for (const disjunction of node.disjunctions) {
    spend(world, choices.length * disjunction.alternatives.length)
    choices = choices.flatMap(({ atoms, isDefault }) =>
      disjunction.alternatives.map((alternative, at) => ({
        atoms: [...atoms, ...alternative],
        isDefault: isDefault && prefers(disjunction, at),
      })),
    )
  }
  return choices.map((choice) => {
    spend(world, costOf(choice.atoms))
    return { ...choice, fault: faultOf(choice.atoms, subject, () => shown) }
  })
}

function prefers({ marked }: Disjunction, at: number): boolean {
  return marked[at] === true || !marked.includes(true)
}

/** The one plain value that is left of a value's disjunctions, or of their defaults; undefined where there are more. */
export function chosenAt(world: World, node: Node): Scalar | undefined {
  const possible = choicesAt(world, node).filter(({ fault }) => fault === undefined)
  const preferred = possible.filter(({ isDefault }) => isDefault)
  const left = preferred.length > 0 ? preferred : possible
  const scalars = left.map(({ atoms }) => atoms.find(({ scalar }) => scalar !== undefined)?.scalar)
  const [first] = scalars
  if (first === undefined) return undefined
  return scalars.every((scalar) => scalar !== undefined && sameScalar(scalar, first)) ? first : undefined
}
