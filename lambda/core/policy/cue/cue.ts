import { kept } from '../kept.ts'
import { OverBudget, type Steps } from '../over-budget.ts'
import { type EvaluationFault, evaluate } from './evaluate.ts'
import { parseCue } from './parse.ts'
import { CueRefusal } from './refuse.ts'
import { resolve } from './resolve.ts'
import type { Struct } from './syntax.ts'

const LONGEST = 64 * 1_024
const KEPT = 64

/**
 * Why a CUE policy cannot be used, undefined where it can: it is no CUE, has a construct that is not read here, or
 * contradicts itself. Line is 1-based within the text.
 */
export function cueFault(text: string): { readonly line: number; readonly message: string } | undefined {
  const loaded = load(text)
  return 'fault' in loaded ? loaded.fault : undefined
}

/**
 * Why a CUE policy does not hold of an input (JSON), in CUE's words; undefined where it holds. It holds if nothing in the
 * unification of both is bottom: what the input lacks is no fault. Throws OverBudget.
 */
export function evaluateCue(text: string, input: unknown, steps?: Steps): string | undefined {
  const loaded = load(text)
  return 'fault' in loaded ? loaded.fault.message : evaluate(loaded.policy, { json: input }, steps)?.message
}

type Loaded = { readonly policy: Struct } | { readonly fault: EvaluationFault }
const compiled = kept(compile, KEPT)

function load(text: string): Loaded {
  if (text.length <= LONGEST) return compiled(text)
  return { fault: { line: 1, message: `${text.length} characters; at most ${LONGEST} are read` } }
}

function compile(text: string): Loaded {
  try {
    const policy = resolve(parseCue(text))
    const fault = evaluate(policy)
    return fault === undefined ? { policy } : { fault }
  } catch (error) {
    if (error instanceof OverBudget) return { fault: { line: 1, message: error.message } }
    if (error instanceof CueRefusal) return { fault: { line: error.line, message: error.message } }
    throw error
  }
}
