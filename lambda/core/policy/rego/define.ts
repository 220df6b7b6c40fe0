import { RegoFault } from './fault.ts'
import type { Default, Definition, Expression, Policy, Rule, Term } from './syntax.ts'
import { partsOf, termsIn } from './traverse.ts'

const DEEPEST = 256

/** Puts the rules of a name together. Throws RegoFault where they contradict each other, or rest on themselves. */
export function define(rules: readonly Rule[], defaults: readonly Default[]): Policy {
  const policy = new Map<string, Definition>()
  for (const rule of rules) {
    const known = policy.get(rule.name)
    const { line, name, kind, parameters } = rule
    if (known !== undefined && (known.kind !== kind || known.arity !== parameters.length)) {
      throw new RegoFault(line, `conflicting rules ${name}: they are of different kinds, or take different arguments`)
    }
    policy.set(name, { line, kind, arity: parameters.length, ...known, rules: [...(known?.rules ?? []), rule] })
  }
  for (const { name, line, value } of defaults) {
    const known = policy.get(name) ?? { line, kind: 'complete', arity: 0, rules: [] }
    if (known.fallback !== undefined) throw new RegoFault(line, `multiple default rules ${name}`)
    if (known.kind !== 'complete') throw new RegoFault(line, `conflicting rules ${name}: this kind has no default`)
    policy.set(name, { ...known, fallback: value })
  }
  const main = policy.get('isCompliant')
  if (main === undefined) throw new RegoFault(1, 'no rule `isCompliant`')
  if (main.kind === 'function') throw new RegoFault(main.line, '`isCompliant` must not be a function')
  limitDepth(policy)
  return policy
}

// Evaluation calls itself for terms within terms and for rules within rules: neither may go on for ever.
function limitDepth(policy: Policy): void {
  const depths = new Map<string, number>()
  const path = new Set<string>()
  const limited = (depth: number, line: number): number => {
    if (depth > DEEPEST) throw new RegoFault(line, `rules and terms are nested deeper than ${DEEPEST}`)
    return depth
  }
  const ofRule = (name: string, above: number, line: number): number => {
    if (path.has(name)) throw new RegoFault(line, `rule ${name} is recursive: ${[...path, name].join(' -> ')}`)
    path.add(name)
    const depth = depths.get(name) ?? deepest((policy.get(name)?.rules ?? []).flatMap(termsOfRule), above)
    path.delete(name)
    depths.set(name, depth)
    return depth
  }
  const ofTerm = (term: Term, above: number): number => {
    const { line } = term
    const level = limited(above + 1, line)
    const isRule = term.kind === 'rule' || (term.kind === 'call' && term.of === 'policy')
    const called = isRule ? ofRule(term.name, level, line) : 0
    const closed = term.kind === 'comprehension' ? [...term.head, ...term.body.flatMap(termsIn)] : []
    return 1 + limited(Math.max(called, deepest([...partsOf(term), ...closed], level)), line)
  }
  const deepest = (terms: readonly Term[], above: number) =>
    terms.reduce((most, term) => Math.max(most, ofTerm(term, above)), 0)
  for (const [name, { line }] of policy) ofRule(name, 0, line)
}

function termsOfRule({ parameters, branches }: Rule): readonly Term[] {
  const heads = branches.flatMap(({ key, value }) => [key, value].filter((term) => term !== undefined))
  return [...parameters, ...heads, ...branches.flatMap(({ body }) => body.flatMap((one: Expression) => termsIn(one)))]
}
