import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatProblem } from '../../../lambda/core/policy/format-problem.ts'
import { loadPolicies } from '../../../lambda/core/policy/load.ts'
import { documentOf, problemsIn } from './documents.ts'
import { packed, repositoryOf } from './tuf.ts'

const STATIC = 'images: [{ glob: "ghcr.io/acme/**" }]\nauthorities: [{ static: { action: pass } }]'
const policy = (name: string, kind = 'VerificationPolicy') => documentOf(kind, STATIC, name)
const load = (...texts: string[]) => loadPolicies(texts.map((text, index) => ({ path: `${index}.yaml`, text })))

describe('a file that cannot be read as YAML 1.2 has no documents at all', () => {
  test.each([
    ['', 'p.yaml:1:1: is empty; a document is required to create policy'],
    [' \n\t\n', 'p.yaml:1:1: is empty; a document is required to create policy'],
    ['a: 1\nb: [1\n', 'p.yaml:3:1: Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ['a: 1\nb: 2\na: 3\n', 'p.yaml:3:1: the key "a" occurs twice'],
    ['__proto__: 1\n', 'p.yaml:1:1: the key "__proto__" is not allowed'],
    ['a: "\\ud800"\n', 'p.yaml:1:4: text with half a Unicode character'],
    ['a: .nan\n', 'p.yaml:1:4: a number without a value'],
    ['a: 1e999\n', 'p.yaml:1:4: a number without a value'],
    ['? [a]\n: 1\n', 'p.yaml:1:3: a key that is not plain text'],
    ['a: *b\n', 'p.yaml:1:1: Unresolved alias (the anchor must be set before the alias): b'],
    ['%YAML 1.1\n---\na: yes\n', 'p.yaml:3:1: a %YAML 1.1 document; policies are YAML 1.2'],
    ['a: !!binary aGk=\n', 'p.yaml:1:4: Unresolved tag: tag:yaml.org,2002:binary'],
    ['a: !secret b\n', 'p.yaml:1:4: Unresolved tag: !secret'],
    [`${'['.repeat(70)}${']'.repeat(70)}`, 'p.yaml:1:66: nested deeper than 64 levels'],
    [`${'{a: ['.repeat(100_000)}`, 'p.yaml:1:2500: nested deeper than 64 levels'],
    [`${'- '.repeat(100_000)}`, expect.stringMatching(/^p\.yaml:1:\d+: nested deeper than 64 levels$/)],
    ['---\n'.repeat(1_001), 'p.yaml:1:1: has 1001 documents; at most 1000 are allowed'],
    ['#'.repeat(1_048_577), 'p.yaml:1:1: has 1048577 bytes; at most 1048576 are allowed'],
  ])('%.40j', (text, expected) => {
    const lines = problemsIn(`${text}`)
    expect(lines).toEqual([expected])
  })

  test('aliases that multiply are refused', () => {
    const levels = Array.from(
      { length: 8 },
      (_, level) => `l${level + 1}: &l${level + 1} [${`*l${level}, `.repeat(9)}]`,
    )
    expect(problemsIn(`l0: &l0 [x]\n${levels.join('\n')}\n`)).toEqual([
      'p.yaml:1:1: Excessive alias count indicates a resource exhaustion attack',
    ])
  })

  test('of a file full of mistakes the first ones are told', () => {
    expect(problemsIn(`[${','.repeat(200_000)}]`)).toHaveLength(50)
  })

  test('a mistake in one document keeps the others of the file from loading', () => {
    expect(load(`${policy('good')}---\na: [\n`).set.policies).toEqual([])
  })
})

test('an alias is what it stands for, and a mistake in it is told where it is used', () => {
  const text = documentOf(
    'VerificationPolicy',
    'images: [{ glob: "ghcr.io/**" }]\nmode: &m enforced\nauthorities: [{ name: *m, key: *m }]',
  )
  expect(problemsIn(text)).toEqual([
    'p.yaml:7:12: spec.mode: invalid value: enforced: spec.mode: unsupported mode; allowed: enforce, warn',
    'p.yaml:8:29: spec.authorities[0].key: expected fields, got text enforced',
  ])
})

test('merge keys are fields like any other', () => {
  expect(problemsIn(documentOf('Enforcement', `<<: { onFailure: quarantine }\n${STATIC}`))[0]).toBe(
    'p.yaml:6:3: spec["<<"]: unknown field "<<"; allowed here: images, environment, onFailure, onDegraded, gracePeriod, failFast, protect, tombstone, breaker',
  )
})

describe('documents are told apart by apiVersion and kind', () => {
  test.each([
    ['a: 1', 'p.yaml:1:1: apiVersion: missing field(s): apiVersion'],
    ['apiVersion: v1', "p.yaml:1:1: kind: missing field(s): kind (Object 'Kind' is missing)"],
    ['[1]', 'p.yaml:1:1: expected a document with apiVersion and kind, got [1]'],
    [
      'apiVersion: unknown.dev/v1\nkind: OtherPolicy',
      'p.yaml:2:7: kind: unknown type: unknown.dev/v1, Kind=OtherPolicy; allowed: ClusterImagePolicy of policy.sigstore.dev/v1alpha1 or v1beta1, TrustRoot of policy.sigstore.dev/v1alpha1, Secret and ConfigMap of v1, and VerificationPolicy, BaseImage, TrustedRoot, Enforcement and DenyList of assay.dev/v1alpha1',
    ],
    [
      'apiVersion: config.openshift.io/v1\nkind: ClusterImagePolicy',
      "p.yaml:2:7: kind: unknown type: config.openshift.io/v1, Kind=ClusterImagePolicy; this one is OpenShift's; Sigstore's of the same name has apiVersion policy.sigstore.dev/v1beta1",
    ],
    [
      'apiVersion: image.toolkit.fluxcd.io/v1beta2\nkind: ImagePolicy',
      "p.yaml:2:7: kind: unknown type: image.toolkit.fluxcd.io/v1beta2, Kind=ImagePolicy; this one is Flux's and chooses tags; who must sign is said by an assay.dev/v1alpha1 VerificationPolicy",
    ],
    ['apiVersion: v1\nkind: Secret', 'p.yaml:1:1: metadata: missing field(s): metadata'],
    ['apiVersion: v1\nkind: Pod', expect.stringContaining('kind: unknown type: v1, Kind=Pod; allowed: ')],
  ])('%s', (text, expected) => {
    expect(problemsIn(text)).toEqual([expected])
  })

  test('both versions of ClusterImagePolicy are read, with the metadata Kubernetes adds and empty fields left out', () => {
    const added = policy('one', 'ClusterImagePolicy')
      .replace('v1beta1', 'v1alpha1')
      .replace('  name: one', '  name: one\n  creationTimestamp: null\n  labels: { a: b }')
      .replace('spec:', 'status: {}\nspec:\n  policy:\n  mode: ""')
    const { set, problems } = load(`${added}---\n# nothing\n---\n${policy('two', 'ClusterImagePolicy')}`)
    expect(problems).toEqual([])
    expect(set.policies.map(({ name, mode }) => [name, mode])).toEqual([
      ['one', 'enforce'],
      ['two', 'enforce'],
    ])
  })

  test.each(['Upper', '-a', 'a-', 'a_b', 'a'.repeat(254)])('%.10s is no name', (name) => {
    expect(problemsIn(policy(name))).toEqual([
      `p.yaml:4:9: metadata.name: invalid value: ${name.slice(0, 100)}${name.length > 100 ? '…' : ''}: metadata.name: a name is up to 253 of a-z, 0-9, "-" and ".", with a letter or digit at both ends`,
    ])
  })
})

describe('names that are taken', () => {
  const enforcement = documentOf('Enforcement', 'images: [{ glob: "**" }]', 'a')
  test.each([
    [
      'VerificationPolicy',
      policy('a'),
      policy('a'),
      '1.yaml:4:9: metadata.name: the name "a" is taken by the VerificationPolicy at 0.yaml:4',
    ],
    [
      'the later of two ClusterImagePolicies, as upstream',
      policy('a', 'ClusterImagePolicy'),
      policy('a', 'ClusterImagePolicy'),
      '1.yaml:4:9: warning: metadata.name: the name "a" is taken by the ClusterImagePolicy at 0.yaml:4; this one is skipped',
    ],
    [
      'policies of two kinds',
      policy('a', 'ClusterImagePolicy'),
      policy('a'),
      '1.yaml:4:9: metadata.name: the name "a" is taken by the ClusterImagePolicy at 0.yaml:4',
    ],
    [
      'Enforcement',
      enforcement,
      enforcement,
      '1.yaml:4:9: metadata.name: the name "a" is taken by the Enforcement at 0.yaml:4',
    ],
  ])('%s', (_, first, second, expected) => {
    const { set, problems } = load(first, second)
    expect(problems.map(formatProblem)).toEqual([expected])
    expect(set.policies.length + set.enforcements.length).toBe(1)
  })

  test('a policy and an Enforcement may share a name', () => {
    expect(load(policy('a'), enforcement).problems).toEqual([])
  })
})

const { root: TUF_ROOT, files: FILES } = repositoryOf('{}')
const PACKED = packed(FILES)
const trustRoot = (spec: string) => documentOf('TrustRoot', spec).replace('assay.dev', 'policy.sigstore.dev')

describe('laws', () => {
  const seeds = [
    policy('a'),
    policy('b', 'ClusterImagePolicy'),
    documentOf('Enforcement', 'images: [{ glob: "**" }]\ngracePeriod: 1m'),
  ]
  const IDS = '{ issuer: i, subject: s, claims: { buildTrigger: push, buildConfigURI: { regExp: "a" } } }'
  const rich = [
    ...seeds,
    documentOf(
      'VerificationPolicy',
      `images: [{ glob: "**" }]\nplatforms: each\nauthorities:\n- key: { kms: "awskms:///arn:aws:kms:us-east-2:111122223333:alias/a", validFor: { start: "2026-01-01T00:00:00Z" } }\n  ctlog: { threshold: 2 }\n  source: [{ oci: ghcr.io/a/b, tagPrefix: c }]\n- keyless: { ca-cert: { data: "-----BEGIN CERTIFICATE-----" }, identities: [${IDS}] }\n`,
    ),
    documentOf('TrustedRoot', `tuf: { mirror: "https://tuf.example", root: ${TUF_ROOT} }`),
    trustRoot(`remote: { mirror: "https://tuf.example", root: ${TUF_ROOT} }`),
    trustRoot(`repository: { root: ${TUF_ROOT}, mirrorFS: ${PACKED} }`),
    trustRoot(
      'sigstoreKeys: { certificateAuthorities: [{ subject: { organization: a, commonName: b }, uri: "https://a", certChain: LS0t }] }',
    ),
  ]
  const never = (text: string) => {
    for (const { at } of load(text).problems) {
      expect(at.line).toBeGreaterThan(0)
      expect(at.column).toBeGreaterThan(0)
    }
  }

  test('loading arbitrary text never throws', () => {
    const piece = fc.constantFrom(
      ':',
      '- ',
      '\n',
      '  ',
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      '&a ',
      '*a',
      '!!str ',
      '|',
      '>',
      '#',
      '---\n',
      '%',
      '?',
      'null',
      'kind',
      '\0',
      '\ud800',
      '😀',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 40 }).map((all) => all.join('')),
        ),
        never,
      ),
      { numRuns: 500 },
    )
  })

  test('loading a mangled policy never throws', () => {
    const cut = fc.tuple(fc.constantFrom(...rich), fc.nat(700), fc.nat(30), fc.string({ maxLength: 6 }))
    fc.assert(
      fc.property(cut, ([seed, from, length, put]) => never(seed.slice(0, from) + put + seed.slice(from + length))),
      { numRuns: 1_000 },
    )
  })

  test('loading any JSON in the place of a spec never throws', () => {
    fc.assert(
      fc.property(fc.constantFrom(...rich), fc.jsonValue(), (seed, spec) =>
        never(`${seed.slice(0, seed.indexOf('spec:'))}spec: ${JSON.stringify(spec)}`),
      ),
    )
  })

  test('the order of files changes nothing', () => {
    const forward = load(...seeds).set
    expect(load(...seeds.toReversed()).set).toEqual(forward)
    expect(forward.policies.map(({ name }) => name)).toEqual(['a', 'b'])
  })
})
