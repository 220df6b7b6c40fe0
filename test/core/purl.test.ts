import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parsePurl, writePurl } from '../../lambda/core/purl.ts'

test.each([
  ['pkg:npm/left-pad@1.3.0', 'npm', 'left-pad', '1.3.0'],
  ['pkg:npm/%40babel/core@7.0.0', 'npm', '@babel/core', '7.0.0'],
  ['pkg:npm/@babel/core', 'npm', '@babel/core', undefined],
  ['pkg:npm/@babel/core@7.0.0', 'npm', '@babel/core', '7.0.0'],
  ['PKG:NPM/Left-Pad', 'npm', 'Left-Pad', undefined],
  ['pkg://deb/debian/bash@5.1-2%2Bdeb11u1?arch=amd64&distro=debian-11', 'deb', 'debian/bash', '5.1-2+deb11u1'],
  ['pkg:oci/app@sha256%3Aabc?repository_url=ghcr.io/acme/app', 'oci', 'app', 'sha256:abc'],
  ['pkg:golang/github.com/acme/lib@v1.0.0#sub/path@2', 'golang', 'github.com/acme/lib', 'v1.0.0'],
  ['pkg:github/acme/app@feature/x', 'github', 'acme/app', 'feature/x'],
  ['pkg:generic/100%/x@1', 'generic', '100%/x', '1'],
  ['pkg:npm//left-pad/', 'npm', 'left-pad', undefined],
])('%s', (text, type, path, version) => {
  expect(parsePurl(text)).toMatchObject({ type, path })
  expect(parsePurl(text)?.version).toBe(version)
})

test('qualifiers are decoded, those without a name or value are none', () => {
  const { qualifiers } = parsePurl('pkg:deb/debian/bash?Arch=amd64&x&=y&empty=&url=a%2Fb#sub')!
  expect([...qualifiers]).toEqual([
    ['arch', 'amd64'],
    ['url', 'a/b'],
  ])
})

test.each(['', 'pkg:', 'pkg:npm', 'pkg:npm/', 'pkg:/npm', 'npm/left-pad', 'pkg:*/left-pad', ' pkg:npm/a'])(
  '%j is no package URL',
  (text) => {
    expect(parsePurl(text)).toBeUndefined()
  },
)

test.each([
  [
    'pkg:deb/debian/bash@5.1-2+deb11u1?distro=debian-11&arch=amd64',
    'pkg:deb/debian/bash@5.1-2%2Bdeb11u1?arch=amd64&distro=debian-11',
  ],
  ['PKG:npm/@babel/core@7.0.0#sub', 'pkg:npm/%40babel/core@7.0.0'],
  [
    'pkg:oci/app@sha256%3Aabc?repository_url=ghcr.io/acme/app',
    'pkg:oci/app@sha256:abc?repository_url=ghcr.io%2Facme%2Fapp',
  ],
  ['pkg:npm/a', 'pkg:npm/a'],
])('%s is written %s', (read, written) => {
  expect(writePurl(parsePurl(read)!)).toBe(written)
})

test('what is written is read back', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1 }),
    fc.constantFrom('%', '%2F', '@', 'a@b', '?', '#', '&=', '+', '/'),
  )
  fc.assert(
    fc.property(
      fc.array(text, { minLength: 1, maxLength: 3 }),
      fc.option(text),
      fc.dictionary(fc.constantFrom('arch', 'b', 'c'), text),
      (path, version, qualifiers) => {
        const coded = Object.entries(qualifiers).map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
        const end = version === null ? '' : `@${encodeURIComponent(version)}`
        const purl = parsePurl(`pkg:x/${path.map(encodeURIComponent).join('/')}${end}?${coded.join('&')}`)!
        expect(parsePurl(writePurl(purl))).toEqual(purl)
      },
    ),
  )
})
