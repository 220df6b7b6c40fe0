import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PREDICATE_TYPES } from '../../lambda/core/predicate-types.ts'
import { type ProvenanceFacts, provenanceFacts } from '../../lambda/core/provenance-facts.ts'
import { type Json, statementOf } from './checks/statement/statements.ts'

const APP = 'https://github.com/acme/app'
const MAIN = 'refs/heads/main'
const GIT = `git+${APP}@${MAIN}`
const RUNNER = 'https://github.com/actions/runner/github-hosted'
const GITHUB = 'https://actions.github.io/buildtypes/workflow/v1'
const GENERATOR = 'https://github.com/slsa-framework/slsa-github-generator'
const BUILDKIT = 'https://mobyproject.org/buildkit@v1'
const BUILDKIT_V1 = 'https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md'
const APKO = 'https://chainguard.dev/buildtypes/apkoaas/v1'
const [COMMIT, OTHER, LONG] = ['c'.repeat(40), 'd'.repeat(40), 'e'.repeat(64)]
const workflow = { repository: APP, ref: MAIN, path: '.github/workflows/release.yml' }

const v1 = (buildDefinition: Json, metadata: unknown = {}, id: unknown = RUNNER) =>
  statementOf('https://slsa.dev/provenance/v1', { buildDefinition, runDetails: { builder: { id }, metadata } })
const v02 = (fields: Json) => statementOf('https://slsa.dev/provenance/v0.2', { builder: { id: RUNNER }, ...fields })
const v01 = (fields: Json) => statementOf('https://slsa.dev/provenance/v0.1', { builder: { id: RUNNER }, ...fields })

describe('as builders write it', () => {
  const times = { startedOn: '2026-11-22T11:58:00.123456789Z', finishedOn: '2026-11-22T13:00:00+01:00' }
  const read = { startedOn: '2026-11-22T11:58:00.123Z', finishedOn: '2026-11-22T12:00:00.000Z' }
  const oldTimes = { buildStartedOn: times.startedOn, buildFinishedOn: times.finishedOn }

  test.each<[string, Json, ProvenanceFacts]>([
    [
      'GitHub v1',
      v1({
        buildType: GITHUB,
        externalParameters: { workflow },
        internalParameters: { github: { event_name: 'push', runner_environment: 'github-hosted' } },
        resolvedDependencies: [{ uri: GIT, digest: { gitCommit: COMMIT } }],
      }),
      { builder: RUNNER, buildType: GITHUB, repository: APP, ref: MAIN, commit: COMMIT },
    ],
    [
      'slsa-github-generator v0.2',
      v02({
        buildType: `${GENERATOR}/container@v1`,
        invocation: { configSource: { uri: GIT, digest: { sha1: COMMIT }, entryPoint: '.github/workflows/x.yml' } },
        metadata: { buildInvocationID: '1-1', completeness: {}, reproducible: false },
        materials: [{ uri: GIT, digest: { sha1: COMMIT } }],
      }),
      { builder: RUNNER, buildType: `${GENERATOR}/container@v1`, repository: APP, ref: MAIN, commit: COMMIT },
    ],
    [
      'slsa-github-generator v1',
      v1({
        buildType: `${GENERATOR}/delegator-generic@v0`,
        externalParameters: { source: { uri: GIT, digest: { sha1: COMMIT } } },
        resolvedDependencies: [{ uri: GIT, digest: { sha1: COMMIT } }],
      }),
      { builder: RUNNER, buildType: `${GENERATOR}/delegator-generic@v0`, repository: APP, ref: MAIN, commit: COMMIT },
    ],
    [
      'BuildKit v1',
      v1(
        {
          buildType: BUILDKIT_V1,
          externalParameters: {
            configSource: { uri: `${APP}.git#${MAIN}`, digest: { sha1: COMMIT }, path: 'Dockerfile' },
          },
          resolvedDependencies: [
            { uri: 'pkg:docker/alpine@3', digest: { sha256: LONG } },
            { uri: `${APP}.git#${MAIN}`, digest: { sha1: OTHER } },
          ],
        },
        times,
        '',
      ),
      { buildType: BUILDKIT_V1, repository: APP, ref: MAIN, commit: COMMIT, ...read },
    ],
    [
      'BuildKit v0.2, a repository of sha256',
      v02({
        buildType: BUILDKIT,
        invocation: { configSource: { uri: `${APP}.git#${MAIN}`, digest: { sha256: LONG }, entryPoint: 'Dockerfile' } },
        metadata: oldTimes,
      }),
      { builder: RUNNER, buildType: BUILDKIT, repository: APP, ref: MAIN, commit: LONG, ...read },
    ],
    [
      'BuildKit v0.2, a directory',
      v02({
        buildType: BUILDKIT,
        invocation: { configSource: { entryPoint: 'Dockerfile' } },
        metadata: { ...oldTimes, [`${BUILDKIT}#metadata`]: { vcs: { source: APP, revision: COMMIT } } },
        materials: [{ uri: GIT, digest: { sha1: COMMIT } }],
      }),
      { builder: RUNNER, buildType: BUILDKIT, ...read },
    ],
    [
      'Chainguard',
      v1(
        {
          buildType: APKO,
          externalParameters: {
            'image-configuration': { contents: { packages: ['bash=5.2.37-r33'] }, archs: ['amd64'] },
          },
        },
        times,
        'https://chainguard.dev/prod/builders/apkoaas/v1',
      ),
      { builder: 'https://chainguard.dev/prod/builders/apkoaas/v1', buildType: APKO, ...read },
    ],
    [
      'GitLab v1',
      v1({
        buildType: 'https://docs.gitlab.com/x',
        externalParameters: { source: 'https://gitlab.com/acme/app' },
        resolvedDependencies: [{ uri: 'https://gitlab.com/acme/app', digest: { gitCommit: COMMIT } }],
      }),
      {
        builder: RUNNER,
        buildType: 'https://docs.gitlab.com/x',
        repository: 'https://gitlab.com/acme/app',
        commit: COMMIT,
      },
    ],
    [
      'v0.1',
      v01({
        recipe: { type: 'x', definedInMaterial: 1 },
        materials: [{ uri: 'pkg:npm/a' }, { uri: GIT, digest: { sha1: COMMIT } }],
        metadata: oldTimes,
      }),
      { builder: RUNNER, buildType: 'x', repository: APP, ref: MAIN, commit: COMMIT, ...read },
    ],
    ['nothing at all', statementOf('https://slsa.dev/provenance/v1', {}), {}],
  ])('%s', (_, statement, wanted) => {
    expect(provenanceFacts(statement)).toStrictEqual(wanted)
  })
})

describe('the commit', () => {
  const commitBy = (resolvedDependencies: unknown) => {
    const { commit, fault } = provenanceFacts(v1({ externalParameters: { workflow }, resolvedDependencies }))
    return fault ?? commit
  }
  test.each([
    ['a commit of git', [{ uri: GIT, digest: { gitCommit: COMMIT } }], COMMIT],
    ['a commit of sha256', [{ uri: GIT, digest: { gitCommit: LONG } }], LONG],
    ['by sha1', [{ uri: GIT, digest: { sha1: COMMIT } }], COMMIT],
    ['without a ref', [{ uri: APP, digest: { sha1: COMMIT } }], COMMIT],
    ['twice the same', [{ uri: GIT, digest: { gitCommit: COMMIT, sha1: COMMIT } }], COMMIT],
    [
      'two of them',
      [
        { uri: GIT, digest: { sha1: COMMIT } },
        { uri: GIT, digest: { sha1: OTHER } },
      ],
      `the provenance names several commits of its source: "${COMMIT}" in resolvedDependencies; "${OTHER}" in resolvedDependencies`,
    ],
    ['another ref', [{ uri: `git+${APP}@refs/tags/v1`, digest: { sha1: COMMIT } }], undefined],
    ['another repository', [{ uri: 'git+https://github.com/acme/lib', digest: { sha1: COMMIT } }], undefined],
    ['an archive', [{ uri: APP, digest: { sha256: LONG } }], undefined],
    ['too short', [{ uri: GIT, digest: { sha1: 'c'.repeat(39) } }], undefined],
    ['between', [{ uri: GIT, digest: { gitCommit: 'c'.repeat(41) } }], undefined],
    ['upper case', [{ uri: GIT, digest: { sha1: 'C'.repeat(40) } }], undefined],
    ['a tree', [{ uri: GIT, digest: { gitTree: COMMIT } }], undefined],
    ['no text', [{ uri: [GIT], digest: { sha1: COMMIT } }], undefined],
    ['unclear', [{ uri: 'git+https://github.com/a/../b', digest: { sha1: COMMIT } }], undefined],
    ['no digest', [{ uri: GIT, digest: COMMIT }, { uri: GIT }, null], undefined],
    ['no list', { uri: GIT, digest: { sha1: COMMIT } }, undefined],
  ])('%s', (_, dependencies, wanted) => {
    expect(commitBy(dependencies)).toBe(wanted)
  })

  test.each([
    [`git+${APP}`, LONG],
    [`${APP}.git`, LONG],
    ['git://github.com/acme/app', LONG],
    [`${APP}.git.tar`, undefined],
    [`${APP}/git:x`, undefined],
    ['https://github.com/acme/digit', undefined],
  ])('of sha256, as BuildKit writes it, where %s is git', (uri, wanted) => {
    const externalParameters = { configSource: { uri, digest: { sha256: LONG } } }
    expect(provenanceFacts(v1({ buildType: BUILDKIT_V1, externalParameters })).commit).toBe(wanted)
  })

  test('of a source without a ref, whatever ref a material has', () => {
    const externalParameters = { workflow: { repository: APP } }
    const resolvedDependencies = [{ uri: GIT, digest: { gitCommit: COMMIT } }]
    expect(provenanceFacts(v1({ externalParameters, resolvedDependencies })).commit).toBe(COMMIT)
  })

  test('none where no source is told', () => {
    const resolvedDependencies = [{ uri: 'https://example.com/a.git', digest: { sha1: COMMIT } }]
    expect(provenanceFacts(v1({ resolvedDependencies }))).toEqual({ builder: RUNNER })
  })
})

describe('what is not understood', () => {
  const at = (startedOn: unknown) => provenanceFacts(v1({ buildType: GITHUB }, { startedOn }))
  test.each([
    '2026-11-22',
    '2026-11-22T12:00:00',
    '2026-11-22 12:00:00Z',
    '2026-11-22T12:00Z',
    '2026-02-30T12:00:00Z',
    '2026-11-22T24:00:00Z',
    'Sun, 22 Nov 2026 12:00:00 GMT',
    '1',
    1_763_812_800_000,
    true,
    {},
  ])('a time: %j', (time) => {
    expect(at(time)).toEqual({
      builder: RUNNER,
      buildType: GITHUB,
      fault: expect.stringMatching(/^the start of the build is .*, not an instant such as 2026-11-22T12:00:00Z$/),
    })
  })

  test.each([null, '', undefined])('no time: %j', (time) => {
    expect(at(time)).toStrictEqual({ builder: RUNNER, buildType: GITHUB })
  })

  test.each<[string, Json, ProvenanceFacts]>([
    [
      'another type',
      statementOf('https://slsa.dev/provenance/v2', {}),
      { fault: expect.stringContaining('understood are') },
    ],
    [
      'no predicate',
      statementOf('https://slsa.dev/provenance/v1', []),
      { fault: 'the predicate is a list of 0, not an object' },
    ],
    ['a builder that is no text', v1({}, {}, { id: RUNNER }), { fault: 'the builder is an object, not text' }],
    ['a builder without end', v1({}, {}, 'b'.repeat(2_049)), { fault: 'the builder has 2049 characters' }],
    ['a builder that is null', v1({}, {}, null), {}],
    ['a long builder', v1({}, {}, 'b'.repeat(2_048)), { builder: 'b'.repeat(2_048) }],
    ['a type that is no text', v1({ buildType: 7 }), { builder: RUNNER, fault: 'the build type is 7, not text' }],
    [
      'a ref without end',
      v1({ externalParameters: { workflow: { repository: APP, ref: 'r'.repeat(2_049) } } }),
      { builder: RUNNER, repository: APP, fault: 'the source ref has 2049 characters' },
    ],
    [
      'a source that is unclear',
      v1({ externalParameters: { source: 'acme/app' } }, { finishedOn: '2026-11-22T12:00:00Z' }),
      {
        builder: RUNNER,
        finishedOn: '2026-11-22T12:00:00.000Z',
        fault: 'externalParameters.source is "acme/app", which names no repository by its URL',
      },
    ],
    [
      'a configSource of v0.2 that is text',
      v02({ invocation: { configSource: GIT }, materials: [{ uri: `git+${APP}` }] }),
      { builder: RUNNER, repository: APP },
    ],
  ])('%s', (_, statement, wanted) => {
    expect(provenanceFacts(statement)).toStrictEqual(wanted)
  })

  test('half a character is none', () => {
    expect(provenanceFacts(v1({}, {}, 'b\ud800')).builder).toBe('b\ufffd')
  })
})

test('any JSON is answered by short texts, and by instants that are true ones', () => {
  const keys = [
    'buildDefinition',
    'runDetails',
    'metadata',
    'startedOn',
    'buildStartedOn',
    'builder',
    'id',
    'materials',
  ]
  const more = ['resolvedDependencies', 'externalParameters', 'source', 'uri', 'digest', 'sha1', 'invocation', 'recipe']
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 6 },
      fc.constantFrom(GIT, APP, COMMIT, OTHER, '2026-11-22T12:00:00Z', '2026-11-22', 'x'.repeat(3_000)),
      fc.jsonValue(),
      tie('object'),
      fc.array(tie('value'), { maxLength: 4 }),
    ),
    object: fc.dictionary(fc.constantFrom(...keys, ...more, '__proto__'), tie('value'), { maxKeys: 6 }),
  }))
  fc.assert(
    fc.property(fc.constantFrom(...PREDICATE_TYPES.provenance), value, (predicateType, predicate) => {
      const facts = provenanceFacts({ predicateType, predicate })
      for (const text of Object.values(facts)) expect(text.length).toBeLessThanOrEqual(2_048)
      const { startedOn, finishedOn } = facts
      for (const at of [startedOn, finishedOn]) if (at !== undefined) expect(new Date(at).toISOString()).toBe(at)
    }),
  )
})
