import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decide } from '../../lambda/core/decide.ts'
import type { Authenticated } from '../../lambda/core/evidence.ts'
import type { Policy } from '../../lambda/core/policy/policy.ts'
import type { Verdict } from '../../lambda/core/verdict.ts'
import {
  attestation,
  bad,
  byKey,
  byWorkflow,
  evidence,
  good,
  KEY,
  NOW,
  policy,
  SLSA,
  SPDX,
  WORKFLOW,
  withStatic,
} from './claims.ts'
import { ID } from './records.ts'

const wanting = (...types: string[]) => types.map((predicateType, n) => ({ name: `a${n}`, predicateType }))
const warned = (...authorities: Policy['authorities']) => policy(authorities, { name: 'warned', mode: 'warn' })
const judge = (policies: readonly Policy[], claims: readonly Authenticated[] = []) =>
  decide(policies, { now: NOW, evidence: evidence(), claims }, 'hash')

/** What is expected: outcome, then each check as `name outcome reason`. */
type Case = readonly [string, readonly Policy[], readonly Authenticated[], Verdict['outcome'], ...string[]]

const cases: readonly Case[] = [
  ['no policy', [], [good()], 'unmanaged', 'policy skip no-policy'],
  ['signed', [policy([byKey()])], [good()], 'verified', 'signed/key pass verified'],
  ['unsigned', [policy([byKey()])], [], 'rejected', 'signed/key fail no-signature'],
  [
    'any authority suffices',
    [policy([byKey(), byWorkflow()])],
    [good()],
    'verified',
    'signed/key pass verified',
    'signed/workflow skip wrong-key-kind',
  ],
  [
    'no authority is met',
    [policy([byKey(), byWorkflow()])],
    [bad()],
    'rejected',
    'signed/key fail signature-invalid',
    'signed/workflow fail signature-invalid',
  ],
  [
    'all attestations of an authority',
    [policy([byKey({ attestations: wanting(SPDX, SLSA) })])],
    [good(KEY, attestation(SPDX)), good(KEY, attestation(SLSA))],
    'verified',
    'signed/key/a0 pass verified',
    'signed/key/a1 pass verified',
  ],
  [
    'one of two attestations',
    [policy([byKey({ attestations: wanting(SPDX, SLSA) })])],
    [good(KEY, attestation(SPDX))],
    'rejected',
    'signed/key/a0 pass verified',
    'signed/key/a1 fail no-matching-attestation',
  ],
  [
    'attestations in place of a signature',
    [policy([byKey({ attestations: wanting(SPDX) })])],
    [good()],
    'rejected',
    'signed/key/a0 fail no-matching-attestation',
  ],
  [
    'annotations and attestations: a signature with the first, and the second beside it',
    [policy([byKey({ attestations: wanting(SPDX), annotations: { team: 'blue' } })])],
    [good(KEY, { kind: 'signature', annotations: { team: 'blue' }, names: [] }), good(KEY, attestation(SPDX))],
    'verified',
    'signed/key pass verified',
    'signed/key/a0 pass verified',
  ],
  [
    'annotations and attestations, and no signature',
    [policy([byKey({ attestations: wanting(SPDX), annotations: { team: 'blue' } })])],
    [good(KEY, attestation(SPDX))],
    'rejected',
    'signed/key fail no-matching-signature',
    'signed/key/a0 pass verified',
  ],
  [
    'every policy must hold',
    [policy([byKey()]), policy([byWorkflow()], { name: 'second' })],
    [good()],
    'rejected',
    'signed/key pass verified',
    'second/workflow fail wrong-key-kind',
  ],
  [
    'every policy holds',
    [policy([byKey()]), policy([byWorkflow()], { name: 'second' })],
    [good(), good(WORKFLOW)],
    'verified',
    'signed/key pass verified',
    'second/workflow pass verified',
  ],
  [
    'a failed warning',
    [policy([byKey()]), warned(byWorkflow())],
    [good()],
    'verified',
    'signed/key pass verified',
    'warned/workflow warn wrong-key-kind',
  ],
  ['a warning alone manages nothing', [warned(byKey())], [], 'unmanaged', 'warned/key warn no-signature'],
  ['a warning that holds', [warned(byKey())], [good()], 'unmanaged', 'warned/key pass verified'],
  ['static pass', [policy([withStatic('pass')])], [], 'verified', 'signed/pass pass static-pass'],
  ['static fail', [policy([withStatic('fail', 'retired')])], [good()], 'rejected', 'signed/fail fail static-fail'],
  [
    'static fail beside a key',
    [policy([withStatic('fail'), byKey()])],
    [good()],
    'verified',
    'signed/fail skip static-fail',
    'signed/key pass verified',
  ],
]

describe('the verdict', () => {
  it.each(cases.map(([name, policies, claims, outcome, ...checks]) => ({ name, policies, claims, outcome, checks })))(
    '$name',
    ({ policies, claims, outcome, checks }) => {
      const verdict = judge(policies, claims)
      expect(verdict.outcome).toBe(outcome)
      expect(verdict.checks.map(({ name, outcome, reason }) => `${name} ${outcome} ${reason}`)).toEqual(checks)
      expect(verdict.policyHash).toBe('hash')
    },
  )

  it('tells of each policy by name', () => {
    const { policies } = judge(
      [policy([byKey()]), policy([byWorkflow()], { name: 'b' }), warned(byWorkflow())],
      [good()],
    )
    expect(policies).toEqual([
      { name: 'signed', outcome: 'pass' },
      { name: 'b', outcome: 'fail' },
      { name: 'warned', outcome: 'warn' },
    ])
  })

  it('names each signer once, and only those who satisfied somebody', () => {
    const { signers } = judge([policy([byKey()]), policy([byKey(), byWorkflow()], { name: 'b' })], [good(), bad()])
    expect(signers).toEqual([KEY])
    expect(judge([policy([byWorkflow()])], [good()]).signers).toEqual([])
  })

  it('says the message of a static authority, or one of its own', () => {
    expect(judge([policy([withStatic('fail', 'retired')])]).checks[0]?.message).toBe(
      'the policy lets nothing pass: retired',
    )
    expect(judge([policy([withStatic('pass')])]).checks[0]?.message).toBe('the policy lets it pass')
  })

  it('verifies nothing whose manifest can be read two ways, whoever signed it', () => {
    const verdict = decide(
      [policy([byKey()]), warned(withStatic('pass'))],
      { now: NOW, evidence: evidence({ ambiguous: 'both' }), claims: [good()] },
      'h',
    )
    expect(verdict).toMatchObject({
      outcome: 'rejected',
      signers: [],
      checks: [
        {
          name: 'signed/manifest',
          outcome: 'fail',
          reason: 'ambiguous-manifest',
          message: expect.stringContaining('both'),
        },
        {
          name: 'warned/manifest',
          outcome: 'warn',
          reason: 'ambiguous-manifest',
          message: expect.stringContaining('both'),
        },
      ],
    })
  })
})

describe('a bad signature, to failFast', () => {
  it.each<readonly [string, readonly Policy[], readonly Authenticated[], boolean]>([
    ['nothing there', [policy([byKey()])], [], false],
    ['junk', [policy([byKey()])], [bad()], true],
    ['junk beside the good one', [policy([byKey()])], [good(), bad()], false],
    ['a signature of another kind', [policy([byWorkflow()])], [good()], false],
    ['an attestation before the signature', [policy([byKey()])], [good(KEY, attestation(SPDX))], false],
    ['a stranger', [policy([byWorkflow()])], [good({ ...WORKFLOW, subject: 'x' })], true],
    [
      'a stranger beside an attestation that is absent',
      [policy([byWorkflow({ attestations: wanting(SPDX, SLSA) })])],
      [good({ ...WORKFLOW, subject: 'x' }, attestation(SPDX))],
      true,
    ],
    [
      'an attestation of another type',
      [policy([byKey({ attestations: wanting(SPDX) })])],
      [good(KEY, attestation(SLSA))],
      false,
    ],
    [
      'one that another authority of the policy wants',
      [policy([byKey(), byWorkflow()], { require: 'all' })],
      [good()],
      false,
    ],
    ['one that another policy wants', [policy([byWorkflow()]), policy([byKey()])], [good()], false],
    ['one that only a warning wants', [policy([byWorkflow()]), warned(byKey())], [good()], false],
    ['one that another policy wants, and junk', [policy([byWorkflow()]), policy([byKey()])], [good(), bad()], true],
    ['of a kind that is not judged', [policy([byKey()])], [bad('unsupported')], false],
    ['not ours, and nobody asks', [], [bad()], false],
  ])('%s', (_, policies, claims, answer) => {
    expect(judge(policies, claims).badSignature).toBe(answer)
  })

  it.each([
    ['child-missing', false],
    ['ambiguous-manifest', true],
  ] as const)('is %s of a platform: %s', (reason, answer) => {
    const platforms = [{ platform: 'linux/amd64', digest: ID.digest, claims: [], problem: { reason, detail: '' } }]
    const image = evidence({ children: [{ mediaType: 'm', digest: ID.digest, size: 1, annotations: {} }] })
    const each = policy([byKey()], { platforms: 'each' })
    expect(decide([each], { now: NOW, evidence: image, claims: [], platforms }, 'h').badSignature).toBe(answer)
  })

  it('is not one that only a warning minds', () => {
    const stranger = good({ ...WORKFLOW, subject: 'x' })
    expect(judge([policy([byKey()]), warned(byWorkflow())], [stranger]).badSignature).toBe(false)
  })

  it('is not an authority that always says no', () => {
    expect(judge([policy([withStatic('fail'), byKey()])]).badSignature).toBe(false)
  })
})

const anyClaim = fc.constantFrom(good(), good(WORKFLOW), good(KEY, attestation(SPDX)), bad(), bad('malformed'))
const anyAuthority = fc.constantFrom(
  byKey(),
  byWorkflow(),
  byKey({ attestations: wanting(SPDX, SLSA) }),
  withStatic('fail'),
)
const anyPolicy = fc
  .tuple(fc.array(anyAuthority, { minLength: 1, maxLength: 3 }), fc.constantFrom('enforce', 'warn'))
  .map(([authorities, mode]) => policy(authorities, { mode: mode as Policy['mode'] }))
const anyPolicies = fc.array(anyPolicy, { maxLength: 3 })

describe('laws of the verdict', () => {
  it('a bad claim more never turns verified into rejected', () => {
    fc.assert(
      fc.property(anyPolicies, fc.array(anyClaim), fc.nat(5), (policies, claims, place) => {
        const more = [...claims.slice(0, place), bad(), ...claims.slice(place)]
        if (judge(policies, claims).outcome === 'verified') expect(judge(policies, more).outcome).toBe('verified')
      }),
    )
  })

  it('order and number of claims are irrelevant to outcome, checks and signers', () => {
    const told = ({ outcome, checks, signers }: Verdict) => ({
      outcome,
      checks: checks.map(({ name, outcome, reason }) => [name, outcome, reason]),
      signers,
    })
    fc.assert(
      fc.property(anyPolicies, fc.array(anyClaim), (policies, claims) => {
        const other = judge(policies, [...claims.toReversed(), ...claims])
        expect(told(other)).toEqual(told(judge(policies, claims)))
      }),
    )
  })

  it('is verified only where an enforcing policy is there and all of them pass', () => {
    fc.assert(
      fc.property(anyPolicies, fc.array(anyClaim), (policies, claims) => {
        const { outcome, policies: told } = judge(policies, claims)
        const enforcing = told.filter((_, n) => policies[n]?.mode === 'enforce')
        const expected = enforcing.every((one) => one.outcome === 'pass') ? 'verified' : 'rejected'
        expect(outcome).toBe(enforcing.length === 0 ? 'unmanaged' : expected)
      }),
    )
  })
})

it('an authority that always says yes has no signers', () => {
  expect(judge([policy([withStatic('pass')])])).toMatchObject({ outcome: 'verified', signers: [] })
})
