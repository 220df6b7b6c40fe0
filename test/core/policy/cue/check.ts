import { expect, test } from 'vitest'
import { cueFault, evaluateCue } from '../../../../lambda/core/policy/cue/cue.ts'

/** What is told of an input by a policy that can be used; undefined where it holds. */
export type Case = readonly [policy: string, input: unknown, fault: string | undefined]

/** Holds policies against inputs, a test for each. */
export function check(cases: readonly Case[]): void {
  test.each(cases)('%s of %j: %s', (policy, input, fault) => {
    expect(cueFault(policy)).toBeUndefined()
    const found = evaluateCue(policy, input)
    if (fault === undefined) expect(found).toBeUndefined()
    else expect(found).toContain(fault)
  })
}
