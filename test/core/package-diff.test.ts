import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ListedPackage } from '../../lambda/core/image-contents.ts'
import { isSame, packageDiff } from '../../lambda/core/package-diff.ts'

const apk = (name: string, version: string, qualifiers = '') => ({
  name,
  version,
  purl: `pkg:apk/wolfi/${name}@${version}${qualifiers}`,
})
const plain = (name: string, ...versions: string[]) => versions.map((version) => ({ name, version }))
const nothing = { added: [], removed: [], changed: [] }

describe('packageDiff', () => {
  test.each<[string, ListedPackage[], ListedPackage[], object]>([
    ['nothing', [], [], nothing],
    ['the same', [apk('bash', '1')], [apk('bash', '1')], nothing],
    ['in another order', [...plain('a', '1', '2')], [...plain('a', '2', '1')], nothing],
    ['listed twice', plain('a', '1'), plain('a', '1', '1'), nothing],
    [
      'a rebuild',
      [apk('zlib', '1.3'), apk('bash', '5.2-r1'), apk('curl', '8')],
      [apk('bash', '5.2-r2'), apk('curl', '8'), apk('openssl', '3')],
      {
        added: [{ name: 'openssl', purl: 'pkg:apk/wolfi/openssl', versions: ['3'] }],
        removed: [{ name: 'zlib', purl: 'pkg:apk/wolfi/zlib', versions: ['1.3'] }],
        changed: [{ name: 'bash', purl: 'pkg:apk/wolfi/bash', from: ['5.2-r1'], to: ['5.2-r2'] }],
      },
    ],
    [
      'by name',
      plain('b', '1'),
      [...plain('b', '2'), ...plain('a', '1')],
      {
        ...nothing,
        added: [{ name: 'a', versions: ['1'] }],
        changed: [{ name: 'b', from: ['1'], to: ['2'] }],
      },
    ],
    [
      'several versions',
      plain('a', '1', '2'),
      plain('a', '3', '2'),
      { ...nothing, changed: [{ name: 'a', from: ['1', '2'], to: ['2', '3'] }] },
    ],
    [
      'one version less',
      plain('a', '1', '2'),
      plain('a', '2'),
      { ...nothing, changed: [{ name: 'a', from: ['1', '2'], to: ['2'] }] },
    ],
    [
      'no version before',
      [{ name: 'a' }],
      plain('a', '1'),
      { ...nothing, changed: [{ name: 'a', from: [], to: ['1'] }] },
    ],
    [
      'a version in the package URL',
      [{ name: 'a', purl: 'pkg:npm/a@1' }],
      [{ name: 'a', purl: 'pkg:npm/a@1' }],
      nothing,
    ],
    [
      'another version in the package URL',
      [{ name: 'a', purl: 'pkg:npm/a@1' }],
      [{ name: 'a', purl: 'pkg:npm/a@2' }],
      { ...nothing, changed: [{ name: 'a', purl: 'pkg:npm/a', from: ['1'], to: ['2'] }] },
    ],
    [
      'another kind of package',
      [{ name: 'a', purl: 'pkg:npm/a@1' }],
      [{ name: 'a', purl: 'pkg:pypi/a@1' }],
      {
        added: [{ name: 'a', purl: 'pkg:pypi/a', versions: ['1'] }],
        removed: [{ name: 'a', purl: 'pkg:npm/a', versions: ['1'] }],
        changed: [],
      },
    ],
    ['a release of the distribution', [apk('a', '1', '?distro=x-1')], [apk('a', '1', '?distro=x-2')], nothing],
    [
      'an architecture more',
      [apk('a', '1', '?arch=amd64&distro=x')],
      [apk('a', '1', '?distro=x&arch=amd64'), apk('a', '1', '?arch=i386')],
      { ...nothing, added: [{ name: 'a', purl: 'pkg:apk/wolfi/a?arch=i386', versions: ['1'] }] },
    ],
    [
      'another name of one package',
      [{ name: 'z', version: '1', purl: 'pkg:npm/a' }],
      [
        { name: 'y', version: '2', purl: 'pkg:npm/a' },
        { name: 'x', version: '3', purl: 'pkg:npm/a' },
        { name: 'y', version: '3', purl: 'pkg:npm/a' },
      ],
      { ...nothing, changed: [{ name: 'x', purl: 'pkg:npm/a', from: ['1'], to: ['2', '3'] }] },
    ],
    ['a text that is no package URL', [{ name: 'a', version: '1', purl: 'a' }], plain('a', '1'), nothing],
    [
      'a name like a package URL',
      [{ name: 'pkg:npm/a', version: '1' }],
      [{ name: 'pkg:npm/a', version: '1', purl: 'pkg:npm/a@1' }],
      {
        added: [{ name: 'pkg:npm/a', purl: 'pkg:npm/a', versions: ['1'] }],
        removed: [{ name: 'pkg:npm/a', versions: ['1'] }],
        changed: [],
      },
    ],
  ])('%s', (_, from, to, wanted) => {
    const diff = packageDiff(from, to)
    expect(diff).toStrictEqual(wanted)
    expect(isSame(diff)).toBe(wanted === nothing)
  })
})

describe('laws', () => {
  const some = fc.constantFrom('a', 'b', 'c', '__proto__')
  const one: fc.Arbitrary<ListedPackage> = fc.record(
    {
      name: some,
      version: fc.constantFrom('1', '2', '3'),
      purl: fc.tuple(some, fc.constantFrom('', '@1', '@2', '?arch=x', '?distro=y')).map(([a, b]) => `pkg:npm/${a}${b}`),
    },
    { requiredKeys: ['name'] },
  )
  const lists = fc.array(one, { maxLength: 12 })

  test('a list differs from itself in nothing, in whatever order', () => {
    fc.assert(
      fc.property(lists, (list) => {
        expect(isSame(packageDiff(list, list.toReversed()))).toBe(true)
      }),
    )
  })

  test('the way back mirrors the way there', () => {
    fc.assert(
      fc.property(lists, lists, (a, b) => {
        const [there, back] = [packageDiff(a, b), packageDiff(b, a)]
        const changed = there.changed.map(({ from, to, ...rest }) => ({ ...rest, from: to, to: from }))
        expect(back).toEqual({ added: there.removed, removed: there.added, changed })
      }),
    )
  })

  test('what is added to a list is told, and nothing else', () => {
    fc.assert(
      fc.property(lists, (list) => {
        const diff = packageDiff(list, [...list, { name: 'new', version: '1' }])
        expect(diff).toEqual({ ...nothing, added: [{ name: 'new', versions: ['1'] }] })
      }),
    )
  })
})
