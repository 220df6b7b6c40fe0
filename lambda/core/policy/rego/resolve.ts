import { builtinNamed } from './builtins.ts'
import { RegoFault } from './fault.ts'
import type { Body, Branch, Expression, Module, Rule, Term } from './syntax.ts'
import { withParts } from './traverse.ts'

/** The variables declared in a body, by the names they got; and the names that were used in it before. */
type Scope = { readonly outer?: Scope; readonly declared: Map<string, string>; readonly used: Set<string> }

/** What names can mean; `count` numbers the variables, so that no two of a rule have one name. */
type Names = {
  readonly functions: ReadonlyMap<string, number>
  readonly rules: ReadonlySet<string>
  readonly strict: boolean
  count: number
}

/** The rules with every name told apart: variable, rule, input, function or built-in. Throws RegoFault at any other. */
export function resolve({ rules, defaults, strict }: Module): readonly Rule[] {
  const functions = new Map(
    rules.flatMap(({ kind, name, parameters }) => (kind === 'function' ? [[name, parameters.length]] : [])),
  )
  const names: Names = { functions, rules: new Set([...rules, ...defaults].map(({ name }) => name)), strict, count: 0 }
  return rules.map((rule) => {
    const scope = inside(undefined)
    const parameters = rule.parameters.map((term) => patternOf(term, scope, names))
    const branches = rule.branches.map((branch) =>
      branchOf(branch, { ...inside(undefined), declared: new Map(scope.declared) }, names),
    )
    return { ...rule, parameters, branches }
  })
}

function inside(outer: Scope | undefined): Scope {
  return { declared: new Map(), used: new Set(), ...(outer && { outer }) }
}

// The head comes last: it sees what the body declares.
function branchOf({ key, value, body }: Branch, scope: Scope, names: Names): Branch {
  const resolved = bodyOf(body, scope, names)
  return {
    body: resolved,
    ...(key && { key: termOf(key, scope, names) }),
    ...(value && { value: termOf(value, scope, names) }),
  }
}

function bodyOf(body: Body, scope: Scope, names: Names): Body {
  return body.map((expression) => expressionOf(expression, scope, names)).filter(({ kind }) => kind !== 'declare')
}

function expressionOf(expression: Expression, scope: Scope, names: Names): Expression {
  switch (expression.kind) {
    case 'holds':
      return { ...expression, term: termOf(expression.term, scope, names) }
    case 'declare':
      for (const name of expression.names) declare(name, expression.line, scope, names)
      return expression
    case 'match': {
      const term = termOf(expression.term, scope, names)
      const read = expression.declares ? patternOf : termOf
      return { ...expression, term, pattern: read(expression.pattern, scope, names) }
    }
    case 'not':
      return { ...expression, expression: expressionOf(expression.expression, scope, names) }
    case 'some': {
      const term = termOf(expression.term, scope, names)
      const [key, value] = [patternOf(expression.key, scope, names), patternOf(expression.value, scope, names)]
      return { ...expression, term, key, value }
    }
    case 'every': {
      const term = termOf(expression.term, scope, names)
      const own = inside(scope)
      const [key, value] = [patternOf(expression.key, own, names), patternOf(expression.value, own, names)]
      return { ...expression, term, key, value, body: bodyOf(expression.body, own, names) }
    }
  }
  return expression satisfies never
}

function declare(name: string, line: number, scope: Scope, names: Names): string {
  if (name === 'input' || name === 'data') throw new RegoFault(line, `\`${name}\` cannot be a variable`)
  if (scope.declared.has(name)) throw new RegoFault(line, `var ${name} assigned above`)
  if (scope.used.has(name)) throw new RegoFault(line, `var ${name} referenced above`)
  const own = `${name}#${++names.count}`
  if (name !== '_') scope.declared.set(name, own)
  return own
}

/** A term whose variables are declared by it. */
function patternOf(term: Term, scope: Scope, names: Names): Term {
  if (term.kind === 'variable') return { ...term, name: declare(term.name, term.line, scope, names) }
  if (term.kind === 'array') return withParts(term, (part) => patternOf(part, scope, names))
  if (term.kind !== 'object') return termOf(term, scope, names)
  const items = term.items.map((part, index) => (index % 2 === 0 ? termOf : patternOf)(part, scope, names))
  return { ...term, items }
}

function termOf(term: Term, scope: Scope, names: Names): Term {
  if (term.kind === 'variable') return variableOf(term, scope, names)
  if (term.kind === 'reference') return referenceOf(term, scope, names)
  if (term.kind === 'call') return callOf(term, scope, names)
  if (term.kind !== 'comprehension') return withParts(term, (part) => termOf(part, scope, names))
  const own = inside(scope)
  const body = bodyOf(term.body, own, names)
  return { ...term, body, head: term.head.map((part) => termOf(part, own, names)) }
}

function variableOf(term: Term & { readonly kind: 'variable' }, scope: Scope, names: Names): Term {
  const { name, line } = term
  if (name === '_') return { ...term, name: `_#${++names.count}` }
  const declared = lookUp(name, scope)
  if (declared !== undefined) return { ...term, name: declared }
  if (name === 'input') return { kind: 'input', line }
  if (name === 'data') throw new RegoFault(line, '`data` is not supported: a policy sees its input only')
  if (names.functions.has(name)) throw new RegoFault(line, `function ${name} is used without arguments`)
  return names.rules.has(name) ? { kind: 'rule', name, line } : term
}

function lookUp(name: string, scope: Scope | undefined): string | undefined {
  if (scope === undefined) return undefined
  scope.used.add(name)
  return scope.declared.get(name) ?? lookUp(name, scope.outer)
}

function referenceOf(term: Term & { readonly kind: 'reference' }, scope: Scope, names: Names): Term {
  const { root, path, line } = term
  const resolved = path.map((part) => termOf(part, scope, names))
  if (root.kind !== 'variable' || root.name !== 'data')
    return { ...term, root: termOf(root, scope, names), path: resolved }
  const [name, rule, ...rest] = path.map((part) => (part.kind === 'constant' ? part.value : undefined))
  if (name !== 'sigstore' || typeof rule !== 'string' || !names.rules.has(rule) || names.functions.has(rule)) {
    throw new RegoFault(
      line,
      `\`data.${typeof name === 'string' ? name : '…'}\` is not supported: a policy sees its input only`,
    )
  }
  const own: Term = { kind: 'rule', name: rule, line }
  return rest.length === 0 ? own : { ...term, root: own, path: resolved.slice(2) }
}

function callOf(term: Term & { readonly kind: 'call' }, scope: Scope, names: Names): Term {
  const args = term.args.map((part) => termOf(part, scope, names))
  if (term.of !== 'unknown') return { ...term, args }
  const name = term.name.replace(/^data\.sigstore\./, '')
  const arity = names.functions.get(name)
  const { line } = term
  if (arity === undefined && (name !== term.name || names.rules.has(name) || lookUp(name, scope) !== undefined)) {
    throw new RegoFault(line, `${term.name} is no function`)
  }
  const wanted = arity ?? builtinNamed(name, line, names.strict).arity
  if (args.length !== wanted) throw new RegoFault(line, `${name} takes ${wanted} arguments, not ${args.length}`)
  return { ...term, name, of: arity === undefined ? 'built-in' : 'policy', args }
}
