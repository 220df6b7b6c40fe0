import { describe, expect, test } from 'vitest'
import { readPackages } from '../../../../lambda/core/checks/statement/packages.ts'
import { statementOf } from './statements.ts'

const SPDX = 'https://spdx.dev/Document'
const CYCLONEDX = 'https://cyclonedx.org/bom'
const purlRef = (referenceLocator: unknown, referenceType = 'purl') => ({
  referenceCategory: 'PACKAGE-MANAGER',
  referenceType,
  referenceLocator,
})
const root = { SPDXID: 'SPDXRef-root', name: 'app', externalRefs: [purlRef('pkg:oci/app@sha256:abc')] }
const bash = {
  SPDXID: 'SPDXRef-bash',
  name: 'bash',
  versionInfo: '5.2',
  externalRefs: [purlRef('pkg:deb/debian/bash@5.2')],
}
const describes = (to: unknown, from: unknown = 'SPDXRef-DOCUMENT') => ({
  spdxElementId: from,
  relationshipType: 'DESCRIBES',
  relatedSpdxElement: to,
})
const spdx = (fields: object) => ({ spdxVersion: 'SPDX-2.3', packages: [bash], ...fields })
const cyclonedx = (fields: object) => ({ bomFormat: 'CycloneDX', specVersion: '1.6', components: [], ...fields })
const read = (type: string, predicate: unknown) => readPackages(statementOf(type, predicate))
const namesIn = (type: string, predicate: unknown) => {
  const contents = read(type, predicate)
  return 'fault' in contents
    ? contents.fault
    : [contents.packages.map(({ name }) => name).join(' '), contents.others.map(({ name }) => name).join(' ')]
}

describe('SPDX', () => {
  test('a package with its version and package URL', () => {
    const contents = read(SPDX, spdx({ packages: [bash] }))
    const purl = { type: 'deb', path: 'debian/bash', version: '5.2', qualifiers: new Map() }
    expect(contents).toEqual({
      format: 'spdx-2.3',
      packages: [{ name: 'bash', version: '5.2', purls: [purl] }],
      others: [],
    })
  })

  test.each([
    ['the image itself', { packages: [root, bash], documentDescribes: ['SPDXRef-root'] }, ['bash', 'app']],
    ['by a relationship', { packages: [root, bash], relationships: [describes('SPDXRef-root')] }, ['bash', 'app']],
    [
      'by the inverse one',
      {
        packages: [root, bash],
        relationships: [{ ...describes('SPDXRef-DOCUMENT', 'SPDXRef-root'), relationshipType: 'DESCRIBED_BY' }],
      },
      ['bash', 'app'],
    ],
    [
      'both ways',
      { packages: [root, bash], documentDescribes: ['SPDXRef-root'], relationships: [describes('SPDXRef-root')] },
      ['bash', 'app'],
    ],
    [
      'a package describes',
      { packages: [root, bash], relationships: [describes('SPDXRef-root', 'SPDXRef-bash')] },
      ['app bash', ''],
    ],
    [
      'a root without a package URL',
      { packages: [{ SPDXID: 'r', name: 'app' }, bash], documentDescribes: ['r'] },
      ['bash', 'app'],
    ],
    ['nothing is described', { packages: [root, bash] }, ['app bash', '']],
    [
      'several are described',
      { packages: [root, bash], documentDescribes: ['SPDXRef-root', 'SPDXRef-bash'] },
      ['app bash', ''],
    ],
    [
      'a package of a distribution is described',
      { packages: [bash], documentDescribes: ['SPDXRef-bash'] },
      ['bash', ''],
    ],
    [
      'two of one identifier',
      { packages: [root, { ...root, name: 'log4j' }], documentDescribes: ['SPDXRef-root'] },
      ['app log4j', ''],
    ],
    [
      'a relationship to nothing',
      { packages: [{ name: 'app' }], relationships: [{ ...describes(0), relatedSpdxElement: undefined }] },
      ['app', ''],
    ],
    ['null for an identifier', { packages: [{ name: 'app', SPDXID: null }], documentDescribes: [null] }, ['app', '']],
    ['2.2', { spdxVersion: 'SPDX-2.2' }, ['bash', '']],
    ['no version', { packages: [{ name: 'a', versionInfo: 'NOASSERTION' }] }, ['a', '']],
    ['no packages', { packages: [] }, ['', '']],
  ])('%s', (_, fields, expected) => {
    expect(namesIn(SPDX, spdx(fields))).toEqual(expected)
  })

  test.each([
    [{ spdxVersion: 'SPDX-2.1' }, 'the SPDX version is "SPDX-2.1"; understood are SPDX 2.2 and 2.3 as JSON'],
    [{ spdxVersion: undefined }, 'the SPDX version is missing; understood are SPDX 2.2 and 2.3 as JSON'],
    [
      { spdxVersion: undefined, '@graph': [] },
      'the SPDX version is SPDX 3 (JSON-LD); understood are SPDX 2.2 and 2.3 as JSON',
    ],
    [{ spdxVersion: { toString: 1 } }, 'the SPDX version is an object; understood are SPDX 2.2 and 2.3 as JSON'],
    [{ packages: undefined }, 'packages of the SPDX document is missing, not a list'],
    [{ packages: { length: 1 } }, 'packages of the SPDX document is an object, not a list'],
    [{ packages: [null] }, 'a package is null, not an object'],
    [{ packages: [{}] }, 'a package has the name missing'],
    [{ packages: [{ name: '' }] }, 'a package has the name ""'],
    [{ packages: [{ name: 'a', versionInfo: 1 }] }, 'package "a" has the version 1'],
    [{ packages: [{ name: 'a', externalRefs: {} }] }, 'externalRefs of package "a" is an object, not a list'],
    [{ packages: [{ name: 'a', externalRefs: ['pkg:npm/a'] }] }, 'a reference of package "a" is not an object'],
    [{ packages: [{ name: 'a', externalRefs: [purlRef('a')] }] }, 'package "a" has the package URL "a"'],
    [{ packages: [{ name: 'a', externalRefs: [purlRef(undefined)] }] }, 'package "a" has the package URL missing'],
    [
      { packages: [{ name: 'a', externalRefs: [purlRef('', 'http://spdx.org/rdf/references/purl')] }] },
      'package "a" has the package URL ""',
    ],
    [{ documentDescribes: 'SPDXRef-root' }, 'documentDescribes is "SPDXRef-root", not a list'],
    [{ relationships: {} }, 'relationships is an object, not a list'],
    [{ relationships: [1] }, 'a relationship is 1, not an object'],
  ])('%j is not understood', (fields, fault) => {
    expect(namesIn(SPDX, spdx(fields))).toBe(fault)
  })

  test.each([
    ['text of JSON', JSON.stringify(spdx({})), ['bash', '']],
    ['Data of JSON', { Data: JSON.stringify(spdx({})), Timestamp: '' }, ['bash', '']],
    ['Data as an object', { Data: spdx({}) }, ['bash', '']],
    [
      'tag-value',
      'SPDXVersion: SPDX-2.3\nPackageName: bash',
      'the SBOM is text that is no JSON object; SPDX tag-value is not understood',
    ],
    ['text of a list', '[]', 'the SBOM is text that is no JSON object; SPDX tag-value is not understood'],
    ['nothing', null, 'the SBOM is null, not an object'],
    ['a list', [spdx({})], 'the SBOM is a list of 1, not an object'],
    [
      'very much',
      JSON.stringify(Array(1_000_001).fill(0)),
      'the SBOM has 1000001 brackets, colons and commas; at most 1000000 are read',
    ],
    ['CycloneDX', cyclonedx({}), 'the SPDX version is missing; understood are SPDX 2.2 and 2.3 as JSON'],
  ])('a predicate that is %s', (_, predicate, expected) => {
    expect(namesIn(SPDX, predicate)).toEqual(expected)
  })
})

describe('CycloneDX', () => {
  const nested = (depth: number): object =>
    depth === 0 ? { name: 'deep' } : { name: 'x', components: [nested(depth - 1)] }

  test('a component with its group, version and package URL', () => {
    const component = {
      type: 'library',
      group: 'org.acme',
      name: 'lib',
      version: '1',
      purl: 'pkg:maven/org.acme/lib@1',
    }
    const purl = { type: 'maven', path: 'org.acme/lib', version: '1', qualifiers: new Map() }
    expect(read(CYCLONEDX, cyclonedx({ components: [component] }))).toMatchObject({
      format: 'cyclonedx-1.6',
      packages: [{ name: 'lib', group: 'org.acme', version: '1', purls: [purl] }],
      others: [],
    })
  })

  test.each([
    ['nothing', {}, ['', '']],
    [
      'the image itself',
      { metadata: { component: { type: 'container', name: 'app' } }, components: [{ name: 'a' }] },
      ['a', 'app'],
    ],
    ['the image by a package URL', { metadata: { component: { name: 'app', purl: 'pkg:oci/app' } } }, ['', 'app']],
    ['something else', { metadata: { component: { name: 'app', purl: 'pkg:npm/app' } } }, ['app', '']],
    ['what lies in the image', { metadata: { component: { name: 'app', components: [{ name: 'b' }] } } }, ['b', 'app']],
    [
      'what lies in components',
      { components: [{ name: 'a', components: [{ name: 'b', components: [{ name: 'c' }] }] }] },
      ['a b c', ''],
    ],
    [
      'files',
      {
        components: [
          { type: 'file', name: '/bin/a' },
          { type: 'file', name: 'b', purl: 'pkg:npm/b' },
        ],
      },
      ['b', '/bin/a'],
    ],
    ['an operating system', { components: [{ type: 'operating-system', name: 'alpine' }] }, ['alpine', '']],
    ['empty texts', { components: [{ name: 'a', version: '', group: '', purl: '' }] }, ['a', '']],
    ['31 within each other', { components: [nested(31)] }, [`${'x '.repeat(31)}deep`, '']],
  ])('%s', (_, fields, expected) => {
    expect(namesIn(CYCLONEDX, cyclonedx(fields))).toEqual(expected)
  })

  test.each(['1.2', '1.3', '1.4', '1.5', '1.6', '1.7'])('%s', (specVersion) => {
    expect(read(CYCLONEDX, cyclonedx({ specVersion }))).toMatchObject({ format: `cyclonedx-${specVersion}` })
  })

  const version = (bomFormat: string, specVersion: string) =>
    `bomFormat is ${bomFormat}, specVersion ${specVersion}; understood is CycloneDX 1.2 to 1.7 as JSON`
  test.each([
    [{ specVersion: '1.1' }, version('"CycloneDX"', '"1.1"')],
    [{ specVersion: '1.8' }, version('"CycloneDX"', '"1.8"')],
    [{ specVersion: 1.6 }, version('"CycloneDX"', '1.6')],
    [{ specVersion: { toString: 1 } }, version('"CycloneDX"', 'an object')],
    [{ bomFormat: undefined }, version('missing', '"1.6"')],
    [{ components: undefined }, 'components of the CycloneDX document is missing, not a list'],
    [{ components: null }, 'components of the CycloneDX document is null, not a list'],
    [{ metadata: [] }, 'metadata is a list of 0, not an object'],
    [{ metadata: { component: 'app' } }, 'a component is "app", not an object'],
    [{ components: ['a'] }, 'a component is "a", not an object'],
    [{ components: [{ name: 1 }] }, 'a package has the name 1'],
    [{ components: [{ name: 'a', group: 1 }] }, 'package "a" has the group 1'],
    [{ components: [{ name: 'a', version: null }] }, 'package "a" has the version null'],
    [{ components: [{ name: 'a', purl: 'npm/a' }] }, 'package "a" has the package URL "npm/a"'],
    [{ components: [{ name: 'a', components: {} }] }, 'components of "a" is an object, not a list'],
    [{ components: [nested(32)] }, 'components lie more than 32 deep within each other'],
  ])('%j is not understood', (fields, fault) => {
    expect(namesIn(CYCLONEDX, cyclonedx(fields))).toBe(fault)
  })
})

test.each([['https://spdx.dev/Document/v3'], ['https://example.com/sbom']])('%s is no SBOM', (type) => {
  expect(namesIn(type, spdx({}))).toBe(`the predicate type is "${type}"; understood are SBOMs as SPDX or CycloneDX`)
})
