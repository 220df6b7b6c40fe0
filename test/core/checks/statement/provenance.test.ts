import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judgeProvenance } from '../../../../lambda/core/checks/statement/provenance.ts'
import { provenanceRule } from '../../../../lambda/core/policy/schema-statement-rules.ts'
import { PREDICATE_TYPES } from '../../../../lambda/core/predicate-types.ts'
import { ruleOf, statementOf, told } from './statements.ts'

const APP = 'https://github.com/acme/app'
const GIT = `git+${APP}@refs/heads/main`
const EVIL = 'git+https://github.com/evil/app@refs/heads/main'
const BUILDER = 'https://github.com/actions/runner/github-hosted'
const GITHUB = 'https://actions.github.io/buildtypes/workflow/v1'
const BUILDKIT_V1 = 'https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md'
const BUILDKIT = 'https://mobyproject.org/buildkit@v1'
const OTHER = 'https://build.example/type@v1'

const workflow = { repository: APP, ref: 'refs/heads/main', path: '.github/workflows/release.yml' }
const v1 = (externalParameters: unknown, resolvedDependencies: unknown = [], buildType: unknown = GITHUB) =>
  statementOf('https://slsa.dev/provenance/v1', {
    buildDefinition: { buildType, externalParameters, resolvedDependencies },
    runDetails: { builder: { id: BUILDER } },
  })
const v02 = (configSource: unknown, materials: unknown = [], buildType: unknown = OTHER) =>
  statementOf('https://slsa.dev/provenance/v0.2', {
    builder: { id: BUILDER },
    buildType,
    invocation: { configSource },
    materials,
  })
const v01 = (recipe: unknown, materials: unknown = []) =>
  statementOf('https://slsa.dev/provenance/v0.1', { builder: { id: BUILDER }, recipe, materials })

const judge = (written: object, statement: Readonly<Record<string, unknown>>) =>
  told(judgeProvenance(ruleOf(provenanceRule, written), statement))

describe('what is asked for', () => {
  test.each([
    [{ builder: BUILDER }, 'yes'],
    [{ builder: `${BUILDER}x` }, `the builder is "${BUILDER}", asked for is ${BUILDER}x`],
    [{ builder: { regExp: 'https://github\\.com/.*' } }, 'yes'],
    [{ builder: { regExp: 'https://github' } }, `the builder is "${BUILDER}", asked for is /https://github/`],
    [{ buildType: GITHUB }, 'yes'],
    [{ buildType: OTHER }, `the build type is "${GITHUB}", asked for is ${OTHER}`],
    [{ sourceRepository: APP }, 'yes'],
    [{ sourceRepository: `git+${APP}.git/` }, 'yes'],
    [
      { sourceRepository: 'https://github.com/acme/lib' },
      `the source repository is "${APP}", asked for is https://github.com/acme/lib`,
    ],
    [{ sourceRepository: { regExp: 'https://github\\.com/acme/[^/]+' } }, 'yes'],
    [{ sourceRef: 'refs/heads/main' }, 'yes'],
    [{ sourceRef: 'main' }, 'the source ref is "refs/heads/main", asked for is main'],
    [{ sourceRef: { regExp: 'refs/tags/v.*' } }, 'the source ref is "refs/heads/main", asked for is /refs/tags/v.*/'],
  ])('%j: %s', (rule, expected) => {
    expect(judge(rule, v1({ workflow }))).toBe(expected)
    expect(judge(rule, v02({ uri: GIT }, [], GITHUB))).toBe(expected)
  })
})

describe('where the source stands', () => {
  const rule = { sourceRepository: APP, sourceRef: 'refs/heads/main' }
  const none = 'the provenance names no source repository'
  const unread = (field: string, value: string) => `${field} is ${value}, which names no repository by its URL`
  const several = /^the provenance names several sources: /
  test.each([
    ['GitHub', v1({ workflow }), 'yes'],
    [
      'GitHub, another repository',
      v1({ workflow: { ...workflow, repository: 'https://github.com/evil/app' } }),
      /is "https:\/\/github.com\/evil\/app"/,
    ],
    [
      'GitHub, no repository',
      v1({ workflow: { ref: 'refs/heads/main' } }, [{ uri: GIT }]),
      unread('externalParameters.workflow', 'null'),
    ],
    ['a workflow that is no object', v1({ workflow: 7 }), unread('externalParameters.workflow', '7')],
    [
      'a ref that is no text',
      v1({ workflow: { ...workflow, ref: 1 } }),
      'the ref of externalParameters.workflow is 1, not text',
    ],
    ['no ref', v1({ workflow: { repository: APP } }), 'the source ref is missing, asked for is refs/heads/main'],
    ['two refs', v1({ workflow: { ...workflow, repository: `${APP}@refs/heads/evil` } }), several],
    ['source as text', v1({ source: GIT }, [], OTHER), 'yes'],
    ['source as an object', v1({ source: { uri: GIT, digest: {} } }, [], OTHER), 'yes'],
    ['source and workflow agree', v1({ source: { uri: GIT }, workflow }), 'yes'],
    ['source and workflow disagree', v1({ source: { uri: EVIL }, workflow }), several],
    ['workflow and configSource disagree', v1({ workflow, configSource: { uri: EVIL } }, [], OTHER), several],
    ['a dependency beside a source is no source', v1({ workflow }, [{ uri: EVIL }]), 'yes'],
    ['the one dependency', v1({}, [{ uri: 'pkg:docker/alpine' }, { uri: GIT }], OTHER), 'yes'],
    ['two dependencies', v1({}, [{ uri: GIT }, { uri: EVIL }], OTHER), several],
    ['two refs of a dependency', v1({}, [{ uri: GIT }, { uri: `git+${APP}@refs/heads/x` }], OTHER), several],
    [
      'a dependency that is unclear',
      v1({}, [{ uri: GIT }, { uri: 'git+https://github.com/a/../b' }], OTHER),
      unread('resolvedDependencies', '"git+https://github.com/a/../b"'),
    ],
    ['a dependency without git+', v1({}, [{ uri: APP }], OTHER), none],
    ['nothing', v1({}, [], OTHER), none],
    ['dependencies that are no list', v1({}, { uri: GIT }, OTHER), none],
    [
      'BuildKit v1',
      v1({ configSource: { uri: `${APP}.git#refs/heads/main`, path: 'Dockerfile' } }, [], BUILDKIT_V1),
      'yes',
    ],
    [
      'BuildKit v1, a local context that fetches',
      v1({ configSource: { path: 'Dockerfile' } }, [{ uri: GIT }], BUILDKIT_V1),
      none,
    ],
    ['BuildKit v1, arguments that look like a source', v1({ configSource: {}, workflow }, [], BUILDKIT_V1), none],
    ['v0.2', v02({ uri: GIT, entryPoint: 'x' }), 'yes'],
    ['v0.2, another', v02({ uri: EVIL }, [{ uri: GIT }]), /is "https:\/\/github.com\/evil\/app"/],
    ['v0.2, unclear', v02({ uri: 7 }, [{ uri: GIT }]), unread('invocation.configSource', '7')],
    ['v0.2, a material', v02({}, [{ uri: GIT }, {}, null]), 'yes'],
    ['v0.2, two materials', v02({ uri: '' }, [{ uri: GIT }, { uri: EVIL }]), several],
    ['BuildKit v0.2', v02({ uri: `${APP}.git#refs/heads/main:sub` }, [], BUILDKIT), 'yes'],
    ['BuildKit v0.2, a local context that fetches', v02({ entryPoint: 'Dockerfile' }, [{ uri: GIT }], BUILDKIT), none],
    ['v0.1', v01({ type: OTHER, definedInMaterial: 1 }, [{ uri: EVIL }, { uri: GIT }]), 'yes'],
    [
      'v0.1, outside of the list',
      v01({ definedInMaterial: 9 }, [{ uri: GIT }]),
      unread('recipe.definedInMaterial', 'null'),
    ],
    [
      'v0.1, no index',
      v01({ definedInMaterial: 'length' }, [{ uri: GIT }]),
      unread('recipe.definedInMaterial', 'null'),
    ],
    ['v0.1, a material', v01({}, [{ uri: GIT }]), 'yes'],
    ['v0.1, no materials', v01({ definedInMaterial: 0 }, null), unread('recipe.definedInMaterial', 'null')],
    ['v0.1, materials that are text', v01({ definedInMaterial: 0 }, GIT), unread('recipe.definedInMaterial', 'null')],
    ['an empty ref', v1({ workflow: { ...workflow, ref: '', repository: GIT } }), 'yes'],
    ['git+ in the middle', v1({}, [{ uri: GIT }, { uri: 'https://example.com/git+x' }], OTHER), 'yes'],
  ])('%s', (_, statement, expected) => {
    expect(judge(rule, statement)).toEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected))
  })
})

test.each([
  [null, 'the predicate is null, not an object'],
  [[], 'the predicate is a list of 0, not an object'],
  [{}, 'the builder is missing, asked for is b'],
  [{ runDetails: { builder: { id: '' } } }, 'the builder is "", asked for is b'],
  [{ runDetails: { builder: { id: ['b'] } } }, 'the builder is a list of 1, asked for is b'],
  [{ runDetails: { builder: 'b' } }, 'the builder is missing, asked for is b'],
])('a predicate of %j', (predicate, expected) => {
  expect(judge({ builder: 'b' }, statementOf('https://slsa.dev/provenance/v1', predicate))).toBe(expected)
})

test('several sources are told, and where', () => {
  expect(judge({ sourceRef: 'x' }, v1({ source: EVIL, workflow }))).toBe(
    'the provenance names several sources: "https://github.com/acme/app" missing in externalParameters.workflow; "https://github.com/evil/app" "refs/heads/main" in externalParameters.source',
  )
})

test('another predicate type', () => {
  expect(judge({ builder: 'b' }, statementOf('https://slsa.dev/provenance/v2', {}))).toBe(
    'the predicate type is "https://slsa.dev/provenance/v2"; understood are https://slsa.dev/provenance/v1, v0.2 and v0.1',
  )
})

test('a pattern that matches nothing at all still wants something', () => {
  expect(judge({ sourceRef: { regExp: '.*' } }, v1({ workflow: { repository: APP } }))).toBe(
    'the source ref is missing, asked for is /.*/',
  )
  expect(judge({ builder: { regExp: '.*' } }, statementOf('https://slsa.dev/provenance/v1', {}))).toBe(
    'the builder is missing, asked for is /.*/',
  )
})

test('any JSON is answered, and a demand more makes no yes', () => {
  const keys = [
    'buildDefinition',
    'externalParameters',
    'workflow',
    'repository',
    'source',
    'uri',
    'recipe',
    'materials',
    'toString',
    '__proto__',
  ]
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 6 },
      fc.constantFrom(GIT, APP, EVIL),
      fc.jsonValue(),
      tie('object'),
      fc.array(tie('value')),
    ),
    object: fc.dictionary(fc.constantFrom(...keys), tie('value'), { maxKeys: 5 }),
  }))
  fc.assert(
    fc.property(fc.constantFrom(...PREDICATE_TYPES.provenance), value, (type, predicate) => {
      const statement = { predicateType: type, predicate }
      const some = judgeProvenance(ruleOf(provenanceRule, { sourceRepository: APP }), statement)
      const more = judgeProvenance(ruleOf(provenanceRule, { sourceRepository: APP, builder: BUILDER }), statement)
      if (!some.met) expect(more.met).toBe(false)
      if (!more.met) expect(more.detail.length).toBeLessThanOrEqual(501)
    }),
  )
})
