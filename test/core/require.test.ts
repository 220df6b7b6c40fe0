import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decide } from '../../lambda/core/decide.ts'
import type { Authenticated } from '../../lambda/core/evidence.ts'
import type { Policy } from '../../lambda/core/policy/policy.ts'
import {
  attestation,
  bad,
  byKey,
  byWorkflow,
  evidence,
  good,
  ISSUER,
  KEY,
  NOW,
  policy,
  SPDX,
  WORKFLOW,
  withStatic,
} from './claims.ts'
import { digest } from './records.ts'

const ALICE = { ...WORKFLOW, subject: 'alice@example.com' }
const BOB = { ...WORKFLOW, subject: 'bob@example.com' }
const people = byWorkflow({
  name: 'people',
  identities: [{ issuer: { exact: ISSUER }, subject: { pattern: '.*@example\\.com', full: true }, claims: {} }],
})
const two = (...authorities: Policy['authorities']) => policy(authorities, { require: { atLeast: 2 } })
const all = (...authorities: Policy['authorities']) => policy(authorities, { require: 'all' })

function judge(one: Policy, claims: readonly Authenticated[]) {
  const { outcome, checks, badSignature } = decide([one], { now: NOW, evidence: evidence(), claims }, 'h')
  return [outcome, badSignature, ...checks.map(({ name, outcome: came, reason }) => `${name} ${came} ${reason}`)]
}

describe('require: all', () => {
  it.each<readonly [string, readonly Authenticated[], string]>([
    ['both', [good(), good(WORKFLOW)], 'verified'],
    ['in another order', [good(WORKFLOW), good()], 'verified'],
    ['the key alone', [good()], 'rejected'],
    ['the workflow alone', [good(WORKFLOW)], 'rejected'],
    ['nobody', [], 'rejected'],
  ])('signed by %s', (_, claims, outcome) => {
    expect(judge(all(byKey(), byWorkflow()), claims)[0]).toBe(outcome)
  })

  it('tells which authority holds and which does not', () => {
    expect(judge(all(byKey(), byWorkflow()), [good()])).toEqual([
      'rejected',
      false,
      'signed/key pass verified',
      'signed/workflow fail wrong-key-kind',
    ])
  })

  it('an authority that always says no lets nothing pass', () => {
    expect(judge(all(byKey(), withStatic('fail')), [good()])[0]).toBe('rejected')
    expect(judge(all(byKey(), withStatic('pass')), [good()])[0]).toBe('verified')
  })
})

describe('require: atLeast', () => {
  it.each<readonly [string, Policy, readonly Authenticated[], string]>([
    ['a key and a workflow', two(byKey(), byWorkflow()), [good(), good(WORKFLOW)], 'verified'],
    ['two people of one authority', two(people), [good(ALICE), good(BOB)], 'verified'],
    [
      'one person twice',
      two(people),
      [good(ALICE), good({ ...ALICE, signedAt: '2027', claims: { a: 'b' } })],
      'rejected',
    ],
    ['one person whom two authorities know', two(people, { ...people, name: 'again' }), [good(ALICE)], 'rejected'],
    ['a person and a stranger', two(people), [good(ALICE), good({ ...BOB, subject: 'eve@evil.example' })], 'rejected'],
    ['a person and a broken signature', two(people), [good(ALICE), bad()], 'rejected'],
    ['one, and an authority that always says yes', two(people, withStatic('pass')), [good(ALICE)], 'rejected'],
    [
      'whoever attests, once each',
      two(byKey({ attestations: [{ name: 'sbom', predicateType: SPDX }] }), byWorkflow()),
      [good(KEY, attestation(SPDX)), good(WORKFLOW)],
      'verified',
    ],
  ])('%s', (_, one, claims, outcome) => {
    for (const order of [claims, claims.toReversed()]) expect(judge(one, order)[0]).toBe(outcome)
  })

  it('tells how many signed and who, and waits for the others', () => {
    const verdict = decide([two(people)], { now: NOW, evidence: evidence(), claims: [good(ALICE)] }, 'h')
    expect(verdict.badSignature).toBe(false)
    expect(verdict.checks.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      'signed/people pass',
      'signed/require fail',
    ])
    expect(verdict.checks[1]).toMatchObject({
      reason: 'too-few-signers',
      message: `too few distinct signers: 1 of the 2 that are asked for: alice@example.com from ${ISSUER}`,
    })
  })

  it('where nobody signed only that is told', () => {
    expect(judge(two(byKey()), [])).toEqual(['rejected', false, 'signed/key fail no-signature'])
  })

  it('counts on each platform by itself', () => {
    const children = [1, 2].map((n) => ({ mediaType: 'm', digest: digest(n), size: 1, annotations: {} }))
    const on = (platform: string, n: number, ...claims: readonly Authenticated[]) => ({
      platform,
      digest: digest(n),
      claims,
    })
    const each = { ...two(people), platforms: 'each' } as const
    const outcome = (...claims: readonly Authenticated[]) =>
      decide(
        [each],
        {
          now: NOW,
          evidence: evidence({ children }),
          claims: [],
          platforms: [on('linux/amd64', 1, good(ALICE), good(BOB)), on('linux/arm64', 2, ...claims)],
        },
        'h',
      ).outcome
    expect([outcome(good(ALICE), good(BOB)), outcome(good(BOB))]).toEqual(['verified', 'rejected'])
  })

  it('covers no platform of an index unless it holds', () => {
    const index = evidence({ platforms: ['linux/amd64'], children: [] })
    const platformsOf = (...claims: readonly Authenticated[]) =>
      decide([two(people)], { now: NOW, evidence: index, claims }, 'h').checks.flatMap(({ platform }) => platform ?? [])
    expect([platformsOf(good(ALICE)), platformsOf(good(ALICE), good(BOB))]).toEqual([[], ['linux/amd64']])
  })
})

it('every signer whom a policy accepts is told of', () => {
  const { signers } = decide(
    [policy([people])],
    { now: NOW, evidence: evidence(), claims: [good(BOB), bad(), good(ALICE)] },
    'h',
  )
  expect(signers).toEqual([BOB, ALICE])
})

const anyClaims = fc.array(fc.constantFrom(good(), good(WORKFLOW), good(ALICE), good(BOB), bad()), { maxLength: 5 })
const anyAuthorities = fc.array(fc.constantFrom(byKey(), byWorkflow(), people, withStatic('fail')), {
  minLength: 1,
  maxLength: 4,
})

describe('laws', () => {
  it('what holds under all, or for several signers, holds under any', () => {
    fc.assert(
      fc.property(
        anyAuthorities,
        anyClaims,
        fc.constantFrom('all' as const, { atLeast: 2 }),
        (authorities, claims, require) => {
          const strict = judge(policy(authorities, { require }), claims)[0]
          expect(strict === 'rejected' || judge(policy(authorities), claims)[0] === 'verified').toBe(true)
        },
      ),
    )
  })

  it('another authority never turns a yes into a no, under any and under atLeast', () => {
    fc.assert(
      fc.property(
        anyAuthorities,
        anyAuthorities,
        anyClaims,
        fc.constantFrom({}, { require: { atLeast: 2 } }),
        (few, more, claims, rule) => {
          if (judge(policy(few, rule), claims)[0] !== 'verified') return
          expect(judge(policy([...few, ...more], rule), claims)[0]).toBe('verified')
        },
      ),
    )
  })

  it('the order of authorities and signatures does not matter', () => {
    fc.assert(
      fc.property(
        anyAuthorities,
        anyClaims,
        fc.constantFrom({}, { require: 'all' as const }, { require: { atLeast: 2 } }),
        (authorities, claims, rule) => {
          const turned = policy(authorities.toReversed(), rule)
          expect(judge(turned, claims.toReversed())[0]).toBe(judge(policy(authorities, rule), claims)[0])
        },
      ),
    )
  })
})
