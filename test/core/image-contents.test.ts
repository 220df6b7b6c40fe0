import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { imageContents } from '../../lambda/core/image-contents.ts'
import { PREDICATE_TYPES } from '../../lambda/core/predicate-types.ts'
import { statementOf } from './checks/statement/statements.ts'

const purlRef = (referenceLocator: string) => ({ referenceType: 'purl', referenceLocator })
const apk = (name: string, versionInfo?: string) => ({
  name,
  versionInfo,
  externalRefs: [purlRef(`pkg:apk/wolfi/${name}@${versionInfo ?? '0'}?distro=wolfi&arch=x86_64`)],
})
const spdx = (packages: readonly object[], fields: object = {}) =>
  statementOf('https://spdx.dev/Document', { spdxVersion: 'SPDX-2.3', packages, ...fields })
const cyclonedx = (components: readonly object[]) =>
  statementOf('https://cyclonedx.org/bom', { bomFormat: 'CycloneDX', specVersion: '1.6', components })

test('an image of Chainguard', () => {
  const root = { SPDXID: 'r', name: 'app', externalRefs: [purlRef('pkg:oci/app@sha256:abc')] }
  const packages = [root, apk('busybox', '1.37.0-r46'), apk('apk-tools', '2.14'), apk('bash', '5.2.37-r33')]
  expect(imageContents(spdx(packages, { documentDescribes: ['r'] }))).toEqual({
    format: 'spdx-2.3',
    count: 3,
    packages: [
      { name: 'apk-tools', version: '2.14', purl: 'pkg:apk/wolfi/apk-tools@2.14?arch=x86_64&distro=wolfi' },
      { name: 'bash', version: '5.2.37-r33', purl: 'pkg:apk/wolfi/bash@5.2.37-r33?arch=x86_64&distro=wolfi' },
      { name: 'busybox', version: '1.37.0-r46', purl: 'pkg:apk/wolfi/busybox@1.37.0-r46?arch=x86_64&distro=wolfi' },
    ],
    shells: ['bash', 'busybox'],
    packageManagers: ['apk'],
    languageManagers: [],
  })
})

describe('packages', () => {
  const packagesOf = (statement: ReturnType<typeof spdx>) => {
    const contents = imageContents(statement)
    return 'fault' in contents ? contents.fault : contents.packages
  }
  test.each([
    ['a name alone', spdx([{ name: 'a' }]), [{ name: 'a' }]],
    ['a group', cyclonedx([{ group: 'org.acme', name: 'a', version: '1' }]), [{ name: 'org.acme/a', version: '1' }]],
    [
      'a version of the package URL alone',
      cyclonedx([{ name: 'a', purl: 'pkg:npm/%40acme/a@1' }]),
      [{ name: 'a', version: '1', purl: 'pkg:npm/%40acme/a@1' }],
    ],
    [
      'in order',
      spdx([{ name: 'b' }, { name: 'a', versionInfo: '2' }, { name: 'a', versionInfo: '10' }, { name: 'B' }]),
      [{ name: 'B' }, { name: 'a', version: '10' }, { name: 'a', version: '2' }, { name: 'b' }],
    ],
    [
      'in order of package URLs',
      cyclonedx([
        { name: 'a', purl: 'pkg:npm/b' },
        { name: 'a', purl: 'pkg:npm/a' },
      ]),
      [
        { name: 'a', purl: 'pkg:npm/a' },
        { name: 'a', purl: 'pkg:npm/b' },
      ],
    ],
    [
      'texts without end',
      cyclonedx([{ name: 'n'.repeat(600), version: `${'v'.repeat(499)}😀`, purl: `pkg:npm/${'p'.repeat(993)}` }]),
      [{ name: 'n'.repeat(500), version: `${'v'.repeat(499)}\ufffd` }],
    ],
    [
      'a long package URL',
      cyclonedx([{ name: 'a', purl: `pkg:npm/${'p'.repeat(992)}` }]),
      [{ name: 'a', purl: `pkg:npm/${'p'.repeat(992)}` }],
    ],
    [
      'not understood',
      statementOf('https://spdx.dev/Document', {}),
      'the SPDX version is missing; understood are SPDX 2.2 and 2.3 as JSON',
    ],
  ])('%s', (_, statement, wanted) => {
    expect(packagesOf(statement)).toStrictEqual(wanted)
  })

  test('the first 5,000 are listed, and all are counted', () => {
    const names = Array.from({ length: 5_002 }, (_, n) => ({ name: String(n).padStart(4, '0') }))
    const contents = imageContents(spdx(names.toReversed()))
    expect(contents).toMatchObject({ count: 5_002 })
    expect('fault' in contents ? [] : contents.packages.map(({ name }) => name)).toEqual(
      names
        .map(({ name }) => name)
        .toSorted()
        .slice(0, 5_000),
    )
  })
})

describe('what files show', () => {
  test.each([
    ['nothing', [], [[], []]],
    ['files of layers', ['bin/sh', 'usr/bin/apt'], [['sh'], ['apt']]],
  ])('%s', (_, paths, wanted) => {
    const contents = imageContents(spdx([{ name: 'app' }]), paths)
    expect('fault' in contents ? contents : [contents.shells, contents.packageManagers]).toEqual(wanted)
  })

  test('files that the SBOM lists', () => {
    const contents = imageContents(cyclonedx([{ type: 'file', name: '/usr/bin/bash' }]), ['sbin/apk'])
    expect(contents).toMatchObject({ count: 0, packages: [], shells: ['bash'], packageManagers: ['apk'] })
  })
})

test('any JSON is answered, and what is listed is counted', () => {
  const purl = fc.oneof(fc.constantFrom('pkg:apk/a/bash@1?arch=x', 'pkg:npm/%40a/b', 'pkg:deb/a/\ud800'), fc.string())
  const component = fc.record(
    { name: fc.string(), version: fc.string(), group: fc.string(), purl, type: fc.constantFrom('file', 'library') },
    { requiredKeys: ['name'] },
  )
  const predicate = fc.oneof(
    fc.jsonValue(),
    fc.record({
      bomFormat: fc.constant('CycloneDX'),
      specVersion: fc.constant('1.6'),
      spdxVersion: fc.constant('SPDX-2.3'),
      components: fc.oneof(fc.array(component), fc.jsonValue()),
      packages: fc.oneof(fc.array(component), fc.jsonValue()),
    }),
  )
  fc.assert(
    fc.property(fc.constantFrom(...PREDICATE_TYPES.sbom), predicate, fc.array(fc.string()), (type, document, paths) => {
      const contents = imageContents({ predicateType: type, predicate: document }, paths)
      if (!('fault' in contents)) expect(contents.packages.length).toBe(contents.count)
    }),
  )
})
