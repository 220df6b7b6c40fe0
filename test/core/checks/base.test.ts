import { describe, expect, it } from 'vitest'
import type { BaseEvidence, PlatformBase } from '../../../lambda/core/bases/base-evidence.ts'
import { decide } from '../../../lambda/core/decide.ts'
import type { BaseRule, Policy } from '../../../lambda/core/policy/policy.ts'
import { base, chain, platform, REPLACED, TAMPERED } from '../bases/found.ts'
import { evidence, NOW } from '../claims.ts'

const RULE: BaseRule = { from: [], required: true, intact: false, current: false }
const claim = { from: 'f', image: 'cgr.dev/chainguard/node', outcome: 'false', detail: 'not so' } as const
const internal = base(4, { vouched: ['internal'] })
const unread = chain(3, [base(3)], { changes: { chainguard: { unknown: 'too large' } } })
const tampered = chain(3, [base(3)], { changes: { chainguard: TAMPERED } })

function judge(
  rule: Partial<BaseRule>,
  found: readonly PlatformBase[] | undefined,
  action: 'pass' | 'fail' = 'pass',
  awaited?: BaseEvidence['awaited'],
) {
  const policy: Policy = {
    kind: 'VerificationPolicy',
    name: 'p',
    images: [],
    mode: 'enforce',
    platforms: 'index',
    authorities: [{ kind: 'static', name: 's', action, message: '' }],
    base: { ...RULE, ...rule },
  }
  const gathered: { base?: BaseEvidence } =
    found === undefined ? {} : { base: { platforms: found, ...(awaited && { awaited }) } }
  return decide([policy], { evidence: evidence(), claims: [], now: NOW, ...gathered }, 'h')
}

const one = (found: Parameters<typeof platform>[0], more: Partial<PlatformBase> = {}) => [platform(found, more)]

describe('what a policy asks of the base', () => {
  it.each([
    ['a verified base', {}, one([chain(3)])],
    ['one of those that are named', { from: ['other', 'chainguard'] }, one([chain(3)])],
    ['one that is named, beneath another', { from: ['chainguard'] }, one([chain(4, [internal]), chain(3)])],
    ['one that was left as it is', { intact: true }, one([chain(3)])],
    ['one whose files nobody could read, where that is not asked for', {}, one([unread])],
    ['a current one', { current: true }, one([chain(3)])],
    ['one that was replaced, where that is not asked for', {}, one([chain(3, [base(3, REPLACED)])])],
    ['a young one', { maxAge: 14 * 86_400 }, one([chain(3)])],
    ['none, where none is required', { required: false }, one([])],
    ['one that was tampered with, where none is required', { required: false }, one([tampered])],
  ] as const)('is met by %s', (_, rule, found) => {
    expect(judge(rule, found)).toMatchObject({ outcome: 'verified' })
  })

  it.each([
    ['one whose files nobody could read', {}, one([unread]), 'base-intact', 'too large'],
    ['one that was tampered with', { required: false }, one([tampered]), 'base-intact', 'changed'],
    ['none', { required: false }, one([]), 'base', 'no known base'],
  ] as const)('is silent on %s where that is not asked for', (_, rule, found, name, message) => {
    expect(judge(rule, found).checks.find((check) => check.name === `p/${name}`)).toMatchObject({
      outcome: 'skip',
      reason: 'not-asked',
      message: expect.stringContaining(message),
    })
  })

  it.each([
    ['no base', {}, one([]), 'base-missing', undefined, 'unverified'],
    [
      'one that nobody vouches for',
      {},
      one([chain(3, [base(3, { vouched: [] })])]),
      'base-unverified',
      undefined,
      'unverified',
    ],
    ['one that others vouch for', { from: ['other'] }, one([chain(3)]), 'base-unverified', undefined, 'unverified'],
    ['one that was tampered with', {}, one([tampered]), 'base-changed', undefined, undefined],
    [
      'one that was tampered with, none being required',
      { required: false, intact: true },
      one([tampered]),
      'base-changed',
      undefined,
      undefined,
    ],
    ['one whose files nobody could read', { intact: true }, one([unread]), 'not-judged', 'not-judged', undefined],
    [
      'one whose layers nobody could prove',
      {},
      one([chain(3, [base(3)], { proved: { why: 'too large' } })]),
      'not-judged',
      'not-judged',
      undefined,
    ],
    [
      'one that was replaced',
      { current: true },
      one([chain(3, [base(3, REPLACED)])]),
      'base-outdated',
      undefined,
      'outdated',
    ],
    [
      'one of which no tag is known',
      { current: true },
      one([chain(3, [base(3, { tags: [] })])]),
      'base-too-old',
      undefined,
      'too-old',
    ],
    ['an old one', { maxAge: 86_400 }, one([chain(3)]), 'base-too-old', undefined, 'too-old'],
    [
      'what it is said to stand on, and nobody could judge',
      {},
      one([], { claims: [{ ...claim, outcome: 'asked' }] }),
      'base-not-judged',
      undefined,
      'awaited',
    ],
    [
      'one that nobody could judge, on top',
      { from: ['chainguard'] },
      one([chain(4, [base(4, { vouched: [], unjudged: true, by: ['chainguard'] })])]),
      'base-not-judged',
      undefined,
      'awaited',
    ],
    [
      'one that nobody could judge, and that others may vouch for',
      { from: ['chainguard'] },
      one([chain(4, [base(4, { vouched: [], unjudged: true, by: ['other'] })])]),
      'base-unverified',
      undefined,
      'unverified',
    ],
    [
      'none, where what it is said to stand on may not be what is asked for',
      { from: ['chainguard'] },
      one([], { claims: [{ ...claim, outcome: 'asked', by: ['other'] }] }),
      'base-missing',
      undefined,
      'unverified',
    ],
    [
      'that, where it is known to stand on another that nobody vouches for',
      {},
      one([chain(3, [base(3, { vouched: [] })])], { claims: [{ ...claim, outcome: 'asked' }] }),
      'base-not-judged',
      undefined,
      'awaited',
    ],
    [
      'layers that are not the config says',
      {},
      one([], { problem: { reason: 'layers-mismatch', detail: 'd' } }),
      'layers-mismatch',
      undefined,
      undefined,
    ],
    [
      'layers that are more than is read',
      {},
      one([], { problem: { reason: 'over-limit', detail: 'd' } }),
      'over-limit',
      'over-limit',
      undefined,
    ],
    [
      'one platform on none',
      {},
      [platform([chain(3)]), platform([], { platform: 'linux/arm64' })],
      'base-missing',
      undefined,
      'unverified',
    ],
    ['no platform at all', {}, [], 'no-platform', undefined, undefined],
    ['bases that are not looked up', {}, undefined, 'not-judged', 'not-judged', undefined],
    [
      'one that may not have been looked at yet',
      {},
      one([]),
      'base-not-judged',
      undefined,
      'awaited',
      [{ why: 'no answer', by: ['other'] }],
    ],
    [
      'that, where what is asked for may be it',
      { from: ['chainguard', 'other'] },
      one([tampered]),
      'base-not-judged',
      undefined,
      'awaited',
      [{ why: 'no answer', by: ['other'] }],
    ],
    [
      'none, where another one is asked for than may not have been looked at yet',
      { from: ['chainguard'] },
      one([]),
      'base-missing',
      undefined,
      'unverified',
      [{ why: 'no answer', by: ['other'] }],
    ],
    [
      'one that was tampered with, where only others may not have been looked at yet',
      { from: ['chainguard'] },
      one([tampered]),
      'base-changed',
      undefined,
      undefined,
      [{ why: 'no answer', by: ['other'] }],
    ],
  ] as const)('is missed by %s', (_, rule, found, reason, undecided, onlyBase, awaited?) => {
    const verdict = judge(rule, found, 'pass', awaited)
    expect(verdict).toMatchObject({ outcome: 'rejected' })
    expect(verdict.checks.filter(({ outcome }) => outcome === 'fail').map((check) => check.reason)).toEqual([reason])
    expect([verdict.undecided?.reason, verdict.onlyBase]).toEqual([undecided, onlyBase])
  })

  it('ends when the base gets too old', () => {
    expect(judge({ maxAge: 14 * 86_400 }, one([chain(3)])).goodUntil).toBe('2026-12-04T00:00:00.000Z')
    expect(judge({}, one([chain(3)])).goodUntil).toBeUndefined()
  })

  it('is not all that is wrong where a signature is missed as well', () => {
    const verdict = judge({ current: true }, one([chain(3, [base(3, REPLACED)])]), 'fail')
    expect([verdict.outcome, verdict.onlyBase]).toEqual(['rejected', undefined])
  })

  it('names the platform of an index that lacks it', () => {
    const { checks } = judge({}, [platform([chain(3)]), platform([], { platform: 'linux/arm64' })])
    expect(checks.filter(({ name }) => name === 'p/base')).toMatchObject([
      { outcome: 'pass', platform: 'linux/amd64' },
      { outcome: 'fail', platform: 'linux/arm64' },
    ])
  })

  it('tells of a claim that does not hold, and fails nothing for it', () => {
    const verdict = judge({}, one([chain(3)], { claims: [claim, { ...claim, outcome: 'unrelated' }] }))
    expect(verdict.outcome).toBe('verified')
    expect(verdict.checks.filter(({ reason }) => reason === 'base-claim-false')).toMatchObject([
      { name: 'base/claim', outcome: 'warn' },
    ])
  })
})
