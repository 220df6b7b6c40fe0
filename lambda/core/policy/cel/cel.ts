import { Environment, type ParseResult } from '@marcbachmann/cel-js'
import { RE2JS } from 're2js'
import { OverBudget, type Steps, spend, stepsOf } from '../over-budget.ts'
import { patternFault } from '../text-match.ts'
import { HAS, MATCHES, matchByRe2, nodesIn, OURS, parseNodes, rewritten, SPEND, weighOperands } from './rewrite.ts'

/** Why an expression cannot be used; `line` is counted from 1 within its text. */
export type ExpressionFault = { readonly line: number; readonly message: string }

const LONGEST = 16_384
/** Steps allowed: nodes evaluated within macros, and values that operators and functions are given. About two seconds at worst. */
export const MOST_STEPS = 4_000_000
const MOST_PATTERNS = 100

/** An expression that is ready to be asked: undefined where it holds, else why not. An error in it is a no; throws OverBudget. */
export type AskCel = (variables: Readonly<Record<string, unknown>>, steps?: Steps) => string | undefined

/** The steps of the evaluation that is going on: what the library calls knows of none. */
type Meter = { steps: Steps }

/** Reads a CEL expression (https://cel.dev) that says yes or no of these variables; `now` is a timestamp. Never throws. */
export function compileCel(text: string, variables: readonly string[]): AskCel | ExpressionFault {
  if (text.length > LONGEST) {
    return { line: 1, message: `has ${text.length} characters; at most ${LONGEST} are allowed` }
  }
  const meter = { steps: stepsOf(0) }
  try {
    const nodes = parseNodes(text)
    const odd = oddCall(nodes)
    if (odd !== undefined) return { line: 1, message: odd }
    const parsed = environment(variables, meter).parse(rewritten(text, nodes))
    matchByRe2(parsed.ast)
    weighOperands(parsed.ast, (value) => weigh(meter.steps, value))
    const { error, type = 'dyn' } = parsed.check()
    if (error !== undefined) return faultOf(error, text)
    if (type !== 'bool' && type !== 'dyn') return { line: 1, message: `is a ${type}; it must be true or false` }
    return (values, steps = stepsOf(MOST_STEPS)) => {
      meter.steps = steps
      return ask(parsed, values, steps)
    }
  } catch (error) {
    return faultOf(error, text)
  }
}

function ask(parsed: ParseResult, values: Readonly<Record<string, unknown>>, steps: Steps): string | undefined {
  const answer = answerOf(parsed, values)
  // Whatever came of it: errors may be swallowed by macros, by || and by &&
  if (steps.left < 0) throw new OverBudget(steps.most)
  return answer
}

function answerOf(parsed: ParseResult, values: Readonly<Record<string, unknown>>): string | undefined {
  try {
    const answer: unknown = parsed({ ...values })
    if (answer === true) return undefined
    return answer === false ? 'it is false' : `it is ${kindOf(answer)}, neither true nor false`
  } catch (error) {
    return `it could not be evaluated: ${summaryOf(error)}`
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'bigint') return 'an int'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'a map' : `a ${typeof value}`
}

function environment(variables: readonly string[], meter: Meter): Environment {
  const env = new Environment({ homogeneousAggregateLiterals: false })
  for (const name of variables) env.registerVariable(name, name === 'now' ? 'google.protobuf.Timestamp' : 'dyn')
  env.registerFunction(`${SPEND}(dyn, int): dyn`, (range: unknown, nodes: bigint) => {
    spend(meter.steps, Number(nodes) * sizeOf(range))
    return range
  })
  env.registerFunction(`${HAS}(dyn, string): bool`, (of: unknown, field: string) => {
    if (typeof of !== 'object' || of === null || Array.isArray(of))
      throw new Error(`has(): no fields where ${field} is asked for`)
    return Object.hasOwn(of, field)
  })
  const patterns = new Map<string, RE2JS>()
  env.registerFunction(`string.${MATCHES}(string): bool`, (seen: string, pattern: string) => {
    // RE2 takes its time for each character
    spend(meter.steps, seen.length + pattern.length)
    const known = patterns.get(pattern) ?? compilePattern(pattern)
    if (patterns.size < MOST_PATTERNS) patterns.set(pattern, known)
    return known.test(seen)
  })
  return env
}

/** What an operator may have to look at: every value within, and the characters of texts by the dozen. */
function weigh(steps: Steps, value: unknown): void {
  spend(steps, typeof value === 'string' ? 1 + (value.length >>> 4) : 1)
  if (typeof value !== 'object' || value === null) return
  for (const inner of Array.isArray(value) ? (value as unknown[]) : Object.values(value)) weigh(steps, inner)
}

function sizeOf(range: unknown): number {
  if (Array.isArray(range)) return range.length
  return typeof range === 'object' && range !== null ? Object.keys(range).length : 0
}

function compilePattern(pattern: string): RE2JS {
  const fault = patternFault(pattern)
  if (fault !== undefined) throw new Error(`the pattern ${pattern} is invalid: ${fault}`)
  return RE2JS.compile(pattern)
}

/** What can be told before any value is known: patterns that are none, and calls of what is ours. */
function oddCall(nodes: ReturnType<typeof parseNodes>): string | undefined {
  for (const { op, args } of nodes) {
    if (op !== 'call' && op !== 'rcall') continue
    const call = args as readonly unknown[]
    const name = String(call[0])
    if (OURS.includes(name)) return `${name} is no function of CEL`
    const [pattern] = call[0] === 'matches' ? nodesIn(call[2]) : []
    if (pattern?.op !== 'value' || typeof pattern.args !== 'string') continue
    const fault = patternFault(pattern.args)
    if (fault !== undefined) return `the pattern ${pattern.args} is invalid: ${fault}`
  }
  return undefined
}

function faultOf(error: unknown, text: string): ExpressionFault {
  const range = error instanceof Error && 'range' in error ? (error.range as { readonly start: number }) : undefined
  return { line: text.slice(0, range?.start ?? 0).split('\n').length, message: summaryOf(error) }
}

/** The library's message without the picture it draws below. */
function summaryOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const message = 'summary' in error ? String(error.summary) : error.message
  return message.replaceAll(MATCHES, 'matches')
}
