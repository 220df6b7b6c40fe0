import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { canonicalHash } from '../../lambda/core/canonical.ts'
import { decide } from '../../lambda/core/decide.ts'
import { loadPolicies } from '../../lambda/core/policy/load.ts'
import type { Authority, Policy, WantedAttestation } from '../../lambda/core/policy/policy.ts'
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
  SPDX,
  WORKFLOW,
  withStatic,
} from './claims.ts'

const EVERY_FIELD = readFileSync('test/policy-mutants/every-field.yaml', 'utf8').split('\n---\n')
const SAMPLES = readFileSync('policies/examples/ecr-production.yaml', 'utf8').split('\n---\n')

it('the order of documents and files changes nothing', () => {
  const documents = [...EVERY_FIELD, ...SAMPLES]
  const load = (texts: readonly string[], files: number) => {
    const parts = Array.from({ length: files }, (_, file) => texts.filter((_text, at) => at % files === file))
    return loadPolicies(parts.map((part, file) => ({ path: `${file}.yaml`, text: part.join('\n---\n') })))
  }
  const expected = canonicalHash(load(documents, 1).set)
  fc.assert(
    fc.property(
      fc.shuffledSubarray(documents, { minLength: documents.length }),
      fc.integer({ min: 1, max: 3 }),
      (texts, files) => {
        const { set, problems } = load(texts, files)
        expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
        expect(canonicalHash(set)).toBe(expected)
      },
    ),
    { numRuns: 30 },
  )
})

const wanted = fc.record<WantedAttestation>(
  {
    name: fc.constant('sbom'),
    predicateType: fc.constant(SPDX),
    maxAge: fc.constantFrom(3600, 30 * 24 * 3600),
    policy: fc.constantFrom({ language: 'cel', text: 'predicate.ok' }, { language: 'cel', text: 'predicate.nothing' }),
  },
  { requiredKeys: ['name', 'predicateType'] },
)
const attesting = wanted.map((one) => byWorkflow({ name: 'sbom', attestations: [one] }))
const anyAuthority: fc.Arbitrary<Authority> = fc.oneof(
  attesting,
  fc.constantFrom<Authority>(byKey(), byWorkflow(), withStatic('pass'), withStatic('fail'), {
    kind: 'beyond',
    name: 'beyond',
    why: 'not at hand',
  }),
)
const signed = fc
  .constantFrom('2026-11-01T00:00:00.000Z', '2026-11-25T23:59:00.000Z')
  .chain((signedAt) => fc.boolean().map((ok) => good({ ...WORKFLOW, signedAt }, attestation(SPDX, { ok }))))
const anyClaims = fc.array(
  fc.oneof(signed, fc.constantFrom(good(), good(WORKFLOW), good(KEY, attestation(SPDX)), bad())),
  { maxLength: 5 },
)
const anyPolicy: fc.Arbitrary<Policy> = fc
  .record({
    authorities: fc.array(anyAuthority, { minLength: 1, maxLength: 3 }),
    kind: fc.constantFrom('VerificationPolicy' as const, 'ClusterImagePolicy' as const),
    mode: fc.constantFrom('enforce' as const, 'warn' as const),
    policy: fc.constantFrom(undefined, {
      language: 'cel' as const,
      text: '"sbom" in authorityMatches',
      withConfig: false,
    }),
    config: fc.constantFrom(undefined, [{ cel: { language: 'cel' as const, text: 'false' }, message: 'no' }]),
  })
  .map(({ authorities, config, policy: whole, ...fields }) =>
    policy(authorities, { ...fields, ...(config && { config }), ...(whole && { policy: whole }) }),
  )
const anyPolicies = fc
  .array(anyPolicy, { maxLength: 3 })
  .map((all) => all.map((one, at) => ({ ...one, name: `p${at}` })))
const judge = (policies: readonly Policy[], claims: Parameters<typeof decide>[1]['claims']) =>
  decide(policies, { evidence: evidence(), claims, now: NOW }, 'h')

it('a policy that warns never acts', () => {
  fc.assert(
    fc.property(anyPolicies, anyClaims, (policies, claims) => {
      const { outcome, badSignature, goodUntil } = judge(policies, claims)
      const alone = judge(
        policies.filter(({ mode }) => mode === 'enforce'),
        claims,
      )
      expect([outcome, badSignature, goodUntil]).toEqual([alone.outcome, alone.badSignature, alone.goodUntil])
    }),
  )
})

it('the order of policies, authorities and claims changes no outcome', () => {
  fc.assert(
    fc.property(anyPolicies, anyClaims, (policies, claims) => {
      const turned = policies.map((one) => ({ ...one, authorities: one.authorities.toReversed() })).toReversed()
      const [one, other] = [judge(policies, claims), judge(turned, claims.toReversed())]
      const outcomes = ({ policies: all }: typeof one) => all.map(({ name, outcome }) => `${name} ${outcome}`).sort()
      expect([other.outcome, other.goodUntil, outcomes(other)]).toEqual([one.outcome, one.goodUntil, outcomes(one)])
    }),
  )
})

it('another authority never turns a yes into a no', () => {
  fc.assert(
    fc.property(anyPolicy, anyAuthority, anyClaims, (one, authority, claims) => {
      const more = { ...one, authorities: [...one.authorities, authority] }
      expect(judge([one], claims).outcome === 'verified' && judge([more], claims).outcome !== 'verified').toBe(false)
    }),
  )
})

it('a yes never ends before it is said to', () => {
  fc.assert(
    fc.property(anyPolicies, anyClaims, (policies, claims) => {
      const { outcome, goodUntil = '2100-01-01T00:00:00.000Z' } = judge(policies, claims)
      const now = new Date(Date.parse(goodUntil) - 1)
      if (outcome === 'verified') {
        expect(decide(policies, { evidence: evidence(), claims, now }, 'h').outcome).toBe('verified')
      }
    }),
  )
})
