import { describe, expect, it, test } from 'vitest'
import { matchesText } from '../../../lambda/core/policy/text-match.ts'
import { documentOf, problemsIn, setOf } from './documents.ts'

const SIGNED = 'images: [{ glob: "cgr.dev/chainguard/**" }]\nauthorities: [{ static: { action: pass } }]\n'
const BASE = documentOf('BaseImage', SIGNED, 'chainguard')
const policy = (base: string) =>
  documentOf(
    'VerificationPolicy',
    `images: [{ glob: "ghcr.io/**" }]\nauthorities: [{ static: { action: pass } }]\nbase: ${base}\n`,
  )
const asking = (base: string) => setOf(BASE, policy(base)).policies.find(({ name }) => name === 'sample')?.base
const ALLOWED =
  'users, ca-certificates, package-database, network, loader-cache, machine-id, entrypoint, path-additions, path, loader-variables'

describe('a BaseImage', () => {
  it('is a policy of the images it covers, and a base to others', () => {
    const { policies, bases } = setOf(BASE)
    expect(policies).toMatchObject([{ kind: 'BaseImage', name: 'chainguard', mode: 'enforce' }])
    expect(bases).toMatchObject([
      { name: 'chainguard', images: [{ source: 'cgr.dev/chainguard/**' }], watch: [], tags: [] },
    ])
    expect(ALLOWED.split(', ').filter((name) => !bases[0]?.expected.includes(name))).toEqual([
      'loader-cache',
      'path',
      'loader-variables',
    ])
  })

  it('says which tags are watched, which of them tell what is current, and what may be done to it', () => {
    const more =
      'watch: [cgr.dev/chainguard/node, "cgr.dev/chainguard/go:1.2"]\ntags: [latest, "20*"]\nexpected: [users, "/opt/**"]\n'
    const [base] = setOf(documentOf('BaseImage', SIGNED + more)).bases
    expect(base?.watch).toEqual([
      { host: 'cgr.dev', name: 'chainguard/node', tag: 'latest' },
      { host: 'cgr.dev', name: 'chainguard/go', tag: '1.2' },
    ])
    expect(
      ['latest', '20', '20.1-dev', '120', 'latest-dev'].map((tag) => base?.tags.some((want) => matchesText(want, tag))),
    ).toEqual([true, true, true, false, false])
    expect(base?.expected).toEqual(['users', '/opt/**'])
  })

  test.each([
    [
      `watch: ["cgr.dev/chainguard/node@sha256:${'a'.repeat(64)}"]`,
      `8:11: spec.watch[0]: invalid value: cgr.dev/chainguard/node@sha256:${'a'.repeat(64)}: spec.watch[0]: has a digest, which never moves; name a tag`,
    ],
    [
      'watch: [ghcr.io/acme/node]',
      '8:3: spec.watch: invalid value: ghcr.io/acme/node: spec.watch: not covered by spec.images, so it could not count as a base',
    ],
    [
      'tags: ["a b"]',
      '8:10: spec.tags[0]: invalid value: a b: spec.tags[0]: a tag, or a pattern of one: letters, digits and _ . - * are allowed',
    ],
    [
      'expected: [user]',
      `8:14: spec.expected[0]: invalid value: user: spec.expected[0]: neither a path that begins with / nor one of ${ALLOWED}`,
    ],
    [
      'expected: ["/"]',
      `8:14: spec.expected[0]: invalid value: /: spec.expected[0]: matches no file: no name is empty, "." or ".."`,
    ],
    [
      'base: {}',
      '8:3: spec.base: unknown field "base"; allowed here: images, authorities, mode, require, platforms, policy, config, watch, tags, expected',
    ],
  ])('is refused with %.40s', (more, problem) => {
    expect(problemsIn(documentOf('BaseImage', `${SIGNED}${more}\n`))).toEqual([`p.yaml:${problem}`])
  })
})

describe('what a policy asks of a base', () => {
  it.each([
    ['{}', { from: [], required: true, intact: false, current: false }],
    [
      '{ from: [chainguard], required: false, intact: true, current: true, maxAge: 14d }',
      { from: ['chainguard'], required: false, intact: true, current: true, maxAge: 1_209_600 },
    ],
  ])('%s', (written, rule) => {
    expect(asking(written)).toEqual(rule)
  })

  it.each([
    ['base.rung == "fresh"', true],
    ['has(base.rung)', true],
    ['image.name.startsWith("base.")', false],
    ['base.rung ==', false],
  ])('in CEL is warned of where no BaseImage is declared: %s', (text, isWarned) => {
    const warning =
      'spec.policy.data: asks about `base`, and no BaseImage is declared in any policy file: nothing is known of it'
    const written = policy('{}').replace('base: {}', `policy: { type: cel, data: '${text}' }`)
    expect(problemsIn(written).some((one) => one.endsWith(warning))).toBe(isWarned)
    expect(problemsIn(`${BASE}---\n${written}`).some((one) => one.includes('nothing is known'))).toBe(false)
  })

  it('is refused where no such BaseImage is declared', () => {
    expect(problemsIn(policy('{}'))).toEqual([
      'p.yaml:8:3: spec.base: no BaseImage is declared in any policy file, so no image could stand on one',
    ])
    expect(problemsIn(`${BASE}---\n${policy('{ from: [chainguard, other] }')}`)).toEqual([
      'p.yaml:17:30: spec.base.from[1]: invalid value: other: spec.base.from[1]: no BaseImage of this name; there are chainguard',
    ])
  })
})
