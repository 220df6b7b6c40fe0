import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { bind, capturedBy, referencesIn } from '../../../lambda/core/policy/captures.ts'
import { compileGlob } from '../../../lambda/core/policy/glob.ts'
import { globFault } from '../../../lambda/core/policy/glob-fault.ts'
import { matchesText } from '../../../lambda/core/policy/text-match.ts'
import { byWorkflow, policy } from '../claims.ts'
import { ID } from '../records.ts'
import { documentOf, problemsIn } from './documents.ts'

const named = (name: string) => ({ ...ID, host: 'ghcr.io', name })
const covering = (...globs: readonly string[]) =>
  policy([], { images: globs.map((glob) => compileGlob(glob, 'captures')) })

describe('a glob captures', () => {
  test.each([
    ['ghcr.io/acme/{service}', 'acme/app', { service: 'app' }],
    ['ghcr.io/acme/{service}-api', 'acme/my-app-api', { service: 'my-app' }],
    ['ghcr.io/{team}/{service}', 'acme/app', { team: 'acme', service: 'app' }],
    ['ghcr.io/**/{service}', 'acme/a/b/app', { service: 'app' }],
    ['ghcr.io/{team}/**', 'acme/a/b', { team: 'acme' }],
    ['**/{service}', 'acme/app', { service: 'app' }],
    ['ghcr.io/acme/*', 'acme/app', {}],
    ['ghcr.io/acme/{service}', 'acme/a/b', {}],
  ])('%s on %s', (glob, name, captures) => {
    expect(capturedBy(covering(glob), named(name))).toEqual(captures)
  })

  it('by the first that covers the image', () => {
    const two = covering('ghcr.io/acme/{service}-debug', 'ghcr.io/acme/{service}')
    expect(capturedBy(two, named('acme/app-debug'))).toEqual({ service: 'app' })
    expect(capturedBy(two, named('acme/app'))).toEqual({ service: 'app' })
  })

  it('nothing in a ClusterImagePolicy', () => {
    expect(
      capturedBy({ ...covering('ghcr.io/acme/{service}'), kind: 'ClusterImagePolicy' }, named('acme/app')),
    ).toEqual({})
  })

  test.each([
    [
      'ghcr.io/acme/{service}*',
      '"{service}*" could be read in two ways: a capture has no * or other capture beside it',
    ],
    ['ghcr.io/acme/{a}-{b}', '"{a}-{b}" could be read in two ways: a capture has no * or other capture beside it'],
    ['ghcr.io/**/{a}/**', 'could be read in two ways: beside a capture only one ** is allowed'],
    ['ghcr.io/{a}/{a}', 'captures twice by one name'],
    ['{host}/acme/app', 'captures of the registry host; a capture stands in the name'],
    ['ghcr.io/acme/{1}', '{1}: a capture is named by up to 32 letters and digits, such as {service}'],
    ['ghcr.io/acme/{}', '{}: a capture is named by up to 32 letters and digits, such as {service}'],
    ['ghcr.io/acme/{a', '{ and } stand around the name of a capture, such as {service}'],
    ['ghcr.io/acme/{service}:v1', 'has a tag; a glob here matches host/name and covers every tag and digest in it'],
  ])('%s is refused', (glob, fault) => {
    expect(globFault(glob, 'captures')).toBe(fault)
  })

  it('and what is captured, put back, is the name', () => {
    const segment = fc.stringMatching(/^[a-z0-9]{1,6}$/)
    fc.assert(
      fc.property(segment, segment, fc.array(segment, { maxLength: 3 }), (team, service, between) => {
        const name = [team, ...between, `${service}-api`].join('/')
        expect(
          capturedBy(covering('ghcr.io/{team}/**{service}-api'.replace('**{', '**/{')), named(`x/${name}`)),
        ).toEqual({
          team: 'x',
          service,
        })
      }),
    )
  })
})

describe('a signer is bound to what is captured', () => {
  const authority = byWorkflow({
    identities: [
      {
        issuer: { exact: 'https://issuer' },
        subject: { pattern: 'https://github\\.com/acme/{service}/.*', full: true },
        claims: { sourceRepositoryURI: { exact: 'https://github.com/acme/{service}' } },
      },
    ],
    annotations: { service: '{service}', other: '{unknown}' },
  })
  const subjectFor = (service: string) => bind(authority, { service }, undefined).identities[0]!.subject

  it('in exact texts, patterns, claims and annotations', () => {
    expect(bind(authority, { service: 'app' }, undefined)).toMatchObject({
      identities: [{ claims: { sourceRepositoryURI: { exact: 'https://github.com/acme/app' } } }],
      annotations: { service: 'app', other: '{unknown}' },
    })
  })

  it('in a pattern as plain text', () => {
    expect(matchesText(subjectFor('a.b'), 'https://github.com/acme/a.b/ci')).toBe(true)
    expect(matchesText(subjectFor('a.b'), 'https://github.com/acme/axb/ci')).toBe(false)
  })

  test.each([
    ['a{service}b', ['service']],
    ['{a}{b}{a}', ['a', 'b']],
    ['a{2}', []],
    ['a{2,3}', []],
    ['\\p{greek}\\P{l}\\x{ab}', []],
    ['{A}', []],
  ])('%s refers to %j', (text, names) => {
    expect(referencesIn(text)).toEqual(names)
  })
})

describe('a reference that not every glob captures is refused', () => {
  const spec = (globs: string, identity: string) =>
    `  images: [${globs}]\n  authorities:\n  - keyless: { identities: [{ issuer: "https://i", ${identity} }] }\n`
  const told = (path: string) =>
    `${path}: {service} is not captured by every glob of spec.images, so for some image it would stand for nothing`

  test.each([
    ['{ glob: "ghcr.io/acme/{service}" }', 'subject: "x/{service}"', []],
    ['{ glob: "ghcr.io/acme/*" }', 'subject: "x/{service}"', [told('subject')]],
    ['{ glob: "ghcr.io/acme/{service}" }, { glob: "ghcr.io/b/*" }', 'subject: "x/{service}"', [told('subject')]],
    [
      '{ glob: "ghcr.io/acme/*" }',
      'subject: x, claims: { sourceRepositoryURI: "x/{service}" }',
      [told('claims.sourceRepositoryURI')],
    ],
    [
      '{ glob: "ghcr.io/acme/*" }',
      'subject: x, claims: { sourceRepositoryURI: { regExp: "x/{service}" } }',
      [told('claims.sourceRepositoryURI')],
    ],
  ])('%s, %s', (globs, identity, expected) => {
    const problems = problemsIn(documentOf('VerificationPolicy', spec(globs, identity)))
    expect(problems.map((one) => one.replace(/^.*identities\[0\]\./, ''))).toEqual(expected)
  })
})
