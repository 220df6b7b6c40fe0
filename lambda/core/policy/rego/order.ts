import { RegoFault } from './fault.ts'
import { neededFor } from './negation.ts'
import { type Known, need, prepare, variablesOf } from './safety.ts'
import type { Body, Branch, Expression, Rule, Term } from './syntax.ts'
import { termsIn, withParts } from './traverse.ts'

/**
 * The rules with their bodies sorted so that every expression comes after those that give it its variables;
 * bodies may be written in any order. Throws RegoFault where a variable gets no value.
 */
export function order(rules: readonly Rule[]): readonly Rule[] {
  return rules.map((rule) => {
    const parameters = new Set(variablesOf(rule.parameters))
    return { ...rule, branches: rule.branches.map((branch) => orderBranch(branch, parameters)) }
  })
}

function orderBranch({ key, value, body }: Branch, parameters: Known): Branch {
  const known = new Set(parameters)
  const [ordered, heads] = orderBody(
    body,
    [key, value].filter((term) => term !== undefined),
    known,
  )
  const [first, second] = heads
  return {
    body: ordered,
    ...(key && first && { key: first }),
    ...(value && { value: key ? second : first }),
  } as Branch
}

/** A body, and the terms of the head that it gives values to; `known` gets the variables of the body. */
function orderBody(body: Body, heads: readonly Term[], known: Set<string>): readonly [Body, readonly Term[]] {
  const outer = new Set([...known, ...variablesOf([...heads, ...body.flatMap(outsideTerms)])])
  const ordered: Expression[] = []
  const rest = [...body]
  while (rest.length > 0) {
    const [at, next] = firstReady(rest, known, outer)
    rest.splice(at, 1)
    ordered.push(arrange(next, known))
  }
  const arranged = heads.map((head) => {
    const missing = need(head, known, outer)
    if (missing !== undefined) throw unsafe(missing, head.line)
    return arrangeTerm(head, known)
  })
  return [ordered, arranged]
}

function firstReady(rest: readonly Expression[], known: Set<string>, outer: Known): readonly [number, Expression] {
  let fault: RegoFault | undefined
  for (const [at, expression] of rest.entries()) {
    const trial = new Set(known)
    const next = prepare(expression, trial, outer)
    if (typeof next !== 'string') {
      for (const name of trial) known.add(name)
      return [at, next]
    }
    fault ??= unsafe(next, expression.line)
  }
  throw fault ?? new RegoFault(1, 'empty body')
}

/** What an expression says of the variables of its body: not what is closed in an `every`. */
function outsideTerms(expression: Expression): readonly Term[] {
  return expression.kind === 'every' ? [expression.term] : termsIn(expression)
}

function arrange(expression: Expression, known: Known): Expression {
  switch (expression.kind) {
    case 'holds':
      return { ...expression, term: arrangeTerm(expression.term, known) }
    case 'match':
      return {
        ...expression,
        pattern: arrangeTerm(expression.pattern, known),
        term: arrangeTerm(expression.term, known),
      }
    case 'not':
      return arrangeNegated(expression, known)
    case 'some':
      return { ...expression, term: arrangeTerm(expression.term, known) }
    case 'every': {
      const own = new Set([...known, ...variablesOf([expression.key, expression.value])])
      const [body] = orderBody(expression.body, [], own)
      return { ...expression, term: arrangeTerm(expression.term, known), body }
    }
    case 'declare':
      return expression
  }
  return expression satisfies never
}

function arrangeNegated(expression: Expression & { readonly kind: 'not' }, known: Known): Expression {
  const negated = arrange(expression.expression, known)
  return { ...expression, expression: negated, needed: neededFor(negated) }
}

function arrangeTerm(term: Term, known: Known): Term {
  if (term.kind !== 'comprehension') return withParts(term, (part) => arrangeTerm(part, known))
  const [body, head] = orderBody(term.body, term.head, new Set(known))
  return { ...term, body, head }
}

function unsafe(name: string, line: number): RegoFault {
  return new RegoFault(line, `var ${name.replace(/#.*/, '')} is unsafe: nothing gives it a value`)
}
