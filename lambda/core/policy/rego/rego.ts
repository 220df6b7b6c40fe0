import { kept } from '../kept.ts'
import { stepsOf } from '../over-budget.ts'
import { define } from './define.ts'
import { evaluateRule } from './evaluate-rule.ts'
import { RegoFault, RegoHalt } from './fault.ts'
import { order } from './order.ts'
import { parse } from './parse.ts'
import { resolve } from './resolve.ts'
import type { Policy } from './syntax.ts'
import type { Value } from './value.ts'
import { notCompliant } from './verdict.ts'
import { MOST_STEPS } from './work.ts'

const LONGEST_POLICY = 64 * 1024
const MOST_CACHED = 64

/** A policy text that has been read: the policy, or why it cannot be used. */
type Read = Policy | RegoFault
const compiled = kept(readPolicy, MOST_CACHED)

/**
 * Why a policy text cannot be used, with the line (from 1); undefined where it can. It can where it is of the subset of Rego (v0)
 * that is evaluated here: what is not understood is named, and never left out.
 */
export function regoFault(text: string): { readonly line: number; readonly message: string } | undefined {
  const read = policyOf(text)
  return read instanceof RegoFault ? { line: read.line, message: read.message } : undefined
}

/**
 * Why an input does not comply with a policy, in cosign's words; undefined where it does. The input is JSON, `now` the time
 * that the policy sees. A policy that has a fault or contradicts itself is not complied with; throws OverBudget.
 */
export function evaluateRego(text: string, input: unknown, now: Date, steps = stepsOf(MOST_STEPS)): string | undefined {
  const policy = policyOf(text)
  if (policy instanceof RegoFault) return `the policy cannot be used: line ${policy.line}: ${policy.message}`
  const work = { steps, sorted: new WeakMap() }
  const nanoseconds = BigInt(now.getTime()) * 1_000_000n
  const run = { policy, input: (input ?? null) as Value, now: nanoseconds, work, known: new Map() }
  try {
    return notCompliant(evaluateRule('isCompliant', run), work)
  } catch (error) {
    if (error instanceof RegoHalt) return `the policy could not be evaluated: ${error.message}`
    throw error
  }
}

function policyOf(text: string): Read {
  if (text.length <= LONGEST_POLICY) return compiled(text)
  return new RegoFault(1, `${text.length} characters; at most ${LONGEST_POLICY} are read`)
}

function readPolicy(text: string): Read {
  try {
    const module = parse(text)
    return define(order(resolve(module)), module.defaults)
  } catch (error) {
    if (error instanceof RegoFault) return error
    throw error
  }
}
