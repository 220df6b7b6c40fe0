import { memberAt, members, sizeOf } from './collection.ts'
import { same } from './compare.ts'
import { evaluateTerm } from './evaluate-term.ts'
import { type Environment, type Evaluation, variableValue } from './evaluation.ts'
import { elementAt, inTurn } from './in-turn.ts'
import type { Body, Expression, Term } from './syntax.ts'
import { isArray, isObject, type Value } from './value.ts'
import { spend } from './work.ts'

/** The environments in which a whole body holds. */
export function solutions(body: Body, start: Environment, run: Evaluation): Generator<Environment, undefined> {
  return inTurn(body.length, start, (at, environment) => evaluateExpression(elementAt(body, at), environment, run))
}

function* evaluateExpression(
  expression: Expression,
  environment: Environment,
  run: Evaluation,
): Generator<Environment, undefined> {
  spend(run.work, 1)
  switch (expression.kind) {
    case 'holds':
      for (const found of evaluateTerm(expression.term, environment, run))
        if (found.value !== false) yield found.environment
      return
    case 'match':
      for (const found of evaluateTerm(expression.term, environment, run)) {
        yield* match(expression.pattern, found.value, found.environment, run)
      }
      return
    case 'not':
      if (failsFor(expression, environment, run)) yield environment
      return
    case 'some':
      for (const found of evaluateTerm(expression.term, environment, run)) {
        for (const member of members(found.value, run.work)) {
          yield* matchAll([expression.key, expression.value], member, found.environment, run)
        }
      }
      return
    case 'every':
      if (holdsForAll(expression, environment, run)) yield environment
      return
    case 'declare':
      return yield environment
  }
  return expression satisfies never
}

function failsFor(
  { expression, needed }: Expression & { readonly kind: 'not' },
  environment: Environment,
  run: Evaluation,
): boolean {
  const hasValue = (term: Term) => !evaluateTerm(term, environment, run).next().done
  return needed.every(hasValue) && evaluateExpression(expression, environment, run).next().done === true
}

function holdsForAll(
  { key, value, term, body }: Expression & { readonly kind: 'every' },
  environment: Environment,
  run: Evaluation,
): boolean {
  const [found] = evaluateTerm(term, environment, run)
  if (found === undefined || sizeOf(found.value, run.work) === undefined) return false
  for (const member of members(found.value, run.work)) {
    spend(run.work, 1)
    const [start] = matchAll([key, value], member, environment, run)
    if (solutions(body, start, run).next().done) return false
  }
  return true
}

/** The environments in which patterns meet values, one by one. */
export function matchAll(
  patterns: readonly Term[],
  values: readonly Value[],
  start: Environment,
  run: Evaluation,
): Generator<Environment, undefined> {
  return inTurn(patterns.length, start, (at, environment) =>
    match(elementAt(patterns, at), elementAt(values, at), environment, run),
  )
}

/** The environments in which a pattern meets a value: its variables take theirs from it. */
export function* match(
  pattern: Term,
  value: Value,
  environment: Environment,
  run: Evaluation,
): Generator<Environment, undefined> {
  spend(run.work, 1)
  if (pattern.kind === 'variable') {
    const known = variableValue(pattern.name, environment, run.work)
    if (known === undefined) yield { name: pattern.name, value, rest: environment }
    else if (same(known, value, run.work)) yield environment
  } else if (pattern.kind === 'array') {
    if (isArray(value) && value.length === pattern.items.length) yield* matchAll(pattern.items, value, environment, run)
  } else if (pattern.kind === 'object') {
    const items = isObject(value) && sizeOf(value, run.work) === pattern.items.length / 2
    if (items) yield* matchPairs(pattern.items, value, environment, run)
  } else {
    for (const found of evaluateTerm(pattern, environment, run)) {
      if (same(found.value, value, run.work)) yield found.environment
    }
  }
  return undefined
}

function matchPairs(
  items: readonly Term[],
  object: Value,
  start: Environment,
  run: Evaluation,
): Generator<Environment, undefined> {
  return inTurn(items.length / 2, start, function* (at, environment): Generator<Environment, undefined> {
    for (const found of evaluateTerm(elementAt(items, 2 * at), environment, run)) {
      const member = memberAt(object, found.value, run.work)
      if (member !== undefined) yield* match(elementAt(items, 2 * at + 1), member, found.environment, run)
    }
    return undefined
  })
}
