import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { sbomRule } from '../../../lambda/core/policy/schema-sbom-rule.ts'
import {
  provenanceRule,
  reportMisplacedRules,
  vulnerabilityRule,
} from '../../../lambda/core/policy/schema-statement-rules.ts'
import { SBOM_FORMATS } from '../../../lambda/core/policy/statement-rules.ts'
import { problemsOf } from '../checks/statement/statements.ts'

describe('provenance', () => {
  test('is read with exact repositories in one form', () => {
    const written = {
      builder: 'b',
      sourceRepository: 'git+https://GitHub.com/acme/app.git',
      sourceRef: { regExp: 'refs/tags/.*' },
    }
    expect(provenanceRule.parse(written)).toEqual({
      builder: { exact: 'b' },
      sourceRepository: { exact: 'https://github.com/acme/app' },
      sourceRef: { pattern: 'refs/tags/.*', full: true },
    })
  })

  const claim = 'a claim is text (quoted, where it looks like a number) or { regExp: PATTERN }'
  const repository = 'not the URL of a repository, such as https://github.com/acme/app'
  test.each([
    [{}, 'missing field(s): buildType, builder, sourceRef, sourceRepository'],
    [{ builder: 1 }, `invalid value: 1: builder: ${claim}`],
    [{ builder: '' }, `invalid value: : builder: ${claim}`],
    [
      { builder: { regExp: '(' } },
      'invalid value: (: builder.regExp: regex is invalid: error parsing regexp: missing closing ): `(`',
    ],
    [{ sourceRepository: 1 }, `invalid value: 1: sourceRepository: ${claim}`],
    [{ sourceRepository: 'acme/app' }, `invalid value: acme/app: sourceRepository: ${repository}`],
    [
      { sourceRepository: 'github.com/acme/app' },
      `invalid value: github.com/acme/app: sourceRepository: ${repository}`,
    ],
    [
      { sourceRepository: 'https://github.com/acme/app@refs/heads/main' },
      `invalid value: https://github.com/acme/app@refs/heads/main: sourceRepository: ${repository}; its ref is asked for by sourceRef`,
    ],
    [{ builder: 'b', source: 'x' }, 'allowed here: builder, buildType, sourceRepository, sourceRef'],
  ])('%j: %s', (written, problem) => {
    expect(problemsOf(provenanceRule, written)).toEqual([problem])
  })
})

describe('sbom', () => {
  test.each([
    [{}, { formats: SBOM_FORMATS, denied: [], min: 1 }],
    [{ formats: ['spdx'] }, { formats: ['spdx-2.2', 'spdx-2.3'], denied: [], min: 1 }],
    [
      { formats: ['cyclonedx-1.6', 'spdx-2.3', 'spdx-2.3'] },
      { formats: ['spdx-2.3', 'cyclonedx-1.6'], denied: [], min: 1 },
    ],
    [
      { packages: { denied: ['log4j_core@<2.17.1'], min: 0, max: 120 } },
      {
        formats: SBOM_FORMATS,
        denied: [
          {
            source: 'log4j_core@<2.17.1',
            by: 'name',
            pattern: 'log4j-core',
            versions: [{ is: '<', version: '2.17.1' }],
          },
        ],
        min: 0,
        max: 120,
      },
    ],
    [
      { packages: { allowed: ['pkg:NPM/%40acme/*@1.0.0', 'a@>=1,<2'] } },
      {
        formats: SBOM_FORMATS,
        denied: [],
        allowed: [
          {
            source: 'pkg:NPM/%40acme/*@1.0.0',
            by: 'purl',
            pattern: 'pkg:npm/@acme/[^/]*',
            versions: [{ is: '=', version: '1.0.0' }],
          },
          {
            source: 'a@>=1,<2',
            by: 'name',
            pattern: 'a',
            versions: [
              { is: '>=', version: '1' },
              { is: '<', version: '2' },
            ],
          },
        ],
        min: 1,
      },
    ],
  ])('%j', (written, rule) => {
    expect(sbomRule.parse(written)).toEqual(rule)
  })

  const versions = 'a version is one version, or compared by <, <=, > or >=; two comparisons are joined by a comma'
  test.each([
    ['pkg:npm', 'not a package URL: pkg:TYPE/NAME or pkg:TYPE/NAME@VERSION'],
    ['pkg:*/left-pad', 'not a package URL: pkg:TYPE/NAME or pkg:TYPE/NAME@VERSION'],
    ['pkg:npm/a?arch=amd64', 'has qualifiers or a subpath; these are never compared'],
    ['pkg:npm/a#b', 'has qualifiers or a subpath; these are never compared'],
    ['a b', 'a name has no spaces'],
    ['a@', versions],
    ['pkg:npm/a@', versions],
    ['a@^1.0', versions],
    ['a@~1.0', versions],
    ['a@1.*', versions],
    ['a@1.0 - 2.0', versions],
    ['a@<1,2', versions],
    ['a@<1,<2,<3', versions],
    ['a@1,2', versions],
    ['a@<>1', versions],
    ['a@<bookworm', '"bookworm" begins with no number, so nothing is less or more than it'],
    ['a'.repeat(513), '513 characters; at most 512 are allowed'],
  ])('denied %.30s: %s', (entry, why) => {
    const shown = entry.length > 100 ? `${entry.slice(0, 100)}…` : entry
    expect(problemsOf(sbomRule, { packages: { denied: [entry] } })).toEqual([
      `invalid value: ${shown}: packages.denied[0]: ${why}`,
    ])
  })

  test.each([
    [{ formats: ['spdx-3.0'] }, `unsupported SBOM format; allowed: spdx, cyclonedx, ${SBOM_FORMATS.join(', ')}`],
    [{ packages: { allowed: ['**'] } }, 'invalid value: **: packages.allowed[0]: would allow every package'],
    [{ packages: { max: 1.5 } }, 'invalid value: 1.5: packages.max: a whole number from 0 to 1000000 is allowed'],
    [{ packages: { max: -1 } }, 'invalid value: -1: packages.max: a whole number from 0 to 1000000 is allowed'],
    [{ packages: { max: 0 } }, 'invalid value: 0: packages.max: less than min, 1'],
    [{ packages: { min: 3, max: 2 } }, 'invalid value: 2: packages.max: less than min, 3'],
    [{ packages: { forbidden: [] } }, 'allowed here: denied, allowed, min, max'],
  ])('%j: %s', (written, problem) => {
    expect(problemsOf(sbomRule, written)).toEqual([problem])
  })

  test.each([{ formats: [] }, { packages: { denied: [] } }, { packages: { denied: Array(101).fill('a') } }])(
    '%.60j is refused',
    (written) => {
      expect(sbomRule.safeParse(written).success).toBe(false)
    },
  )
})

describe('vulnerabilities', () => {
  test.each([
    [{ critical: 0 }, { most: { critical: 0 }, ignoreUnfixed: false, vex: false }],
    [{ maxAge: '7d' }, { most: {}, maxAge: 604_800, ignoreUnfixed: false, vex: false }],
    [
      { high: 2, ignoreUnfixed: true, vex: true },
      { most: { high: 2 }, ignoreUnfixed: true, vex: true },
    ],
  ])('%j', (written, rule) => {
    expect(vulnerabilityRule.parse(written)).toEqual(rule)
  })

  const none = 'missing field(s): critical, high, low, maxAge, medium, negligible, unknown'
  test.each([
    [{}, none],
    [{ vex: true, ignoreUnfixed: true }, none],
    [{ critical: '0' }, 'invalid value: 0: critical: a whole number from 0 to 100000 is allowed'],
    [{ critical: -1 }, 'invalid value: -1: critical: a whole number from 0 to 100000 is allowed'],
    [{ maxAge: '1w' }, 'invalid value: 1w: maxAge: a duration is a whole number and one unit: 30s, 10m, 2h or 14d'],
    [
      { low: 1, urgent: 0 },
      'allowed here: critical, high, medium, low, negligible, unknown, maxAge, ignoreUnfixed, vex',
    ],
  ])('%j: %s', (written, problem) => {
    expect(problemsOf(vulnerabilityRule, written)).toEqual([problem])
  })
})

test('rules are plain JSON, whatever they are hashed by', () => {
  const rules = [
    provenanceRule.parse({ sourceRef: 'main' }),
    sbomRule.parse({ packages: { denied: ['a'] } }),
    vulnerabilityRule.parse({ low: 1 }),
  ]
  for (const rule of rules) {
    expect(Object.values(rule)).not.toContain(undefined)
    expect(JSON.parse(JSON.stringify(rule))).toStrictEqual(rule)
  }
})

describe('where a rule may stand', () => {
  const attestation = z
    .object({
      predicateType: z.string(),
      provenance: z.unknown().optional(),
      sbom: z.unknown().optional(),
      vulnerabilities: z.unknown().optional(),
    })
    .superRefine(reportMisplacedRules)
  const SLSA = 'https://slsa.dev/provenance/v1, https://slsa.dev/provenance/v0.2, https://slsa.dev/provenance/v0.1'
  const VULNS =
    'https://cosign.sigstore.dev/attestation/vuln/v1, https://in-toto.io/attestation/vulns/v0.1, https://in-toto.io/attestation/vulns/v0.2'
  test.each([
    ['https://slsa.dev/provenance/v1', ['provenance'], []],
    ['https://slsa.dev/provenance/v0.1', ['provenance'], []],
    ['https://slsa.dev/provenance/v0.3', ['provenance'], [`provenance reads ${SLSA}`]],
    ['https://spdx.dev/Document', ['sbom'], []],
    ['https://spdx.dev/Document/v2.3', ['sbom'], []],
    ['https://spdx.dev/Document/v3', ['sbom'], [/^sbom reads https:\/\/spdx.dev\/Document, .*bom\/v1.7$/]],
    ['https://cyclonedx.org/bom', ['sbom'], []],
    ['https://cyclonedx.org/bom/v1.4', ['sbom'], []],
    ['https://cosign.sigstore.dev/attestation/vuln/v1', ['vulnerabilities'], []],
    ['https://in-toto.io/attestation/vulns/v0.1', ['vulnerabilities'], []],
    [
      'https://cyclonedx.org/bom',
      ['provenance', 'vulnerabilities'],
      [`provenance reads ${SLSA}`, `vulnerabilities reads ${VULNS}`],
    ],
    ['https://example.com/other', [], []],
  ] as const)('%s with %j', (predicateType, rules, problems) => {
    const written = { predicateType, ...Object.fromEntries(rules.map((name) => [name, {}])) }
    const start = `invalid value: ${predicateType}: predicateType: `
    expect(problemsOf(attestation, written).map((text) => text.slice(start.length))).toEqual(
      problems.map((problem) => (typeof problem === 'string' ? problem : expect.stringMatching(problem))),
    )
  })
})
