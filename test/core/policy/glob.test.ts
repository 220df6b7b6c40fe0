import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseImage } from '../../../lambda/core/image.ts'
import { compileGlob, matchesImage, matchesReference, matchesTag } from '../../../lambda/core/policy/glob.ts'
import { globFault } from '../../../lambda/core/policy/glob-fault.ts'

const DIGEST = `sha256:${'ab'.repeat(32)}` as const

describe('ClusterImagePolicy globs match the full name with its tag or digest, or the text as written', () => {
  test.each([
    ['nginx', 'index.docker.io/library/nginx:latest', true],
    ['nginx', 'index.docker.io/library/nginx', false],
    ['nginx', 'index.docker.io/library/*', true],
    ['nginx', 'index.docker.io/*', false],
    ['nginx', 'index.docker.io/**', true],
    ['nginx', '*', true],
    ['nginx', '*/*', true],
    ['nginx', 'nginx', true],
    ['nginx', 'ngin*', true],
    ['nginx:1.27', 'index.docker.io/library/nginx:1.27', true],
    ['nginx:1.27', 'index.docker.io/library/nginx:1x27', false],
    ['acme/app', '*/*', true],
    ['acme/app', '*', false],
    ['acme/app', 'acme/*', true],
    ['index.docker.io/acme/app:latest', 'acme/*', false],
    ['ghcr.io/acme/app', '*/*', false],
    ['ghcr.io/acme/app', 'ghcr.io/acme/app', true],
    ['ghcr.io/acme/app:v1', 'ghcr.io/acme/app', false],
    ['ghcr.io/acme/app:v1', 'ghcr.io/acme/app:*', true],
    ['ghcr.io/acme/app:v1', 'ghcr.io/acme/*', true],
    ['ghcr.io/acme/app/sub:v1', 'ghcr.io/acme/*', false],
    ['ghcr.io/acme/app/sub:v1', 'ghcr.io/acme/**', true],
    ['ghcr.io/acme/app/sub:v1', 'ghcr.io/***/sub:v1', true],
    ['ghcrxio/acme/app', 'ghcr.io/acme/app', false],
    [`ghcr.io/acme/app@${DIGEST}`, `ghcr.io/acme/app@${DIGEST}`, true],
    [`ghcr.io/acme/app@${DIGEST}`, 'ghcr.io/acme/app:**', false],
    [`ghcr.io/acme/app@${DIGEST}`, 'ghcr.io/acme/app**', true],
    [`ghcr.io/acme/app:v1@${DIGEST}`, 'ghcr.io/acme/app@*', true],
    ['localhost:5000/app', 'localhost:5000/*', true],
    ['127.0.0.1:5500/samples/a', '127.0.0.1:*/samples/**', true],
  ])('%s by %s: %s', (image, glob, expected) => {
    expect(matchesReference(compileGlob(glob, 'reference'), parseImage(image), image)).toBe(expected)
  })

  test('without the text as written there is only the full name', () => {
    const glob = compileGlob('nginx', 'reference')
    expect(matchesReference(glob, parseImage('nginx'), 'nginx')).toBe(true)
    expect(matchesReference(glob, parseImage('nginx'))).toBe(false)
  })

  test.each(['[a-z]*', '$FOO*', '{a,b}', 'a b', 'a\nb', 'é', 'a\\b', 'a?', ''])('%j is refused', (glob) => {
    expect(globFault(glob, 'reference')).toBe(`invalid glob ${JSON.stringify(glob)}`)
  })
})

describe('our globs match host/name', () => {
  test.each([
    ['ghcr.io/acme/app', 'ghcr.io/acme/app', true],
    [`ghcr.io/acme/app:v1@${DIGEST}`, 'ghcr.io/acme/app', true],
    ['ghcr.io/acme/app2', 'ghcr.io/acme/app', false],
    ['ghcr.io/acme/app', 'ghcr.io/*/app', true],
    ['ghcr.io/acme/team/app', 'ghcr.io/*/app', false],
    ['ghcr.io/acme/team/app', 'ghcr.io/**/app', true],
    ['ghcr.io/acme/team/app', '**', true],
    ['nginx', 'docker.io/library/*', true],
    ['localhost:5500/samples/a', '127.0.0.1:*/samples/**', true],
    ['127.0.0.1:5500/samples/a', 'localhost:5500/samples/**', true],
    ['127.0.0.1:5500/samples/a', '127.0.0.1:*/*', false],
    ['ghcr.io/acme/app', 'GHCR.io/acme/app', true],
    ['123456789012.dkr.ecr.eu-west-1.amazonaws.com/prod/api', '*.dkr.ecr.*.amazonaws.com/prod/**', true],
    ['evil.example/x.dkr.ecr.y.amazonaws.com/prod/api', '*.dkr.ecr.*.amazonaws.com/prod/**', false],
  ])('%s by %s: %s', (image, glob, expected) => {
    expect(matchesImage(compileGlob(glob, 'repository'), parseImage(image))).toBe(expected)
  })

  test('what is excluded does not match', () => {
    const glob = compileGlob('ghcr.io/acme/**', 'repository', ['**/scratch-*', 'ghcr.io/acme/old/**'])
    const matching = ['acme/app', 'acme/scratch-1', 'acme/a/scratch-1', 'acme/old/a', 'acme/old'].filter((name) =>
      matchesImage(glob, { host: 'ghcr.io', name }),
    )
    expect(matching).toEqual(['acme/app', 'acme/old'])
  })

  test.each([
    ['ghcr.io/acme/{service}', '{name} captures stand in spec.images[].glob of a VerificationPolicy; write * here'],
    [`ghcr.io/acme/app@${DIGEST}`, 'has a digest; a glob here matches names, never one version'],
    ['ghcr.io/acme/app:v1', 'has a tag; a glob here matches host/name and covers every tag and digest in it'],
    ['**:latest', 'has a tag; a glob here matches host/name and covers every tag and digest in it'],
    ['*', 'matches no image: every name has a host and a "/"'],
    ['ghcr.io', 'matches no image: every name has a host and a "/"'],
    ['acme/app', '"acme" is no registry host; for Docker Hub write index.docker.io/acme/app'],
    ['ghcr.io/Acme/app', 'matches no image: repository names are lower-case'],
    ['ghcr.io/acme/[a-z]', 'letters, digits and - _ . / : * are allowed'],
    [`ghcr.io/${'a'.repeat(512)}`, '520 characters; at most 512 are allowed'],
  ])('%s is refused: %s', (glob, fault) => {
    expect(globFault(glob, 'repository')).toBe(fault)
  })
})

describe('globs of protected tags match host/name:tag', () => {
  test.each([
    ['**:latest', 'latest', true],
    ['**:latest', 'v1-latest', false],
    ['**:v*', 'v1.2', true],
    ['ghcr.io/acme/app:*', 'any', true],
    ['ghcr.io/acme/*', 'any', true],
    ['ghcr.io/other/*:latest', 'latest', false],
    ['ghcr.io/**', 'any', true],
  ])('%s, tag %s: %s', (glob, tag, expected) => {
    expect(matchesTag(compileGlob(glob, 'tag'), { host: 'ghcr.io', name: 'acme/app', tag })).toBe(expected)
  })

  test('a glob that can name no tag is refused', () => {
    expect(globFault('ghcr.io/acme/app', 'tag')).toBe(
      'names no tag; write host/name:tag, such as **:latest, or end with ** for all tags',
    )
  })
})

const place = fc.constantFrom('repository', 'reference', 'tag')
const segment = fc.stringMatching(/^[a-z0-9]{1,8}$/)

test('law: matching is total', () => {
  const anyText = fc.string({
    unit: fc.constantFrom('*', '/', '.', ':', '@', '-', 'a', 'Z', '(', '[', '\\', '\n', '\0', 'é', '😀', '\ud800'),
  })
  fc.assert(
    fc.property(anyText, place, anyText, (text, where, name) => {
      const glob = compileGlob(text, where, [text])
      const image = { host: 'ghcr.io', name, tag: text }
      expect([matchesImage(glob, image), matchesReference(glob, image, text), matchesTag(glob, image)]).not.toContain(
        undefined,
      )
      expect(globFault(text, where)).toSatisfy((fault) => fault === undefined || typeof fault === 'string')
    }),
  )
})

test('law: a glob without a wildcard matches only itself', () => {
  const name = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))
  fc.assert(
    fc.property(name, name, (wanted, seen) => {
      const glob = compileGlob(`ghcr.io/${wanted}`, 'repository')
      expect(matchesImage(glob, { host: 'ghcr.io', name: seen })).toBe(wanted === seen)
      expect(matchesImage(glob, { host: 'ghcr.io', name: wanted })).toBe(true)
    }),
  )
})

test('law: a wildcard stands for exactly one segment, two for any number', () => {
  fc.assert(
    fc.property(fc.array(segment, { minLength: 1, maxLength: 4 }), (parts) => {
      const image = { host: 'ghcr.io', name: `a/${parts.join('/')}/z` }
      expect(matchesImage(compileGlob('ghcr.io/a/*/z', 'repository'), image)).toBe(parts.length === 1)
      expect(matchesImage(compileGlob('ghcr.io/a/**/z', 'repository'), image)).toBe(true)
    }),
  )
})
