import type { Expression, Term } from './syntax.ts'
import { everyTerm, partsOf, termsIn } from './traverse.ts'

/** Names of variables that have values. */
export type Known = ReadonlySet<string>

/** The variables in terms; those in comprehensions are their own affair. */
export function variablesOf(terms: readonly Term[]): readonly string[] {
  return terms.flatMap((term) => (term.kind === 'variable' ? [term.name] : variablesOf(partsOf(term))))
}

/**
 * Adds the variables that get values by evaluating a term, and names one that it needs and that has none.
 * A comprehension needs those of its variables that also stand outside of it (`outer`).
 */
export function need(term: Term, known: Set<string>, outer: Known): string | undefined {
  if (term.kind === 'variable') return known.has(term.name) ? undefined : term.name
  if (term.kind === 'comprehension') return needInside([term], known, outer)
  if (term.kind !== 'reference') return first(partsOf(term), (part) => need(part, known, outer))
  return need(term.root, known, outer) ?? first(term.path, (part) => give(part, known, outer))
}

/** The same for a pattern: it gives values to its own variables. */
function give(pattern: Term, known: Set<string>, outer: Known): string | undefined {
  if (pattern.kind === 'variable') {
    known.add(pattern.name)
    return undefined
  }
  if (pattern.kind === 'array') return first(pattern.items, (part) => give(part, known, outer))
  if (pattern.kind !== 'object') return need(pattern, known, outer)
  const keys = pattern.items.filter((_, index) => index % 2 === 0)
  const values = pattern.items.filter((_, index) => index % 2 === 1)
  return first(keys, (part) => need(part, known, outer)) ?? first(values, (part) => give(part, known, outer))
}

/** The expression if it can be evaluated now (a `=` turned so that its left is the pattern), else the name of a variable that it needs. */
export function prepare(expression: Expression, known: Set<string>, outer: Known): Expression | string {
  switch (expression.kind) {
    case 'holds':
      return need(expression.term, known, outer) ?? expression
    case 'match':
      return prepareMatch(expression, known, outer)
    case 'not': {
      const inner = prepareClosed(expression.expression, known, outer)
      return typeof inner === 'string' ? inner : { ...expression, expression: inner }
    }
    case 'some': {
      const { term, key, value } = expression
      return need(term, known, outer) ?? give(key, known, outer) ?? give(value, known, outer) ?? expression
    }
    case 'every': {
      const domain = prepareClosed({ kind: 'holds', term: expression.term, line: expression.line }, known, outer)
      if (typeof domain === 'string') return domain
      return needInside(expression.body.flatMap(termsIn), known, outer) ?? expression
    }
    case 'declare':
      return expression
  }
  return expression satisfies never
}

function prepareMatch(
  expression: Expression & { readonly kind: 'match' },
  known: Set<string>,
  outer: Known,
): Expression | string {
  const { pattern, term, declares } = expression
  const trial = new Set(known)
  const missing = need(term, trial, outer) ?? give(pattern, trial, outer)
  if (missing === undefined) {
    for (const name of trial) known.add(name)
    return expression
  }
  if (declares || (need(pattern, known, outer) ?? give(term, known, outer)) !== undefined) return missing
  return { ...expression, pattern: term, term: pattern }
}

/** What is negated, or ranged over by `every`, gives no variable a value. */
function prepareClosed(expression: Expression, known: Known, outer: Known): Expression | string {
  const trial = new Set(known)
  const inner = prepare(expression, trial, outer)
  if (typeof inner === 'string') return inner
  return [...trial].find((name) => !known.has(name)) ?? inner
}

function needInside(terms: readonly Term[], known: Known, outer: Known): string | undefined {
  let missing: string | undefined
  everyTerm(terms, (term) => {
    if (term.kind === 'variable' && outer.has(term.name) && !known.has(term.name)) missing ??= term.name
  })
  return missing
}

function first(terms: readonly Term[], find: (term: Term) => string | undefined): string | undefined {
  for (const term of terms) {
    const found = find(term)
    if (found !== undefined) return found
  }
  return undefined
}
