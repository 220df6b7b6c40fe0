import { describe, expect, it } from 'vitest'
import { asksForPlatforms, decide } from '../../lambda/core/decide.ts'
import type { Authenticated, PlatformClaims } from '../../lambda/core/evidence.ts'
import type { Policy } from '../../lambda/core/policy/policy.ts'
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
import { digest } from './records.ts'

const child = (n: number) => ({ mediaType: 'm', digest: digest(n), size: 1, annotations: {} })
const INDEX = evidence({ children: [child(11), child(12)], platforms: ['linux/amd64', 'linux/arm64'] })
const amd64 = (...claims: readonly Authenticated[]): PlatformClaims => ({
  platform: 'linux/amd64',
  digest: digest(11),
  claims,
})
const arm64 = (...claims: readonly Authenticated[]): PlatformClaims => ({
  platform: 'linux/arm64',
  digest: digest(12),
  claims,
})
const each = (...authorities: Policy['authorities']) => policy(authorities, { platforms: 'each' })
const sbom = byKey({ attestations: [{ name: 'sbom', predicateType: SPDX }] })
const SBOM = good(KEY, attestation(SPDX))

function judge(policies: readonly Policy[], claims: readonly Authenticated[], platforms?: readonly PlatformClaims[]) {
  const { outcome, checks } = decide(
    policies,
    { now: NOW, evidence: INDEX, claims, ...(platforms && { platforms }) },
    'h',
  )
  return [outcome, ...checks.map((one) => [one.name, one.platform, one.outcome, one.reason].filter(Boolean).join(' '))]
}

describe('platforms: index', () => {
  it('the signature of the index covers its platforms, and each check says so', () => {
    expect(judge([policy([byKey()])], [good()])).toEqual([
      'verified',
      'signed/key pass verified',
      'signed/key linux/amd64 pass covered',
      'signed/key linux/arm64 pass covered',
    ])
  })

  it('says by whose signature', () => {
    const { checks } = decide([policy([byWorkflow(), byKey()])], { now: NOW, evidence: INDEX, claims: [good()] }, 'h')
    expect(checks.at(-1)?.message).toBe('covered by the index it belongs to: signed by key sha256:k')
  })

  it('signatures of all platforms do not make up for that of the index', () => {
    expect(judge([policy([byKey()])], [], [amd64(good()), arm64(good())])[0]).toBe('rejected')
  })

  it('an attestation missing on the index may lie on every platform', () => {
    expect(judge([policy([sbom])], [], [amd64(SBOM), arm64(SBOM)])).toEqual([
      'verified',
      'signed/key/sbom pass verified',
      'signed/key/sbom linux/amd64 pass verified',
      'signed/key/sbom linux/arm64 pass verified',
    ])
  })

  it('by whoever signed on each, and only there', () => {
    const { signers } = decide(
      [policy([sbom])],
      { now: NOW, evidence: INDEX, claims: [], platforms: [amd64(SBOM), arm64(SBOM)] },
      'h',
    )
    expect(signers).toEqual([KEY])
  })

  it('and where it is on none, that of the index is told of', () => {
    const subject = { now: NOW, evidence: INDEX, claims: [bad()], platforms: [amd64(), arm64()] }
    const [check] = decide([policy([sbom])], subject, 'h').checks
    expect(check).toStrictEqual({
      name: 'signed/key/sbom',
      outcome: 'fail',
      reason: 'signature-invalid',
      message: expect.not.stringContaining('though not on every platform'),
    })
  })

  it('but not on all but one, and it is told which', () => {
    const { outcome, checks } = decide(
      [policy([sbom])],
      { now: NOW, evidence: INDEX, claims: [], platforms: [amd64(SBOM), arm64(bad())] },
      'h',
    )
    expect(outcome).toBe('rejected')
    expect(checks[0]?.message).toMatch(/^the signature does not verify: on linux\/arm64, though not on every platform/)
  })

  it('a platform that is missing has no attestation', () => {
    const gone = { ...arm64(), problem: { reason: 'child-missing', detail: 'd' } } as const
    expect(judge([policy([sbom])], [], [amd64(SBOM), gone])[0]).toBe('rejected')
  })
})

describe('platforms: each', () => {
  it('every platform by evidence of its own, and a check for each', () => {
    expect(judge([each(byKey())], [], [amd64(good()), arm64(good())])).toEqual([
      'verified',
      'signed/key linux/amd64 pass verified',
      'signed/key linux/arm64 pass verified',
    ])
  })

  it('the signature of the index alone is not enough', () => {
    expect(judge([each(byKey())], [good()], [amd64(), arm64()])).toEqual([
      'rejected',
      'signed/key linux/amd64 fail no-signature',
      'signed/key linux/arm64 fail no-signature',
    ])
  })

  it('one platform without it fails the image', () => {
    expect(judge([each(byKey())], [], [amd64(good()), arm64()])[0]).toBe('rejected')
  })

  it('platforms may be vouched for by different authorities', () => {
    const judged = judge([each(byKey(), byWorkflow())], [], [amd64(good()), arm64(good(WORKFLOW))])
    expect(judged[0]).toBe('verified')
  })

  it.each(['child-missing', 'ambiguous-manifest'] as const)('a platform that is %s fails', (reason) => {
    const problem = { reason, detail: 'd' }
    expect(judge([each(withStatic('pass'))], [], [amd64(), { ...arm64(), problem }])).toEqual([
      'rejected',
      'signed/pass linux/amd64 pass static-pass',
      `signed/manifest linux/arm64 fail ${reason}`,
    ])
  })

  it('an index without any platform is never verified', () => {
    expect(judge([each(byKey())], [good()], [])).toEqual(['rejected', 'signed/platforms fail no-platform'])
    expect(judge([each(byKey())], [good()])[0]).toBe('rejected')
  })

  it('an image that is no index is its own platform', () => {
    const { outcome } = decide([each(byKey())], { now: NOW, evidence: evidence(), claims: [good()] }, 'h')
    expect(outcome).toBe('verified')
  })
})

describe('the platforms are read', () => {
  const asks = (policies: readonly Policy[], claims: readonly Authenticated[], image = INDEX) =>
    asksForPlatforms(policies, image, decide(policies, { now: NOW, evidence: image, claims }, 'h'))

  it.each<readonly [string, readonly Policy[], readonly Authenticated[], boolean]>([
    ['where each is to be judged', [each(byKey())], [good()], true],
    ['where an attestation is missing on the index', [policy([sbom])], [good()], true],
    ['not where nothing is missing', [policy([sbom])], [SBOM], false],
    ['not for a signature, which must be on the index', [policy([byKey()])], [], false],
    ['not where another policy is missed', [policy([byKey()], { name: 'other' }), policy([sbom])], [SBOM], false],
    [
      'where only one of several policies lacks it',
      [policy([byKey()], { name: 'other' }), policy([sbom])],
      [good()],
      true,
    ],
    ['where only one of several authorities asks for it', [policy([byWorkflow(), sbom])], [], true],
    ['not for an authority that always says no', [policy([withStatic('fail')])], [], false],
    ['not where no policy matches', [], [], false],
  ])('%s', (_, policies, claims, asked) => {
    expect(asks(policies, claims)).toBe(asked)
  })

  it('never where there are none', () => {
    expect(asks([each(byKey())], [], evidence())).toBe(false)
    expect(asks([each(byKey())], [], evidence({ children: [] }))).toBe(false)
  })
})

it('what BuildKit wrote unsigned is told and counts for nothing', () => {
  const unsigned = [{ carrier: 'buildx', manifest: digest(5), type: SPDX }]
  const twice = evidence({ unsigned: [...unsigned, ...unsigned] })
  const { outcome, checks } = decide([policy([sbom])], { now: NOW, evidence: twice, claims: [] }, 'h')
  expect(outcome).toBe('rejected')
  expect(checks.at(-1)).toEqual({
    name: 'unsigned/buildx',
    outcome: 'skip',
    reason: 'unsigned',
    message: `unsigned, so it counts for nothing: ${SPDX}`,
  })
  expect(checks).toHaveLength(2)
})
