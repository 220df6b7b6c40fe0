import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judgeVulnerabilities } from '../../../../lambda/core/checks/statement/vulnerabilities.ts'
import { vulnerabilityRule } from '../../../../lambda/core/policy/schema-statement-rules.ts'
import { SEVERITIES } from '../../../../lambda/core/policy/statement-rules.ts'
import { PREDICATE_TYPES } from '../../../../lambda/core/predicate-types.ts'
import { type Json, ruleOf, statementOf, told } from './statements.ts'

const COSIGN = 'https://cosign.sigstore.dev/attestation/vuln/v1'
const IMAGE = `sha256:${'a'.repeat(64)}`
const NOW = '2026-06-08T00:00:00Z'

type Cve = { id: string; severity: string; fixed?: string }
const scanOf = (cves: readonly Cve[], scanFinishedOn: unknown = '2026-06-01T00:00:00Z') =>
  statementOf(COSIGN, {
    scanner: {
      uri: 'pkg:github/aquasecurity/trivy@0.60',
      result: {
        SchemaVersion: 2,
        Results: [
          {
            Class: 'os-pkgs',
            Vulnerabilities: cves.map(({ id, severity, fixed }) => ({
              VulnerabilityID: id,
              PkgName: 'bash',
              InstalledVersion: '5.1',
              FixedVersion: fixed,
              Severity: severity,
            })),
          },
        ],
      },
    },
    metadata: { scanStartedOn: scanFinishedOn, scanFinishedOn },
  })
const vexOf = (statements: unknown) =>
  statementOf('https://openvex.dev/ns/v0.2.0', { timestamp: '2026-06-02T00:00:00Z', statements })
const fixedIn = (name: string, fields: object = {}) => ({ vulnerability: { name }, status: 'fixed', ...fields })
const judge = (rule: object, statement: Json, vex: readonly Json[] = [], now = NOW) =>
  judgeVulnerabilities(ruleOf(vulnerabilityRule, rule), statement, { vex, imageDigest: IMAGE, now: new Date(now) })

const CVES = [
  { id: 'CVE-1', severity: 'CRITICAL' },
  { id: 'CVE-2', severity: 'HIGH', fixed: '5.2' },
  { id: 'CVE-3', severity: 'HIGH' },
  { id: 'CVE-4', severity: 'UNKNOWN', fixed: '6' },
]

describe('how many may be left', () => {
  test.each([
    [{ low: 0 }, 'yes'],
    [{ negligible: 0, medium: 0 }, 'yes'],
    [{ critical: 1 }, 'yes'],
    [{ critical: 0 }, '1 of severity critical, at most 0 may be left: CVE-1 in bash 5.1'],
    [{ high: 2 }, 'yes'],
    [{ high: 1 }, '2 of severity high, at most 1 may be left: CVE-2 in bash 5.1, CVE-3 in bash 5.1'],
    [{ unknown: 0 }, '1 of severity unknown, at most 0 may be left: CVE-4 in bash 5.1'],
    [
      { critical: 0, unknown: 0 },
      '1 of severity critical, at most 0 may be left: CVE-1 in bash 5.1; 1 of severity unknown, at most 0 may be left: CVE-4 in bash 5.1',
    ],
    [{ critical: 0, ignoreUnfixed: true }, 'yes'],
    [{ high: 0, ignoreUnfixed: true }, '1 of severity high, at most 0 may be left: CVE-2 in bash 5.1'],
  ])('%j: %s', (rule, expected) => {
    expect(told(judge(rule, scanOf(CVES)))).toBe(expected)
  })

  test('names a few of many', () => {
    const many = Array.from({ length: 9 }, (_, index) => ({ id: `CVE-${index}`, severity: 'LOW' }))
    expect(told(judge({ low: 0 }, scanOf(many)))).toBe(
      '9 of severity low, at most 0 may be left: CVE-0 in bash 5.1, CVE-1 in bash 5.1, CVE-2 in bash 5.1 and 6 more',
    )
  })

  test('a find without a package', () => {
    const result = [{ id: 'CVE-1', severity: [{ method: 'nvd', score: 'low' }] }]
    const scan = statementOf('https://in-toto.io/attestation/vulns/v0.2', { scanner: { result } })
    expect(told(judge({ low: 0, ignoreUnfixed: true }, scan))).toBe('1 of severity low, at most 0 may be left: CVE-1')
  })

  test('what is long is cut, and stays one line', () => {
    const finding = judge({ low: 0 }, scanOf([{ id: `${'\n'.repeat(9)}${'x'.repeat(9_000)}`, severity: 'LOW' }]))
    expect(told(finding)).toMatch(/^1 of severity low, at most 0 may be left: [^\n]{1,90}…$/)
  })

  test('a scan that is not understood is no scan without finds', () => {
    expect(told(judge({ critical: 0 }, statementOf(COSIGN, { scanner: { result: {} } })))).toMatch(
      /^scanner.result is an object/,
    )
  })
})

describe('age', () => {
  const rule = { maxAge: '7d' }
  test.each([
    ['2026-06-01T00:00:01Z', NOW, '2026-06-08T00:00:01.000Z'],
    ['2026-06-01T00:00:01.123456789Z', NOW, '2026-06-08T00:00:01.123Z'],
    ['2026-06-01T02:00:01+02:00', NOW, '2026-06-08T00:00:01.000Z'],
    ['2026-06-08T00:05:00Z', NOW, '2026-06-15T00:05:00.000Z'],
  ])('a scan of %s counts at %s, until %s', (finished, now, until) => {
    expect(judge(rule, scanOf([], finished), [], now)).toEqual({ met: true, until })
    expect(judge(rule, scanOf([], finished), [], until)).toMatchObject({ met: false })
    const before = new Date(Date.parse(until) - 1).toISOString()
    expect(judge(rule, scanOf([], finished), [], before)).toEqual({ met: true, until })
  })

  test.each([
    ['2026-06-01T00:00:00Z', 'the scan finished on "2026-06-01T00:00:00Z", too long ago: it counts for 604800 seconds'],
    ['0001-01-01T00:00:00Z', 'the scan finished on "0001-01-01T00:00:00Z", too long ago: it counts for 604800 seconds'],
    ['2026-06-08T00:05:01Z', 'the scan finished on "2026-06-08T00:05:01Z", which is in the future'],
    ...[null, '', 1_780_000_000, '2026-06-05', '2026-06-05T00:00:00', 'yesterday', '2026-02-30T00:00:00Z', {}].map(
      (value) => [
        value,
        expect.stringMatching(/^metadata.scanFinishedOn is .*, not a moment in RFC 3339; maxAge asks for one$/),
      ],
    ),
  ])('a scan of %j does not', (finished, expected) => {
    expect(told(judge(rule, scanOf([], finished)))).toEqual(expected)
    expect(judge({ critical: 0 }, scanOf([], finished))).toEqual({ met: true })
  })

  test('no metadata, and no time', () => {
    const { predicate } = scanOf([]) as { predicate: { scanner: unknown } }
    expect(told(judge(rule, statementOf(COSIGN, { scanner: predicate.scanner })))).toMatch(
      /^metadata.scanFinishedOn is missing/,
    )
    const scan = scanOf([], '2026-06-07T00:00:00Z')
    const context = { vex: [], imageDigest: IMAGE, now: new Date(Number.NaN) }
    expect(judgeVulnerabilities(ruleOf(vulnerabilityRule, rule), scan, context).met).toBe(false)
  })
})

describe('VEX', () => {
  const rule = { critical: 0, vex: true }
  const left = '1 of severity critical, at most 0 may be left: CVE-1 in bash 5.1'
  test.each([
    ['clears', [vexOf([fixedIn('CVE-1')])], 'yes'],
    ['clears another', [vexOf([fixedIn('CVE-2')])], left],
    ['none', [], left],
    ['within the difference of clocks', [vexOf([fixedIn('CVE-1', { timestamp: '2026-06-08T00:04:00Z' })])], 'yes'],
    ['of the future', [vexOf([fixedIn('CVE-1', { timestamp: '2026-06-08T00:06:00Z' })])], left],
    [
      'not understood',
      [vexOf([fixedIn('CVE-1')]), vexOf(7)],
      `${left}; VEX counts for nothing: statements of a VEX document is 7, not a list`,
    ],
    ['of another type', [{ ...vexOf([fixedIn('CVE-1')]), predicateType: 'https://cyclonedx.org/vex' }], left],
  ])('%s', (_, vex, expected) => {
    expect(told(judge(rule, scanOf(CVES), vex))).toBe(expected)
  })

  test('counts only where it is asked for', () => {
    expect(told(judge({ critical: 0 }, scanOf(CVES), [vexOf([fixedIn('CVE-1')])]))).toBe(left)
  })
})

describe('laws', () => {
  const cve = fc.record(
    {
      id: fc.constantFrom('CVE-1', 'CVE-2'),
      severity: fc.constantFrom(...SEVERITIES),
      fixed: fc.constantFrom('', '2'),
    },
    { requiredKeys: ['id', 'severity'] },
  )
  const counts = Object.fromEntries(SEVERITIES.map((one) => [one, fc.nat(3)]))
  const rule = fc
    .record({ ...counts, ignoreUnfixed: fc.boolean(), vex: fc.boolean() }, { requiredKeys: ['ignoreUnfixed', 'vex'] })
    .map((fields) => ({ maxAge: '365d', ...fields }) as Record<string, unknown>)
  const said = fc.array(
    fc
      .record({
        name: fc.constantFrom('CVE-1', 'CVE-2'),
        status: fc.constantFrom('fixed', 'affected', 'not_affected'),
        timestamp: fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', 'never'),
      })
      .map(({ name, ...fields }) => fixedIn(name, fields)),
    { maxLength: 4 },
  )
  const holds = (written: object, cves: readonly Cve[], statements: readonly unknown[]) =>
    judge(written, scanOf(cves), [vexOf(statements)]).met

  test('a higher limit makes no no; a find more, or a word against, makes no yes', () => {
    fc.assert(
      fc.property(
        rule,
        fc.constantFrom(...SEVERITIES),
        fc.array(cve, { maxLength: 5 }),
        cve,
        said,
        (fields, severity, cves, one, statements) => {
          const before = holds(fields, cves, statements)
          const limit = fields[severity]
          if (before && typeof limit === 'number')
            expect(holds({ ...fields, [severity]: limit + 1 }, cves, statements)).toBe(true)
          if (before) expect(holds({ ...fields, [severity]: undefined }, cves, statements)).toBe(true)
          if (before) return
          expect(holds(fields, [...cves, one], statements)).toBe(false)
          expect(holds({ ...fields, vex: false }, cves, statements)).toBe(false)
          expect(holds({ ...fields, ignoreUnfixed: false }, cves, statements)).toBe(false)
          const against = fixedIn(one.id, { status: 'under_investigation', timestamp: '2026-03-01T00:00:00Z' })
          expect(holds(fields, cves, [...statements, against])).toBe(false)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('any JSON is answered, and nothing is let through that is not understood', () => {
    const keys = [
      'scanner',
      'result',
      'metadata',
      'statements',
      'status',
      'vulnerability',
      'id',
      'severity',
      'matches',
      'toString',
      '__proto__',
    ]
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 6 }, fc.jsonValue(), tie('object'), fc.array(tie('value'))),
      object: fc.dictionary(fc.constantFrom(...keys), tie('value'), { maxKeys: 6 }),
    }))
    const any = fc.constantFrom(...PREDICATE_TYPES.vulnerabilities)
    fc.assert(
      fc.property(any, value, value, (predicateType, predicate, vex) => {
        const statement = { predicateType, predicate }
        const finding = judge({ critical: 0, vex: true }, statement, [
          { predicateType: 'https://openvex.dev/ns', predicate: vex },
        ])
        if (!finding.met) expect(finding.detail.length).toBeLessThanOrEqual(501)
        const report = { ...statement, predicate: { scanner: { result: vex } } }
        judge({ critical: 0, vex: true }, report, [])
      }),
    )
  })
})
