import type { Expression, Term } from './syntax.ts'

/** The terms that a term is made of, in the order they are evaluated; not those of a comprehension. */
export function partsOf(term: Term): readonly Term[] {
  if (term.kind === 'reference') return [term.root, ...term.path]
  if (term.kind === 'call') return term.args
  return term.kind === 'array' || term.kind === 'set' || term.kind === 'object' ? term.items : []
}

/** The same term with other parts; a comprehension as it is. */
export function withParts(term: Term, change: (part: Term) => Term): Term {
  if (term.kind === 'reference') return { ...term, root: change(term.root), path: term.path.map(change) }
  if (term.kind === 'call') return { ...term, args: term.args.map(change) }
  if (term.kind === 'array' || term.kind === 'set' || term.kind === 'object') {
    return { ...term, items: term.items.map(change) }
  }
  return term
}

/** Calls `visit` with every term in these, those within comprehensions included. */
export function everyTerm(terms: readonly Term[], visit: (term: Term) => void): void {
  for (const term of terms) {
    visit(term)
    everyTerm(partsOf(term), visit)
    if (term.kind === 'comprehension') everyTerm([...term.head, ...term.body.flatMap(termsIn)], visit)
  }
}

/** The terms of an expression, those of the bodies in it included. */
export function termsIn(expression: Expression): readonly Term[] {
  switch (expression.kind) {
    case 'holds':
      return [expression.term]
    case 'declare':
      return []
    case 'match':
      return [expression.pattern, expression.term]
    case 'not':
      return termsIn(expression.expression)
    case 'some':
      return [expression.term, expression.key, expression.value]
    case 'every':
      return [expression.term, expression.key, expression.value, ...expression.body.flatMap(termsIn)]
  }
  return expression satisfies never
}
