import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BadInput } from '../../lambda/core/bad-input.ts'
import {
  formatImage,
  type ImageRef,
  isDigest,
  isRepositoryName,
  isTag,
  normaliseHost,
  parseImage,
  repositoryOf,
} from '../../lambda/core/image.ts'
import { digest } from './records.ts'

const DIGEST = digest(10)
const HUB = 'index.docker.io'

const references: readonly (readonly [string, ImageRef])[] = [
  ['alpine', { host: HUB, name: 'library/alpine', tag: 'latest' }],
  ['alpine:3', { host: HUB, name: 'library/alpine', tag: '3' }],
  ['acme/app', { host: HUB, name: 'acme/app', tag: 'latest' }],
  ['docker.io/alpine', { host: HUB, name: 'library/alpine', tag: 'latest' }],
  ['docker.io/acme/app:v1', { host: HUB, name: 'acme/app', tag: 'v1' }],
  ['registry-1.docker.io/acme/app', { host: HUB, name: 'acme/app', tag: 'latest' }],
  ['index.docker.io/library/alpine', { host: HUB, name: 'library/alpine', tag: 'latest' }],
  ['DOCKER.IO/alpine', { host: HUB, name: 'library/alpine', tag: 'latest' }],
  ['localhost/app', { host: '127.0.0.1', name: 'app', tag: 'latest' }],
  ['localhost:5500/app', { host: '127.0.0.1:5500', name: 'app', tag: 'latest' }],
  ['127.0.0.1:5500/a/b/c:v1', { host: '127.0.0.1:5500', name: 'a/b/c', tag: 'v1' }],
  ['[::1]:5500/app', { host: '[::1]:5500', name: 'app', tag: 'latest' }],
  ['registry:5500/app', { host: 'registry:5500', name: 'app', tag: 'latest' }],
  ['Registry.Example.com/app:V1', { host: 'registry.example.com', name: 'app', tag: 'V1' }],
  ['registry.example.com:443/app', { host: 'registry.example.com', name: 'app', tag: 'latest' }],
  [`acme/app@${DIGEST}`, { host: HUB, name: 'acme/app', digest: DIGEST }],
  [`r.example/app:v1@${DIGEST}`, { host: 'r.example', name: 'app', tag: 'v1', digest: DIGEST }],
  ['r.example/a__b/c--d/e.f:_x', { host: 'r.example', name: 'a__b/c--d/e.f', tag: '_x' }],
  [`r.example/app:${'t'.repeat(128)}`, { host: 'r.example', name: 'app', tag: 't'.repeat(128) }],
]

const refused: readonly (readonly [string, ...string[]])[] = [
  ['', 'repository "'],
  ['app:', 'tag ""'],
  ['app:-x', 'tag "-x"', 'not starting with "." or "-"'],
  ['app:a b', 'tag "a b"'],
  ['app:a#b', 'tag "a#b"'],
  [`app:${'t'.repeat(129)}`, 'tag "t', '1 to 128'],
  ['app@sha256:abc', 'digest "sha256:abc"', '64 lower-case hex digits'],
  [`app@${DIGEST.toUpperCase()}`, 'digest "SHA256:'],
  [`app@sha512:${'a'.repeat(128)}`, 'digest "sha512:'],
  [`app@${DIGEST}\n`, 'digest "sha256:'],
  [`app@${DIGEST}@${DIGEST}`, 'digest'],
  ['App', 'App"', 'lower-case'],
  ['acme//app', 'repository "acme//app"'],
  ['r.example/', 'repository ""'],
  ['r.example/../etc', 'repository "../etc"'],
  ['r.example/app/', 'repository "app/"'],
  ['r.example/app\n', 'repository "app\n"'],
  ['r.example/a___b', 'repository "a___b"'],
  ['r.example/-app', 'repository "-app"'],
  ['https://r.example/app', 'host "https:"'],
  ['-r.example/app', 'host "-r.example"'],
  ['r..example/app', 'host "r..example"'],
  ['user@r.example/app', 'digest "r.example/app"'],
  ['r.example:port/app', 'host "r.example:port"'],
  ['169.254.169.254#x/app', 'host "169.254.169.254#x"'],
  [`r.example/${'a'.repeat(256)}`, 'repository "aaa'],
  ['a'.repeat(513), '513 characters', 'at most 512'],
]

describe('an image reference', () => {
  it.each(references)('%s', (text, image) => {
    expect(parseImage(text)).toEqual(image)
  })

  it.each(refused)('%j is refused', (text, ...parts) => {
    expect(() => parseImage(text)).toThrow(BadInput)
    for (const part of parts) expect(() => parseImage(text)).toThrow(part)
  })

  it('is written as it was read', () => {
    expect(formatImage({ host: 'r.example', name: 'a/b', tag: 'v1', digest: DIGEST })).toBe(
      `r.example/a/b:v1@${DIGEST}`,
    )
    expect(formatImage({ host: 'r.example', name: 'a/b' })).toBe('r.example/a/b')
    expect(repositoryOf({ host: 'r.example', name: 'a/b' })).toBe('r.example/a/b')
  })
})

const word = fc.stringMatching(/^[a-z0-9]{1,8}$/)
const path = fc
  .array(fc.tuple(word, fc.constantFrom('', '.', '_', '__', '-', '---'), word), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.map((part) => part.join('')).join('/'))
const domain = fc.oneof(
  fc.constantFrom('', 'docker.io/', 'registry-1.docker.io/', 'localhost/', 'localhost:5000/', '[::1]:80/'),
  fc.tuple(fc.domain(), fc.constantFrom('', ':80', ':5000')).map(([name, port]) => `${name}${port}/`),
)
const version = fc.constantFrom('', ':v1', ':_', `@${DIGEST}`, `:1.2.3@${DIGEST}`)
const reference = fc.tuple(domain, path, version).map((parts) => parts.join(''))

describe('laws of references', () => {
  it('what is written is read as the same image', () => {
    fc.assert(
      fc.property(reference, (text) => {
        const image = parseImage(text)
        const again = parseImage(formatImage(image))
        const implied = image.tag === undefined && image.digest === undefined ? { ...image, tag: 'latest' } : image
        expect(again).toEqual(implied)
      }),
    )
  })

  it('any text is an image or a BadInput, nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string()), (text) => {
        try {
          const image = parseImage(text)
          expect(isRepositoryName(image.name)).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(BadInput)
        }
      }),
    )
  })

  it('one registry has one name, however its port is written', () => {
    expect(normaliseHost('docker.io:443')).toBe('index.docker.io')
  })

  it('a host of one word keeps what makes it a host', () => {
    const image = parseImage('registry:443/app')
    expect(parseImage(formatImage(image))).toEqual(image)
  })
})

describe('grammar', () => {
  it.each([
    [isDigest, DIGEST, true],
    [isDigest, `${DIGEST}\n`, false],
    [isDigest, `sha256:${'A'.repeat(64)}`, false],
    [isDigest, 'sha256:', false],
    [isDigest, undefined, false],
    [isDigest, [DIGEST], false],
    [isTag, 'v1', true],
    [isTag, 'v1\n', false],
    [isTag, 'TAG#x', false],
    [isTag, '', false],
    [isTag, 7, false],
    [isRepositoryName, 'a/b', true],
    [isRepositoryName, 'a#b', false],
    [isRepositoryName, 'a@b', false],
    [isRepositoryName, null, false],
  ] as const)('%o of %j is %s', (is, value, answer) => {
    expect(is(value)).toBe(answer)
  })

  it.each([
    ['Registry-1.Docker.IO', 'index.docker.io'],
    ['LOCALHOST:5500', '127.0.0.1:5500'],
    ['localhost', '127.0.0.1'],
    ['localhost.example', 'localhost.example'],
    ['r.example:443', 'r.example'],
    ['r.example:4430', 'r.example:4430'],
  ])('the host %s is %s', (written, host) => {
    expect(normaliseHost(written)).toBe(host)
    expect(normaliseHost(host)).toBe(host)
  })
})
