import { BUILTINS } from './builtins.ts'
import { makeObject, makeSet, memberAt, members } from './collection.ts'
import { match, solutions } from './evaluate-body.ts'
import { evaluateRule, oneValue } from './evaluate-rule.ts'
import { type Environment, type Evaluation, type Found, variableValue } from './evaluation.ts'
import { elementAt, inTurn } from './in-turn.ts'
import type { Comprehension, Term } from './syntax.ts'
import type { Value } from './value.ts'
import { spend } from './work.ts'

/** The values of a term: several where it ranges over members, none where it is undefined. */
export function* evaluateTerm(term: Term, environment: Environment, run: Evaluation): Generator<Found, undefined> {
  spend(run.work, 1)
  switch (term.kind) {
    case 'constant':
      return yield { value: term.value, environment }
    case 'input':
      return yield { value: run.input, environment }
    case 'variable':
      return yield* defined(variableValue(term.name, environment, run.work), environment)
    case 'rule':
      return yield* defined(evaluateRule(term.name, run), environment)
    case 'comprehension':
      return yield { value: comprehend(term, environment, run), environment }
    case 'reference':
      for (const root of evaluateTerm(term.root, environment, run)) yield* walk(root, term.path, 0, run)
      return
    case 'call':
      for (const [args, last] of evaluateAll(term.args, environment, run)) yield* defined(call(term, args, run), last)
      return
    case 'array':
      for (const [value, last] of evaluateAll(term.items, environment, run)) yield { value, environment: last }
      return
    case 'set':
      for (const [items, last] of evaluateAll(term.items, environment, run)) {
        yield { value: makeSet(items, run.work), environment: last }
      }
      return
    case 'object':
      for (const [items, last] of evaluateAll(term.items, environment, run)) {
        yield { value: makeObject(inPairs(items), 'last', run.work), environment: last }
      }
      return
  }
  return term satisfies never
}

function* defined(value: Value | undefined, environment: Environment): Generator<Found, undefined> {
  if (value !== undefined) yield { value, environment }
  return undefined
}

function call(term: Term & { readonly kind: 'call' }, args: readonly Value[], run: Evaluation): Value | undefined {
  if (term.of === 'policy') return oneValue(term.name, run.policy.get(term.name)?.rules ?? [], args, run)
  return BUILTINS.get(term.name)?.run(args, run)
}

/** The members that a path leads to. A variable in it that has no value yet ranges over the keys. */
function* walk(from: Found, path: readonly Term[], at: number, run: Evaluation): Generator<Found, undefined> {
  const key = path[at]
  if (key === undefined) return yield from
  const { value, environment } = from
  if (ranges(key, environment, run)) {
    for (const [index, member] of members(value, run.work)) {
      for (const next of match(key, index, environment, run)) {
        yield* walk({ value: member, environment: next }, path, at + 1, run)
      }
    }
    return undefined
  }
  for (const found of evaluateTerm(key, environment, run)) {
    const member = memberAt(value, found.value, run.work)
    if (member !== undefined) yield* walk({ value: member, environment: found.environment }, path, at + 1, run)
  }
  return undefined
}

function ranges(key: Term, environment: Environment, run: Evaluation): boolean {
  if (key.kind === 'array' || key.kind === 'object') return true
  return key.kind === 'variable' && variableValue(key.name, environment, run.work) === undefined
}

type Row = { readonly values: Values | undefined; readonly environment: Environment }
type Values = { readonly value: Value; readonly before: Values | undefined }

/** The values of several terms together, in every combination. */
export function* evaluateAll(
  terms: readonly Term[],
  environment: Environment,
  run: Evaluation,
): Generator<readonly [values: readonly Value[], environment: Environment], undefined> {
  const rows = inTurn<Row>(terms.length, { values: undefined, environment }, function* (at, row) {
    for (const found of evaluateTerm(elementAt(terms, at), row.environment, run)) {
      yield { values: { value: found.value, before: row.values }, environment: found.environment }
    }
    return undefined
  })
  for (const row of rows) {
    const values: Value[] = []
    for (let last = row.values; last !== undefined; last = last.before) values.push(last.value)
    yield [values.reverse(), row.environment]
  }
  return undefined
}

function comprehend({ makes, head, body }: Comprehension, environment: Environment, run: Evaluation): Value {
  const items: (readonly Value[])[] = []
  for (const next of solutions(body, environment, run)) {
    for (const [values] of evaluateAll(head, next, run)) items.push(values)
  }
  if (makes === 'object') return makeObject(items.flatMap(inPairs), 'halt', run.work)
  return makes === 'set' ? makeSet(items.flat(), run.work) : items.flat()
}

function inPairs(items: readonly Value[]): readonly (readonly [Value, Value])[] {
  return items.flatMap((key, index) => {
    const value = items[index + 1]
    return index % 2 === 0 && value !== undefined ? [[key, value] as const] : []
  })
}
