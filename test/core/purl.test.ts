import { expect, test } from 'vitest'
import { parsePurl } from '../../lambda/core/purl.ts'

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
