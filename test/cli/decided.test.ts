import { describe, expect, it } from 'vitest'
import { decided } from '../../cli/decided.ts'
import type { Reason } from '../../lambda/core/reasons.ts'
import type { Check, OnlyBase, Outcome, Verdict } from '../../lambda/core/verdict.ts'
import { documentOf, setOf } from '../core/policy/documents.ts'

const STATIC = 'images: [{ glob: "**" }]\nauthorities: [{ static: { action: pass } }]'
const SET = setOf(
  documentOf('BaseImage', STATIC, 'golden'),
  documentOf('VerificationPolicy', `${STATIC}\nbase: {}`, 'p'),
  documentOf('VerificationPolicy', `${STATIC}\nbase: { required: false }`, 'optional'),
  documentOf('VerificationPolicy', `${STATIC}\npolicy: { type: cel, data: "base.rung == 'fresh'" }`, 'cel'),
  documentOf('VerificationPolicy', `${STATIC}\npolicy: { type: cel, data: "size(captures) == 1" }`, 'other'),
)
const WHY = 'registry a: no answer'

const check = (name: string, reason: Reason, outcome: Outcome = 'fail'): Check => ({
  name,
  reason,
  outcome,
  message: 'm',
})
const verdict = (outcome: Verdict['outcome'], checks: readonly Check[], onlyBase?: OnlyBase): Verdict => ({
  outcome,
  checks,
  policies: [],
  signers: [],
  policyHash: '',
  badSignature: false,
  ...(onlyBase && { onlyBase }),
})
const NONE = check('optional/base', 'verified', 'pass')
const FOUND = check('optional/base-intact', 'verified', 'pass')

describe('what a verdict comes to on the command line', () => {
  it.each([
    ['verified', verdict('verified', [check('p/key', 'verified', 'pass')]), 'verified'],
    ['unmanaged', verdict('unmanaged', [check('policy', 'no-policy', 'skip')]), 'unmanaged'],
    ['a bad signature', verdict('rejected', [check('p/key', 'no-signature')]), 'failed'],
    ['a base that was tampered with', verdict('rejected', [check('p/base-intact', 'base-changed')]), 'failed'],
    ['no base', verdict('rejected', [check('p/base', 'base-missing')], 'unverified'), 'failed'],
    ['an old base', verdict('rejected', [check('p/base-current', 'base-too-old')], 'too-old'), 'degraded'],
    ['a replaced base', verdict('rejected', [check('p/base-current', 'base-outdated')], 'outdated'), 'degraded'],
    ['one that waits for its base', verdict('rejected', [check('p/base', 'base-not-judged')], 'awaited'), 'error'],
    ['one that may have none', verdict('verified', [NONE]), 'verified'],
  ])('%s', (_, judged, state) => {
    expect(decided(judged, SET, undefined).state).toBe(state)
  })

  it.each([
    ['no base', [check('p/base', 'base-missing')]],
    ['one that nobody vouches for', [check('p/base', 'base-unverified')]],
    ['one that was tampered with', [check('p/base-intact', 'base-changed')]],
    ['one that was replaced', [check('p/base-current', 'base-outdated')]],
    ['an old one', [check('p/base-current', 'base-too-old')]],
    ['what CEL says of it', [check('cel/policy', 'policy-not-met')]],
    ['several of these', [check('p/base', 'base-missing'), check('cel/policy', 'policy-not-met')]],
  ])('nothing, where a base could not be judged and all hangs on it: %s', (_, missed) => {
    const passed = check('p/key', 'verified', 'pass')
    const { state, checks } = decided(verdict('rejected', [passed, ...missed]), SET, WHY)
    expect(state).toBe('error')
    expect(checks[0]).toEqual(passed)
    for (const one of checks.slice(1)) {
      expect(one).toMatchObject({
        outcome: 'error',
        reason: 'base-not-judged',
        message: expect.stringMatching(`${WHY}; m$`),
      })
    }
  })

  it.each([
    ['another no', verdict('rejected', [check('p/base', 'base-missing'), check('p/key', 'no-signature')]), 'failed'],
    ['what CEL says of other things', verdict('rejected', [check('other/policy', 'policy-not-met')]), 'failed'],
    ['layers that lie', verdict('rejected', [check('p/base', 'layers-mismatch')]), 'failed'],
    ['a yes', verdict('verified', [check('p/base', 'verified', 'pass')]), 'verified'],
    ['an optional base that was found', verdict('verified', [NONE, FOUND]), 'verified'],
    ['an optional base that was not', verdict('verified', [NONE]), 'error'],
    [
      'an optional base on another platform',
      verdict('verified', [NONE, { ...FOUND, platform: 'linux/arm64' }]),
      'error',
    ],
    ['no policy that enforces', verdict('unmanaged', [NONE]), 'unmanaged'],
  ])('where a base could not be judged: %s', (_, judged, state) => {
    expect(decided(judged, SET, WHY).state).toBe(state)
  })
})
