import type { Expression, Term } from './syntax.ts'

/**
 * What must have a value for a negated expression to hold. OPA takes references and calls out of what is negated and puts them
 * before it, but for the two sides of an equation and for a term that stands alone:
 * `not input.x` and `not input.x == 1` hold where there is no `input.x`; `not input.x > 1` and `not f(input.x)` do not.
 */
export function neededFor(negated: Expression): readonly Term[] {
  if (negated.kind === 'match') return [negated.pattern, negated.term].flatMap(within)
  if (negated.kind !== 'holds') return []
  const { term } = negated
  if (term.kind !== 'call') return within(term)
  return term.args.flatMap(term.name === '==' && term.of === 'built-in' ? within : taken)
}

function within(term: Term): readonly Term[] {
  if (term.kind === 'reference') {
    const root = term.root.kind === 'rule' || term.root.kind === 'input' ? [] : taken(term.root)
    return [...root, ...term.path.flatMap(taken)]
  }
  return term.kind === 'rule' || term.kind === 'input' ? [] : taken(term)
}

function taken(term: Term): readonly Term[] {
  if (term.kind === 'array' || term.kind === 'set' || term.kind === 'object') return term.items.flatMap(taken)
  return term.kind === 'constant' || term.kind === 'variable' || term.kind === 'comprehension' ? [] : [term]
}
