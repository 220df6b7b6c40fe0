import { describe, expect, test } from 'vitest'
import { readScan } from '../../../../lambda/core/checks/statement/scan.ts'
import { statementOf } from './statements.ts'

const COSIGN = 'https://cosign.sigstore.dev/attestation/vuln/v1'
const IN_TOTO = 'https://in-toto.io/attestation/vulns/v0.2'
const scanOf = (type: string, result: unknown) =>
  readScan(statementOf(type, { scanner: { uri: '', version: '', result }, metadata: { scanFinishedOn: 'then' } }))
const found = (type: string, result: unknown) => {
  const scan = scanOf(type, result)
  return 'fault' in scan
    ? scan.fault
    : scan.found.map((one) => `${one.id} ${one.severity}${one.unfixed ? ' unfixed' : ''}`)
}

describe('Trivy', () => {
  const cve = { VulnerabilityID: 'CVE-1', PkgName: 'bash', InstalledVersion: '5', Severity: 'HIGH' }
  const os = { Target: 'app (debian 12)', Class: 'os-pkgs' }
  const trivy = (fields: object) => ({ SchemaVersion: 2, Results: [{ ...os, Vulnerabilities: [cve] }], ...fields })
  const vulnerable = (...fields: unknown[]) => trivy({ Results: [{ ...os, Vulnerabilities: fields }] })

  test('what it tells of a find', () => {
    const purl = 'pkg:deb/debian/bash@5?arch=amd64'
    const scan = scanOf(COSIGN, vulnerable({ ...cve, FixedVersion: '6', PkgIdentifier: { PURL: purl } }))
    expect(scan).toEqual({
      finishedOn: 'then',
      found: [
        {
          id: 'CVE-1',
          related: [],
          severity: 'high',
          unfixed: false,
          name: 'bash',
          version: '5',
          purl: { type: 'deb', path: 'debian/bash', version: '5', qualifiers: new Map([['arch', 'amd64']]) },
        },
      ],
    })
  })

  test.each([
    ['no version has a fix', [cve], ['CVE-1 high unfixed']],
    ['an empty version', [{ ...cve, FixedVersion: '' }], ['CVE-1 high unfixed']],
    ['a fix', [{ ...cve, FixedVersion: '6' }], ['CVE-1 high']],
    ['a fix that is not named', [{ ...cve, Status: 'fixed' }], ['CVE-1 high']],
    ['what is no text', [{ ...cve, FixedVersion: null }], ['CVE-1 high']],
    ['another status', [{ ...cve, Status: 'will_not_fix' }], ['CVE-1 high unfixed']],
    [
      'each severity',
      ['CRITICAL', 'MEDIUM', 'LOW', 'UNKNOWN'].map((Severity) => ({ ...cve, Severity })),
      ['critical', 'medium', 'low', 'unknown'].map((one) => `CVE-1 ${one} unfixed`),
    ],
    ['no severity', [{ ...cve, Severity: undefined }], ['CVE-1 unknown unfixed']],
    [
      'a severity nobody knows',
      [{ ...cve, Severity: 'URGENT' }],
      'the severity of "CVE-1" is "URGENT", which is not understood',
    ],
    ['a severity that is no word', [{ ...cve, Severity: 4 }], 'the severity of "CVE-1" is 4, which is not understood'],
    ['no id', [{ ...cve, VulnerabilityID: undefined }], 'a vulnerability has the id missing'],
    ['no object', ['CVE-1'], 'a vulnerability is "CVE-1", not an object'],
  ])('%s', (_, vulnerabilities, expected) => {
    expect(found(COSIGN, vulnerable(...vulnerabilities))).toEqual(expected)
  })

  const unsearched = 'of the Trivy report is of the class os-pkgs or lang-pkgs: no packages were scanned'
  test.each([
    ['nothing found', { Results: [os] }, []],
    ['null', { Results: [{ ...os, Vulnerabilities: null }] }, []],
    [
      'several results',
      { Results: [os, { Class: 'lang-pkgs', Vulnerabilities: [cve] }, { Class: 'secret' }] },
      ['CVE-1 high unfixed'],
    ],
    ['another schema', { SchemaVersion: 1 }, 'SchemaVersion of the Trivy report is 1; understood is 2'],
    ['no results', { Results: undefined }, 'Results of the Trivy report is missing, not a list: nothing was scanned'],
    [
      'results that are null',
      { Results: null },
      'Results of the Trivy report is null, not a list: nothing was scanned',
    ],
    ['empty results', { Results: [] }, `none of the 0 results ${unsearched}`],
    ['secrets only', { Results: [{ Class: 'secret' }] }, `none of the 1 results ${unsearched}`],
    ['a result that is no object', { Results: [os, 'x'] }, 'a result of the Trivy report is "x", not an object'],
    [
      'finds that are no list',
      { Results: [{ ...os, Vulnerabilities: {} }] },
      'Vulnerabilities of "app (debian 12)" is an object, not a list',
    ],
  ])('%s', (_, fields, expected) => {
    expect(found(COSIGN, trivy(fields))).toEqual(expected)
  })
})

describe('Grype', () => {
  const fix = { versions: ['6'], state: 'fixed' }
  const vulnerability = { id: 'GHSA-1', severity: 'High', fix }
  const artifact = { name: 'bash', version: '5', purl: 'pkg:npm/bash@5' }
  const grype = (...matches: unknown[]) => ({ matches, descriptor: { name: 'grype' } })
  const match = (fields: object) => ({ vulnerability: { ...vulnerability, ...fields }, artifact })

  test('what it tells of a find', () => {
    const scan = scanOf(COSIGN, grype({ ...match({}), relatedVulnerabilities: [{ id: 'CVE-1' }] }))
    const purl = { type: 'npm', path: 'bash', version: '5', qualifiers: new Map() }
    const one = { id: 'GHSA-1', related: ['CVE-1'], severity: 'high', unfixed: false, name: 'bash', version: '5', purl }
    expect(scan).toEqual({ finishedOn: 'then', found: [one] })
  })

  test.each([
    ['nothing found', grype(), []],
    ['a fix', grype(match({})), ['GHSA-1 high']],
    ['not fixed', grype(match({ fix: { versions: [], state: 'not-fixed' } })), ['GHSA-1 high unfixed']],
    ['will not be', grype(match({ fix: { state: 'wont-fix' } })), ['GHSA-1 high unfixed']],
    ['nobody knows', grype(match({ fix: { versions: [], state: 'unknown' } })), ['GHSA-1 high']],
    ['two words for one', grype(match({ fix: { versions: ['6'], state: 'not-fixed' } })), ['GHSA-1 high']],
    ['no word of a fix', grype(match({ fix: undefined })), ['GHSA-1 high']],
    ['negligible', grype(match({ severity: 'Negligible' })), ['GHSA-1 negligible']],
    ['no severity', grype(match({ severity: undefined })), ['GHSA-1 unknown']],
    ['no artifact', grype({ vulnerability }), ['GHSA-1 high']],
    ['matches that are no list', { ...grype(), matches: null }, 'matches of the Grype report is null, not a list'],
    ['no match', grype(1), 'a match is 1, not an object'],
    [
      'no vulnerability',
      grype({}),
      'a match has the vulnerability missing and the artifact an object, not two objects',
    ],
    [
      'related to nothing',
      grype({ ...match({}), relatedVulnerabilities: [{}] }),
      'a vulnerability related to "GHSA-1" has no id',
    ],
    [
      'related that is no list',
      grype({ ...match({}), relatedVulnerabilities: {} }),
      'a vulnerability related to "GHSA-1" has no id',
    ],
    [
      'another tool',
      { ...grype(), descriptor: { name: 'x' } },
      'the report is of "x"; understood are those of Trivy and Grype',
    ],
  ])('%s', (_, result, expected) => {
    expect(found(COSIGN, result)).toEqual(expected)
  })
})

describe('in-toto', () => {
  const one = (...severity: unknown[]) => [{ id: 'CVE-1', severity }]
  const word = { method: 'nvd', score: 'medium' }
  const fault = 'the severity of "CVE-1" has no word or CVSS score that is understood'
  test.each([
    ['nothing found', [], []],
    ['a word', one(word), ['CVE-1 medium']],
    ['no list of them', [{ id: 'CVE-1', severity: word }], ['CVE-1 medium']],
    ['one level deeper', [{ vulnerability: { id: 'CVE-1', severity: [word] } }], ['CVE-1 medium']],
    ['a score', one({ method: 'cvss_score', score: '5.2' }), ['CVE-1 medium']],
    ['a score that is a number', one({ method: 'CVSSv3', score: 9 }), ['CVE-1 critical']],
    ['the worst of them', one(word, { method: 'cvss', score: '7.0' }, { method: 'x', score: 'low' }), ['CVE-1 high']],
    ['6.9', one({ method: 'cvss', score: '6.9' }), ['CVE-1 medium']],
    ['8.9', one({ method: 'cvss', score: '8.9' }), ['CVE-1 high']],
    ['3.9', one({ method: 'cvss', score: '3.9' }), ['CVE-1 low']],
    ['0', one({ method: 'cvss', score: '0' }), ['CVE-1 low']],
    ['10', one({ method: 'cvss', score: '10' }), ['CVE-1 critical']],
    ['above the scale', one({ method: 'cvss', score: '10.1' }), fault],
    ['below the scale', one({ method: 'cvss', score: -1 }), fault],
    ['another scale beside', one(word, { method: 'epss', score: '0.97' }), ['CVE-1 medium']],
    ['another scale only', one({ method: 'epss', score: '0.97' }), fault],
    ['a method that is none', one({ method: { toString: 1 }, score: '9.8' }), fault],
    ['a vector', one({ method: 'cvss', score: 'CVSS:3.1/AV:N' }), fault],
    ['a word nobody knows beside one', one(word, { method: 'vendor', score: 'urgent' }), fault],
    ['no score beside one', one(word, {}), fault],
    ['an empty list', one(), fault],
    ['none', [{ id: 'CVE-1' }], fault],
    ['no id', [{ severity: [word] }], 'a vulnerability has the id missing'],
    ['no object', ['CVE-1'], 'a result is "CVE-1", not an object'],
    ['no list', {}, 'scanner.result is an object, not a list of vulnerabilities'],
    ['nothing', null, 'scanner.result is null, not a list of vulnerabilities'],
  ])('%s', (_, result, expected) => {
    expect(found(IN_TOTO, result)).toEqual(expected)
    expect(found('https://in-toto.io/attestation/vulns/v0.1', result)).toEqual(expected)
  })
})

const understood = 'understood is the JSON report of Trivy (schema 2) or of Grype'
test.each([
  ['a list', [], `scanner.result is a list of 0; ${understood}`],
  ['nothing', undefined, `scanner.result is missing; ${understood}`],
  ['SARIF', { version: '2.1.0', runs: [] }, `scanner.result is an object with "version, runs"; ${understood}`],
  ['an empty object', {}, `scanner.result is an object with ""; ${understood}`],
])('a report that is %s', (_, result, expected) => {
  expect(found(COSIGN, result)).toBe(expected)
})

test.each([
  [null, 'predicate.scanner is missing, not an object'],
  [{ scanner: [] }, 'predicate.scanner is a list of 0, not an object'],
])('a predicate of %j', (predicate, fault) => {
  expect(readScan(statementOf(COSIGN, predicate))).toEqual({ fault })
})

test('another predicate type', () => {
  expect(readScan(statementOf('x', {}))).toEqual({
    fault: `the predicate type is "x"; understood are ${COSIGN}, https://in-toto.io/attestation/vulns/v0.1, ${IN_TOTO}`,
  })
})
