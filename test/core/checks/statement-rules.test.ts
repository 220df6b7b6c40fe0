import { describe, expect, it, test } from 'vitest'
import { decide } from '../../../lambda/core/decide.ts'
import { type Authenticated, demandId, type Says, type Signer } from '../../../lambda/core/evidence.ts'
import { attestation, evidence, NOW, WORKFLOW } from '../claims.ts'
import { documentOf, problemsIn, setOf } from '../policy/documents.ts'
import { openVex, SCAN, SLSA, SPDX } from '../policy/fields/predicates.ts'
import { digest } from '../records.ts'

const IMAGE = { host: 'ghcr.io', name: 'acme/app', digest: digest(1) }
const spec = (type: string, rules: string) => `images: [{ glob: "ghcr.io/acme/{service}" }]
authorities:
- name: ci
  keyless: { identities: [{ issuer: "${WORKFLOW.issuer}", subject: "${WORKFLOW.subject}" }] }
  attestations: [{ name: it, predicateType: "${type}", ${rules} }]
`
const policyOf = (type: string, rules: string) => setOf(documentOf('VerificationPolicy', spec(type, rules)))

function judge(type: string, rules: string, ...claims: readonly (readonly [string, unknown, Signer?])[]) {
  const { policies } = policyOf(type, rules)
  const [authority] = policies[0]!.authorities
  if (authority?.kind !== 'sigstore') throw new Error('no authority')
  const made = claims.map(
    ([predicateType, predicate, signer = { ...WORKFLOW, signedAt: '2026-11-20T00:00:00.000Z' }]): Authenticated => {
      const says: Says = attestation(predicateType, predicate)
      const content = { kind: 'bundle', bundle: {} } as const
      const claim = { carrier: 'c', source: '', manifest: digest(2), layer: digest(3), content }
      return { claim, proofs: new Map([[demandId(authority.demand), { ok: true, signer, says }]]) }
    },
  )
  return decide(policies, { evidence: evidence({ image: IMAGE }), claims: made, now: NOW }, 'h')
}

const sbom = (...names: readonly string[]) => ({
  spdxVersion: 'SPDX-2.3',
  SPDXID: 'SPDXRef-DOCUMENT',
  packages: names.map((name, at) => ({ SPDXID: `SPDXRef-${at}`, name, versionInfo: '1.0' })),
})
const scan = (severities: readonly string[], finishedOn = '2026-11-25T00:00:00Z') => ({
  scanner: {
    uri: 'pkg:github/aquasecurity/trivy@0.60.0',
    result: {
      SchemaVersion: 2,
      Results: [
        {
          Target: 'app',
          Class: 'os-pkgs',
          Vulnerabilities: severities.map((Severity, at) => ({
            VulnerabilityID: `CVE-2026-000${at}`,
            PkgName: 'p',
            InstalledVersion: '1',
            Severity,
          })),
        },
      ],
    },
  },
  metadata: { scanStartedOn: finishedOn, scanFinishedOn: finishedOn },
})
const built = (repository: string) => ({
  buildDefinition: {
    buildType: 'https://actions.github.io/buildtypes/workflow/v1',
    externalParameters: { workflow: { repository, ref: 'refs/heads/main', path: '.github/workflows/release.yml' } },
  },
  runDetails: { builder: { id: 'https://github.com/actions/runner' } },
})
const vex = (status: string, image: string = IMAGE.digest) => openVex(status, image)

describe('where only the statement differs, the verdict does', () => {
  test.each([
    ['sbom', SPDX, 'sbom: {}', sbom('a'), sbom(), 'sbom-mismatch'],
    [
      'sbom.formats',
      SPDX,
      'sbom: { formats: [spdx-2.3] }',
      sbom('a'),
      { ...sbom('a'), spdxVersion: 'SPDX-2.2' },
      'sbom-mismatch',
    ],
    ['sbom.packages.denied', SPDX, 'sbom: { packages: { denied: [xz] } }', sbom('a'), sbom('a', 'xz'), 'sbom-mismatch'],
    ['sbom.packages.allowed', SPDX, 'sbom: { packages: { allowed: [a] } }', sbom('a'), sbom('a', 'b'), 'sbom-mismatch'],
    ['sbom.packages.max', SPDX, 'sbom: { packages: { max: 1 } }', sbom('a'), sbom('a', 'b'), 'sbom-mismatch'],
    ['sbom.packages.min', SPDX, 'sbom: { packages: { min: 2 } }', sbom('a', 'b'), sbom('a'), 'sbom-mismatch'],
    [
      'vulnerabilities.critical',
      SCAN,
      'vulnerabilities: { critical: 0 }',
      scan(['HIGH']),
      scan(['CRITICAL']),
      'vulnerabilities',
    ],
    [
      'vulnerabilities.high',
      SCAN,
      'vulnerabilities: { high: 1 }',
      scan(['HIGH']),
      scan(['HIGH', 'HIGH']),
      'vulnerabilities',
    ],
    [
      'vulnerabilities.maxAge',
      SCAN,
      'vulnerabilities: { maxAge: 7d }',
      scan([]),
      scan([], '2026-11-01T00:00:00Z'),
      'vulnerabilities',
    ],
    [
      'provenance.sourceRepository',
      SLSA,
      'provenance: { sourceRepository: "https://github.com/acme/{service}" }',
      built('https://github.com/acme/app'),
      built('https://github.com/acme/other'),
      'provenance-mismatch',
    ],
    [
      'provenance.builder',
      SLSA,
      'provenance: { builder: "https://github.com/actions/runner" }',
      built('https://github.com/acme/app'),
      { ...built('https://github.com/acme/app'), runDetails: { builder: { id: 'https://evil.example' } } },
      'provenance-mismatch',
    ],
  ])('%s', (_, type, rules, good, bad, reason) => {
    expect(judge(type, rules, [type, good])).toMatchObject({ outcome: 'verified' })
    expect(judge(type, rules, [type, bad])).toMatchObject({
      outcome: 'rejected',
      checks: [{ name: 'sample/ci/it', reason }],
    })
  })
})

describe('VEX', () => {
  const RULES = 'vulnerabilities: { critical: 0, vex: true }'
  const found = [SCAN, scan(['CRITICAL'])] as const
  const stranger: Signer = { ...WORKFLOW, subject: 'https://github.com/evil/app' }

  test.each([
    ['that clears what was found', [vex('not_affected')], 'verified'],
    ['that clears nothing', [vex('affected')], 'rejected'],
    ['about another image', [vex('not_affected', digest(7))], 'rejected'],
    ['that is not there', [], 'rejected'],
  ])('%s', (_, said, outcome) => {
    const claims = said.map((one) => ['https://openvex.dev/ns/v0.2.0', one] as const)
    expect(judge(SCAN, RULES, found, ...claims).outcome).toBe(outcome)
  })

  it('by somebody else counts for nothing', () => {
    expect(judge(SCAN, RULES, found, ['https://openvex.dev/ns', vex('not_affected'), stranger]).outcome).toBe(
      'rejected',
    )
  })

  it('that nobody asked for counts for nothing', () => {
    const claims = [found, ['https://openvex.dev/ns', vex('not_affected')]] as const
    expect(judge(SCAN, 'vulnerabilities: { critical: 0 }', ...claims).outcome).toBe('rejected')
  })
})

it('an older scan that was clean does not speak for a newer one', () => {
  const at = (signedAt: string): Signer => ({ ...WORKFLOW, signedAt })
  const clean = [SCAN, scan([]), at('2026-11-01T00:00:00.000Z')] as const
  const dirty = [SCAN, scan(['CRITICAL']), at('2026-11-02T00:00:00.000Z')] as const
  expect(judge(SCAN, 'vulnerabilities: { critical: 0 }', clean, dirty).outcome).toBe('rejected')
})

it('a scan is good until it is too old', () => {
  const { goodUntil } = judge(SCAN, 'vulnerabilities: { maxAge: 7d }', [SCAN, scan([])])
  expect(goodUntil).toBe('2026-12-02T00:00:00.000Z')
})

describe('a rule is refused', () => {
  test.each([
    [SPDX, 'vulnerabilities: { critical: 0 }', `vulnerabilities reads ${SCAN}, `],
    [SCAN, 'sbom: {}', `sbom reads ${SPDX}, `],
    [SLSA, 'provenance: {}', 'missing field(s): '],
    [SCAN, 'vulnerabilities: { critical: -1 }', 'a whole number from 0 to 100000 is allowed'],
    [SPDX, 'sbom: { formats: [swid] }', 'swid'],
    [SLSA, 'provenance: { builder: "{nobody}" }', '{nobody} is not captured by every glob'],
  ])('%s, %s', (type, rules, message) => {
    const problems = problemsIn(documentOf('VerificationPolicy', spec(type, rules)))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(message)
  })

  it('in a ClusterImagePolicy, which has none', () => {
    const text = documentOf('ClusterImagePolicy', spec(SPDX, 'sbom: {}').replace('/{service}', '/**'))
    expect(problemsIn(text)[0]).toContain('unknown field "sbom"')
  })
})
