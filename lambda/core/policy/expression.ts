import { isObject } from '../is-object.ts'
import { type AskCel, compileCel, type ExpressionFault, MOST_STEPS as MOST_CEL_STEPS } from './cel/cel.ts'
import { type Names, nameFault } from './cel/names.ts'
import { cueFault, evaluateCue } from './cue/cue.ts'
import { MOST_STEPS as MOST_CUE_STEPS } from './cue/node.ts'
import { OverBudget, type Steps, spend, stepsOf } from './over-budget.ts'
import type { Expression } from './policy.ts'
import { evaluateRego, regoFault } from './rego/rego.ts'
import { MOST_STEPS as MOST_REGO_STEPS } from './rego/work.ts'
import { show } from './rules.ts'

/** What a CEL expression may name, by where it stands. CUE and Rego are asked about one document, `document` in these. */
export const SCOPES = {
  /** An attestation's statement, and who signed it. */
  attestation: ['statement', 'predicate', 'signer', 'image', 'captures', 'now'],
  /** All that matched, the image config of every platform, what the image stands on, and what it holds. */
  policy: ['authorityMatches', 'config', 'image', 'captures', 'base', 'contents', 'now'],
  /** The image config of one platform. */
  config: ['config', 'platform', 'image', 'captures', 'now'],
} as const
export type Scope = keyof typeof SCOPES

/** What is known where an expression is asked. `document`: what CUE and Rego are asked about. */
export type Known = {
  readonly variables: Readonly<Record<string, unknown>>
  readonly document: unknown
  readonly now: Date
  readonly budget: Budget
}

/** What each expression may still do for one image, on all its statements and platforms together. */
export type Budget = Map<Expression, Steps>

const MOST = { cel: MOST_CEL_STEPS, rego: MOST_REGO_STEPS, cue: MOST_CUE_STEPS } as const

/** What is known of `image` and of `signer` wherever they may be named. */
const KNOWN: Names = {
  image: { host: true, name: true, digest: true },
  signer: { kind: true, issuer: true, subject: true, claims: true, key: true, signedAt: true },
  base: {
    rung: true,
    proof: true,
    signature: true,
    intact: true,
    current: true,
    image: true,
    digest: true,
    vouchedFor: true,
    existedAt: true,
    layers: { base: true, above: true },
  },
  contents: { packages: true, names: true, shells: true, packageManagers: true, languageManagers: true, size: true },
}

/** Why an expression cannot be used here, found when it is loaded. `names`: what the policy itself has names for. */
export function expressionFault(
  { language, text }: Expression,
  scope: Scope,
  names: Names = {},
): ExpressionFault | undefined {
  if (language === 'rego') return regoFault(text)
  if (language === 'cue') return cueFault(text)
  const compiled = compileCel(text, SCOPES[scope])
  if (typeof compiled !== 'function') return compiled
  const odd = nameFault(text, { ...KNOWN, ...names })
  return odd === undefined ? undefined : { line: 1, message: odd }
}

/** Why an expression does not hold. `over-limit`: it took too much to find out, so nothing may follow from it. */
export type Unmet = { readonly reason: 'policy-not-met' | 'over-limit'; readonly why: string }

/** Undefined where an expression holds. It never throws: what cannot be evaluated does not hold. */
export function unmet(expression: Expression, scope: Scope, known: Known): Unmet | undefined {
  try {
    const why = ask(expression, scope, known)
    return why === undefined ? undefined : { reason: 'policy-not-met', why }
  } catch (error) {
    if (!(error instanceof OverBudget)) throw error
    return { reason: 'over-limit', why: error.message }
  }
}

function ask(expression: Expression, scope: Scope, { variables, document, now, budget }: Known): string | undefined {
  const { language, text } = expression
  const steps = budget.get(expression) ?? stepsOf(MOST[language])
  budget.set(expression, steps)
  // Nothing is looked at once they are used up
  spend(steps, 0)
  if (language === 'rego') return evaluateRego(text, document, now, steps)
  if (language === 'cue') return evaluateCue(text, document, steps)
  const compiled = compiledCel.get(expression) ?? compileCel(text, SCOPES[scope])
  if (typeof compiled !== 'function') return `it cannot be used: ${compiled.message}`
  compiledCel.set(expression, compiled)
  return compiled({ ...withIntegers(variables), now }, steps)
}

const compiledCel = new WeakMap<Expression, AskCel>()

/** What people are told of an expression that does not hold; of CUE and Rego in upstream's words, which they search for. */
export function explainUnmet({ language, text }: Expression, name: string, why: string): string {
  if (language === 'cel') return `the policy of ${name}: ${why}: ${show(text)}`
  const of = language === 'rego' ? `type ${name}` : name
  const wrapped = language === 'cue' ? `failed to evaluate the policy with error: ${why}` : why
  return `failed evaluating ${language} policy for ${of}: ${wrapped}`
}

/** JSON has one kind of number and CEL has two: what is whole is an int, so that `count + 1` means something. */
function withIntegers<T>(value: T): T
function withIntegers(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value
  if (Array.isArray(value)) return value.map(withIntegers)
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withIntegers(inner)]))
}
