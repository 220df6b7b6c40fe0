import type { Policy } from './syntax.ts'
import type { Value } from './value.ts'
import { spend, type Work } from './work.ts'

/** One evaluation of a policy. `known` holds the rules that have been evaluated; undefined is a value there. */
export type Evaluation = {
  readonly policy: Policy
  readonly input: Value
  readonly now: bigint
  readonly work: Work
  readonly known: Map<string, Value | undefined>
}

/** The values of the variables so far, the last first. */
export type Environment = { readonly name: string; readonly value: Value; readonly rest: Environment } | undefined

/** A value of a term, and the variables that go with it. */
export type Found = { readonly value: Value; readonly environment: Environment }

/** The value of a variable; undefined where it has none yet. */
export function variableValue(name: string, environment: Environment, work: Work): Value | undefined {
  let steps = 0
  let place = environment
  while (place !== undefined && place.name !== name) {
    place = place.rest
    steps++
  }
  spend(work, 1 + (steps >>> 3))
  return place?.value
}
