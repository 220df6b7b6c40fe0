import { describe, expect, it, test } from 'vitest'
import { decide } from '../../../lambda/core/decide.ts'
import type { Authenticated } from '../../../lambda/core/evidence.ts'
import type { Authority, Policy } from '../../../lambda/core/policy/policy.ts'
import {
  attestation,
  byKey,
  byWorkflow,
  evidence,
  good,
  ISSUER,
  NOW,
  policy,
  SPDX,
  SUBJECT,
  WORKFLOW,
  withStatic,
} from '../claims.ts'
import { digest } from '../records.ts'

const SBOM = byWorkflow({ name: 'sbom', attestations: [{ name: 'spdx', predicateType: SPDX }] })

function judge(
  text: string,
  authorities: readonly Authority[],
  claims: readonly Authenticated[],
  more: Partial<Policy> = {},
) {
  const asking = policy(authorities, { policy: { language: 'cel', text, withConfig: false }, ...more })
  return decide([asking], { evidence: evidence(), claims, now: NOW }, 'h')
}

describe('what matched', () => {
  test.each([
    ['authorityMatches.key.signatures.size() == 1 && !has(authorityMatches.key.attestations)', [byKey()], [good()]],
    [`authorityMatches.key.signatures[0].id == "${digest(3)}"`, [byKey()], [good()]],
    [
      `authorityMatches.workflow.signatures[0].subject == "${SUBJECT}" && authorityMatches.workflow.signatures[0].issuer == "${ISSUER}"`,
      [byWorkflow()],
      [good(WORKFLOW)],
    ],
    [
      'authorityMatches.workflow.signatures[0].githubWorkflowRepo == "acme/app"',
      [byWorkflow()],
      [good({ ...WORKFLOW, claims: { githubWorkflowRepository: 'acme/app' } })],
    ],
    ['authorityMatches.workflow.signatures.all(one, !has(one.githubWorkflowRepo))', [byWorkflow()], [good(WORKFLOW)]],
    [
      `authorityMatches.sbom.attestations.spdx[0].predicateType == "${SPDX}" && !has(authorityMatches.sbom.signatures)`,
      [SBOM],
      [good(WORKFLOW, attestation(SPDX))],
    ],
    [
      'authorityMatches.sbom.attestations.spdx[0].statement.predicate.packages == 3',
      [SBOM],
      [good(WORKFLOW, attestation(SPDX, { packages: 3 }))],
    ],
    ['authorityMatches.a.static', [withStatic('pass')].map((one) => ({ ...one, name: 'a' })), []],
    ['"key" in authorityMatches && !("workflow" in authorityMatches)', [byKey(), byWorkflow()], [good()]],
    ['size(authorityMatches) == 2', [byKey(), byWorkflow()], [good(), good(WORKFLOW)]],
  ] as const)('%s', (text, authorities, claims) => {
    expect(judge(text, authorities, claims).outcome).toBe('verified')
    expect(judge(`!(${text})`, authorities, claims).outcome).toBe('rejected')
  })

  it('is asked about only once an authority is satisfied', () => {
    const { outcome, checks } = judge('true', [byKey()], [])
    expect(outcome).toBe('rejected')
    expect(checks.map(({ name }) => name)).toEqual(['signed/key'])
  })

  it('fails the policy though its authorities passed, and says why', () => {
    const { outcome, checks } = judge('size(authorityMatches) > 1', [byKey()], [good()])
    expect(outcome).toBe('rejected')
    expect(checks).toMatchObject([
      { name: 'signed/key', outcome: 'pass' },
      {
        name: 'signed/policy',
        outcome: 'fail',
        reason: 'policy-not-met',
        message: 'what it says does not meet the policy: the policy of signed: it is false: size(authorityMatches) > 1',
      },
    ])
  })

  it('only warns under mode warn', () => {
    const { policies, checks } = judge('false', [byKey()], [good()], { mode: 'warn' })
    expect(policies).toEqual([{ name: 'signed', outcome: 'warn' }])
    expect(checks.at(-1)?.outcome).toBe('warn')
  })

  it('is the newest of what is attested', () => {
    const at = (signedAt: string, n: number) => good({ ...WORKFLOW, signedAt }, attestation(SPDX, { n }))
    const claims = [at('2026-01-01', 1), at('2026-01-02', 2)]
    expect(
      judge('authorityMatches.sbom.attestations.spdx.map(one, one.statement.predicate.n) == [2]', [SBOM], claims)
        .outcome,
    ).toBe('verified')
  })

  it('that is too much to be asked about at once is over the limit', () => {
    const big = attestation(SPDX, 'x'.repeat(4_300_000))
    const claims = [good(WORKFLOW, big), good(WORKFLOW, big)]
    const text = 'authorityMatches.sbom.attestations.spdx.all(one, one.statement != null)'
    expect(judge(text, [SBOM], claims).checks.at(-1)).toMatchObject({ outcome: 'fail', reason: 'over-limit' })
    expect(judge('authorityMatches.sbom.attestations.spdx.size() == 2', [SBOM], claims).outcome).toBe('verified')
  })
})
