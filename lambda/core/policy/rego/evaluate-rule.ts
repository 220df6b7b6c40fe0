import { makeObject, makeSet } from './collection.ts'
import { same } from './compare.ts'
import { matchAll, solutions } from './evaluate-body.ts'
import { evaluateAll, evaluateTerm } from './evaluate-term.ts'
import type { Environment, Evaluation } from './evaluation.ts'
import { RegoHalt } from './fault.ts'
import type { Branch, Definition, Rule } from './syntax.ts'
import type { Value } from './value.ts'

/** The value of a rule; undefined where it has none. Throws RegoHalt where it contradicts itself or costs too much. */
export function evaluateRule(name: string, run: Evaluation): Value | undefined {
  if (run.known.has(name)) return run.known.get(name)
  const definition = run.policy.get(name)
  const value = definition && definitionValue(name, definition, run)
  run.known.set(name, value)
  return value
}

function definitionValue(name: string, { kind, rules, fallback }: Definition, run: Evaluation): Value | undefined {
  if (kind === 'set')
    return makeSet(
      [...heads(rules, run)].map(([key]) => key),
      run.work,
    )
  if (kind === 'object') return makeObject([...heads(rules, run)], 'halt', run.work)
  const value = oneValue(name, rules, [], run)
  if (value !== undefined || fallback === undefined) return value
  const [found] = evaluateTerm(fallback, undefined, run)
  return found?.value
}

/** The keys of a partial rule with their values. */
function* heads(rules: readonly Rule[], run: Evaluation): Generator<readonly [Value, Value]> {
  for (const { body, key, value } of rules.flatMap(({ branches }) => branches)) {
    const terms = [key, value].filter((term) => term !== undefined)
    for (const environment of solutions(body, undefined, run)) {
      for (const [[first = true, second = true]] of evaluateAll(terms, environment, run)) yield [first, second]
    }
  }
}

/** The one value that rules give, or a function for its arguments; undefined where none holds. */
export function oneValue(
  name: string,
  rules: readonly Rule[],
  args: readonly Value[],
  run: Evaluation,
): Value | undefined {
  let result: Value | undefined
  for (const rule of rules) {
    for (const value of ruleValues(rule, args, run)) {
      if (result !== undefined && !same(result, value, run.work)) {
        throw new RegoHalt(`eval_conflict_error: rule ${name} produced conflicting values`)
      }
      result = value
    }
  }
  return result
}

/** The values of the first branch that has any. */
function* ruleValues({ parameters, branches }: Rule, args: readonly Value[], run: Evaluation): Generator<Value> {
  for (const branch of branches) {
    let found = false
    for (const start of matchAll(parameters, args, undefined, run)) {
      for (const value of branchValues(branch, start, run)) {
        found = true
        yield value
      }
    }
    if (found) return
  }
}

function* branchValues({ body, value }: Branch, start: Environment, run: Evaluation): Generator<Value, undefined> {
  for (const environment of solutions(body, start, run)) {
    // However often the body holds, this is its value.
    if (value === undefined || value.kind === 'constant') return yield value === undefined ? true : value.value
    for (const found of evaluateTerm(value, environment, run)) yield found.value
  }
  return undefined
}
