import { describe, expect, test } from 'vitest'
import { isCleared, readVex } from '../../../../lambda/core/checks/statement/vex.ts'
import { parsePurl } from '../../../../lambda/core/purl.ts'
import { statementOf } from './statements.ts'

const HEX = 'a'.repeat(64)
const IMAGE = `sha256:${HEX}`
const OTHER = `sha256:${'b'.repeat(64)}`
const NOW = Date.parse('2026-06-01T00:00:00Z')
const ALL = 'https://openvex.dev/ns/v0.2.0'

const found = (id: string, related: string[] = [], purl = 'pkg:deb/debian/bash@5.1?arch=amd64&distro=debian-12') => {
  const read = parsePurl(purl)
  return { id, related, severity: 'high' as const, unfixed: false, ...(read && { purl: read }) }
}
const fixed = { vulnerability: { name: 'CVE-1', aliases: ['GHSA-1'] }, status: 'fixed' }
const documentOf = (...statements: unknown[]) => ({
  '@context': ALL,
  timestamp: '2026-01-01T00:00:00Z',
  version: 1,
  statements,
})
const vexOf = (...documents: unknown[]) =>
  readVex(
    documents.map((one) => statementOf(ALL, one)),
    IMAGE,
  )
const cleared = (statements: readonly unknown[], one = found('CVE-1')) => {
  const vex = vexOf(documentOf(...statements))
  return 'fault' in vex ? vex.fault : isCleared(one, vex, NOW)
}

describe('the vulnerability', () => {
  test.each([
    ['CVE-1', [], true],
    ['cve-1', [], true],
    ['GHSA-1', [], true],
    ['CVE-2', [], false],
    ['CVE-11', [], false],
    ['__proto__', [], false],
    ['GHSA-9', ['CVE-1'], true],
    ['ELSA-9', ['CVE-1', 'CVE-2'], false],
  ] as const)('%s related to %j: %s', (id, related, expected) => {
    expect(cleared([fixed], found(id, [...related]))).toBe(expected)
  })

  test('one that opposes by any related name counts', () => {
    const affected = { vulnerability: { name: 'CVE-2' }, status: 'affected' }
    const clears = { vulnerability: { name: 'ELSA-9' }, status: 'fixed', timestamp: '2026-01-02T00:00:00Z' }
    expect(cleared([clears, affected], found('ELSA-9', ['CVE-1', 'CVE-2']))).toBe(true)
    expect(cleared([{ ...clears, timestamp: undefined }, affected], found('ELSA-9', ['CVE-1', 'CVE-2']))).toBe(false)
  })

  test('as text, as it was before v0.2.0', () => {
    expect(cleared([{ ...fixed, vulnerability: 'CVE-1' }])).toBe(true)
  })
})

describe('the status', () => {
  test.each([
    [{ status: 'fixed' }, true],
    [{ status: 'affected' }, false],
    [{ status: 'under_investigation' }, false],
    [{ status: 'not_affected' }, false],
    [{ status: 'not_affected', justification: 'component_not_present' }, true],
    [{ status: 'not_affected', justification: 'because' }, false],
    [{ status: 'not_affected', justification: 'because', impact_statement: 'words' }, false],
    [{ status: 'not_affected', impact_statement: 'words' }, true],
    [{ status: 'not_affected', justification: '', impact_statement: 'words' }, true],
    [{ status: 'not_affected', impact_statement: ' ' }, false],
    [{ status: 'not_affected', impact_statement: 1 }, false],
    [{ status: 'affected', justification: 'component_not_present' }, false],
  ])('%j: %s', (fields, expected) => {
    expect(cleared([{ ...fixed, ...fields }])).toBe(expected)
  })
})

describe('the product', () => {
  const oci = (digest: string, qualifiers = '') => `pkg:oci/app@${digest}${qualifiers}`
  test.each([
    ['none', undefined, true],
    ['null', null, true],
    ['an empty list', [], false],
    ['by hash', [{ hashes: { 'sha-256': HEX } }], true],
    ['by hash in capitals', [{ hashes: { 'sha-256': HEX.toUpperCase() } }], true],
    ['by another hash', [{ hashes: { 'sha-512': HEX } }], false],
    ['by id', [{ '@id': oci(IMAGE) }], true],
    ['by id, encoded', [{ '@id': oci(IMAGE.replace(':', '%3A'), '?repository_url=ghcr.io/acme/app') }], true],
    ['by id as text', [oci(IMAGE)], true],
    ['by purl', [{ identifiers: { purl: oci(IMAGE) } }], true],
    ['by a reference', [{ '@id': `ghcr.io/acme/app@${IMAGE}` }], true],
    ['by the digest alone', [{ '@id': IMAGE }], true],
    ['by hash beside a name', [{ '@id': 'pkg:oci/app', hashes: { 'sha-256': HEX } }], true],
    ['among others', [{ '@id': oci(OTHER) }, { '@id': oci(IMAGE) }], true],
    ['another image', [{ '@id': oci(OTHER) }], false],
    ['any version', [{ '@id': 'pkg:oci/app' }], false],
    ['a package', [{ '@id': 'pkg:deb/debian/bash@5.1' }], false],
    ['a package of this digest', [{ '@id': `pkg:generic/app@${IMAGE}` }], false],
    ['one platform of it', [{ '@id': oci(IMAGE, '?arch=arm64') }], false],
    ['two images at once', [{ '@id': oci(OTHER), hashes: { 'sha-256': HEX } }], false],
    ['nothing', [{}], false],
    ['no object', [7], false],
  ])('%s', (_, products, expected) => {
    expect(cleared([{ ...fixed, products }])).toBe(expected)
  })

  test.each([
    ['one platform of it', [{ '@id': oci(IMAGE, '?arch=arm64') }], false],
    ['an empty list', [], false],
    ['another image', [{ '@id': oci(OTHER) }], true],
  ])('what opposes for %s', (_, products, expected) => {
    const affected = { ...fixed, status: 'affected', timestamp: '2026-02-01T00:00:00Z', products }
    expect(cleared([fixed, affected])).toBe(expected)
  })
})

describe('subcomponents', () => {
  const IS = { hashes: { 'sha-256': HEX } }
  test.each([
    ['none', [], true, true],
    ['the package', [{ '@id': 'pkg:deb/debian/bash' }], true, true],
    ['as text', ['pkg:deb/debian/bash'], true, true],
    ['its version', [{ '@id': 'pkg:deb/debian/bash@5.1' }], true, true],
    ['another version', [{ '@id': 'pkg:deb/debian/bash@5.2' }], false, true],
    ['a qualifier of it', [{ identifiers: { purl: 'pkg:deb/debian/bash?arch=amd64' } }], true, true],
    ['another qualifier', [{ identifiers: { purl: 'pkg:deb/debian/bash?arch=arm64' } }], false, true],
    ['another package', [{ '@id': 'pkg:deb/debian/zsh' }], false, false],
    ['another type of package', [{ '@id': 'pkg:rpm/debian/bash' }], false, false],
    ['one of several', [{ '@id': 'pkg:deb/debian/zsh' }, { '@id': 'pkg:deb/debian/bash' }], true, true],
    [
      'two names of different packages',
      [{ '@id': 'pkg:deb/debian/zsh', identifiers: { purl: 'pkg:deb/debian/bash' } }],
      false,
      true,
    ],
    ['no package URL', [{ '@id': 'https://example.com/bash' }], false, true],
    ['nothing', [{}], false, true],
  ])('%s', (_, subcomponents, clears, opposes) => {
    expect(cleared([{ ...fixed, products: [{ ...IS, subcomponents }] }])).toBe(clears)
    expect(cleared([{ ...fixed, subcomponents }])).toBe(clears)
    const affected = {
      ...fixed,
      status: 'affected',
      timestamp: '2026-02-01T00:00:00Z',
      products: [{ ...IS, subcomponents }],
    }
    expect(cleared([fixed, affected])).toBe(!opposes)
  })

  test('a find without a package URL may be in any of them', () => {
    const narrowed = { ...fixed, products: [{ ...IS, subcomponents: ['pkg:deb/debian/bash'] }] }
    expect(cleared([narrowed], found('CVE-1', [], ''))).toBe(false)
    expect(cleared([fixed], found('CVE-1', [], ''))).toBe(true)
    const affected = { ...narrowed, status: 'affected', timestamp: '2026-02-01T00:00:00Z' }
    expect(cleared([fixed, affected], found('CVE-1', [], ''))).toBe(false)
  })

  test('an empty list of its own leaves a product to those beside it', () => {
    const products = [{ ...IS, subcomponents: [] }]
    expect(cleared([{ ...fixed, products, subcomponents: ['pkg:deb/debian/bash'] }])).toBe(true)
    expect(cleared([{ ...fixed, products, subcomponents: ['pkg:deb/debian/zsh'] }])).toBe(false)
  })
})

describe('time', () => {
  const at = (timestamp: string | undefined, fields: object = {}) => ({ ...fixed, timestamp, ...fields })
  const affected = { status: 'affected' }
  test.each([
    ['the later clears', [at('2026-01-02T00:00:00Z', affected), at('2026-01-03T00:00:00Z')], true],
    ['the later does not', [at('2026-01-03T00:00:00Z', affected), at('2026-01-02T00:00:00Z')], false],
    ['whatever the order', [at('2026-01-03T00:00:00Z'), at('2026-01-02T00:00:00Z', affected)], true],
    [
      'at the same time the worse counts',
      [at('2026-01-03T00:00:00Z'), at('2026-01-03T01:00:00+01:00', affected)],
      false,
    ],
    ['the time of the document', [at(undefined, affected), at('2026-01-03T00:00:00Z')], true],
    ['both of the document', [at(undefined, affected), at(undefined)], false],
    [
      'what does not clear counts from its last change',
      [at('2026-01-01T00:00:00Z', { ...affected, last_updated: '2026-01-04T00:00:00Z' }), at('2026-01-03T00:00:00Z')],
      false,
    ],
    [
      'what clears counts from when it was made',
      [at('2026-01-03T00:00:00Z', affected), at('2026-01-02T00:00:00Z', { last_updated: '2026-01-04T00:00:00Z' })],
      false,
    ],
    ['now is no future', [at('2026-06-01T00:00:00Z')], true],
    ['the future clears nothing', [at('2026-06-01T00:00:01Z')], false],
    ['the future opposes', [at('2026-01-03T00:00:00Z'), at('2027-01-01T00:00:00Z', affected)], false],
    ['an unreadable time clears nothing', [at('yesterday')], false],
    ['an unreadable time opposes', [at('2026-01-03T00:00:00Z'), at('yesterday', affected)], false],
    [
      'an unreadable change opposes',
      [at('2026-01-03T00:00:00Z'), at('2026-01-02T00:00:00Z', { ...affected, last_updated: 1 })],
      false,
    ],
    [
      'a reason that is none is the later word',
      [at('2026-01-02T00:00:00Z'), at('2026-01-03T00:00:00Z', { status: 'not_affected' })],
      false,
    ],
  ])('%s', (_, statements, expected) => {
    expect(cleared(statements)).toBe(expected)
  })

  test('of several documents the newest counts', () => {
    const [old, recent] = [
      documentOf({ ...fixed, status: 'affected' }),
      { ...documentOf(fixed), timestamp: '2026-01-02T00:00:00Z' },
    ]
    const vex = vexOf(recent, old)
    expect('fault' in vex || isCleared(found('CVE-1'), vex, NOW)).toBe(true)
  })

  test('nothing clears without any time', () => {
    const vex = vexOf({ statements: [fixed] })
    expect('fault' in vex || isCleared(found('CVE-1'), vex, NOW)).toBe(false)
  })
})

test.each([
  [null, 'a VEX document is null, not an object'],
  [{}, 'statements of a VEX document is missing, not a list'],
  [documentOf('x'), 'a VEX statement is "x", not an object'],
  [documentOf({ status: 'fixed' }), 'a VEX statement names its vulnerability in a way that is not understood'],
  [
    documentOf({ ...fixed, vulnerability: { name: '' } }),
    'a VEX statement names its vulnerability in a way that is not understood',
  ],
  [
    documentOf({ ...fixed, vulnerability: { name: 'CVE-1', aliases: [1] } }),
    'a VEX statement names its vulnerability in a way that is not understood',
  ],
  [
    documentOf({ ...fixed, vulnerability: { name: 'CVE-1', aliases: Array(101).fill('x') } }),
    'a VEX statement names its vulnerability in a way that is not understood',
  ],
  [documentOf({ ...fixed, status: 'Fixed' }), 'the status of "CVE-1" in VEX is "Fixed"'],
  [documentOf({ ...fixed, products: {} }), 'the products of "CVE-1" in VEX are not understood'],
  [documentOf({ ...fixed, subcomponents: {} }), 'the products of "CVE-1" in VEX are not understood'],
  [documentOf({ ...fixed, products: [{ subcomponents: 'x' }] }), 'the products of "CVE-1" in VEX are not understood'],
  [documentOf(...Array(501).fill(fixed)), 'VEX says more than 500 things of "cve-1"'],
])('a document that is not understood %#', (document, expected) => {
  expect(vexOf(documentOf(fixed), document)).toEqual({ fault: expected })
})

test('as much as is allowed', () => {
  const vulnerability = { name: 'CVE-1', aliases: Array.from({ length: 100 }, (_, index) => `GHSA-${index}`) }
  expect(cleared(Array(500).fill({ ...fixed, vulnerability }))).toBe(true)
})

test('statements of other types are none of its own', () => {
  expect(readVex([statementOf('https://openvex.dev/nsx', null)], IMAGE)).toEqual(new Map())
  expect(readVex([statementOf('https://openvex.dev/ns', documentOf(fixed))], IMAGE)).not.toEqual(new Map())
})
