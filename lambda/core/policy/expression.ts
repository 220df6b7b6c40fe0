import { isObject } from '../is-object.ts'
import { type AskCel, compileCel, type ExpressionFault } from './cel/cel.ts'
import type { Expression } from './policy.ts'

/** What a CEL expression may name, by where it stands. CUE and Rego are asked about one document, `document` in these. */
export const SCOPES = {
  /** An attestation's statement, and who signed it. */
  attestation: ['statement', 'predicate', 'signer', 'image', 'captures', 'now'],
  /** All that matched, and the image config of every platform. */
  policy: ['authorityMatches', 'config', 'image', 'captures', 'now'],
  /** The image config of one platform. */
  config: ['config', 'platform', 'image', 'captures', 'now'],
} as const
export type Scope = keyof typeof SCOPES

/** What is known where an expression is asked. `document`: what CUE and Rego are asked about. */
export type Known = {
  readonly variables: Readonly<Record<string, unknown>>
  readonly document: unknown
  readonly now: Date
}

/** Why an expression cannot be used here, found when it is loaded. */
export function expressionFault({ language, text }: Expression, scope: Scope): ExpressionFault | undefined {
  if (language !== 'cel') return { line: 1, message: `${language} is not supported yet` }
  const compiled = compileCel(text, SCOPES[scope])
  return typeof compiled === 'function' ? undefined : compiled
}

const compiled = new WeakMap<Expression, AskCel>()

/** Undefined where an expression holds, else why not. It never throws: what cannot be evaluated does not hold. */
export function unmet(expression: Expression, scope: Scope, known: Known): string | undefined {
  const ask = compiled.get(expression) ?? compileCel(expression.text, SCOPES[scope])
  if (typeof ask !== 'function') return `it cannot be used: ${ask.message}`
  compiled.set(expression, ask)
  return ask({ ...withIntegers(known.variables), now: known.now })
}

/** What people are told of an expression that does not hold; of CUE and Rego in upstream's words, which they search for. */
export function explainUnmet({ language }: Expression, name: string, why: string): string {
  if (language === 'cel') return `the policy of ${name}: ${why}`
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
