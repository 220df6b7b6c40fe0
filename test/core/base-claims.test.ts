import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type BaseClaim, baseClaims, type ClaimSources, hasBaseHint } from '../../lambda/core/base-claims.ts'
import { PREDICATE_TYPES } from '../../lambda/core/predicate-types.ts'
import { statementOf } from './checks/statement/statements.ts'
import { digest } from './records.ts'

const NAME = 'org.opencontainers.image.base.name'
const DIGEST = 'org.opencontainers.image.base.digest'
const HUB = 'index.docker.io'
const [A, B] = [digest(10), digest(11)]
const hex = (of: string) => ({ sha256: of.slice(7) })
const node = { host: 'cgr.dev', name: 'chainguard/node' }
const alpine = { host: HUB, name: 'library/alpine' }

const v1 = (resolvedDependencies: unknown) =>
  statementOf('https://slsa.dev/provenance/v1', { buildDefinition: { resolvedDependencies } })
const old = (version: string, materials: unknown) =>
  statementOf(`https://slsa.dev/provenance/${version}`, { materials })
const signed = (statement: ReturnType<typeof v1>) => ({ statement, signed: true })
const unsigned = (statement: ReturnType<typeof v1>) => ({ statement, signed: false })
const image = (n: number) => ({ uri: `pkg:docker/acme/app${n}@1` })
const parts = ({ from, field, signed: by }: BaseClaim) => [from, field, by]

describe('annotations and labels', () => {
  test.each<[string, Record<string, unknown>, Partial<BaseClaim>[]]>([
    [
      'both',
      { [NAME]: 'cgr.dev/chainguard/node:22', [DIGEST]: A },
      [{ field: NAME, name: { ...node, tag: '22' }, digest: A }],
    ],
    ['a digest alone', { [DIGEST]: A }, [{ field: DIGEST, digest: A }]],
    ['a name alone', { [NAME]: 'alpine' }, [{ field: NAME, name: { ...alpine, tag: 'latest' } }]],
    ['no tag, for the digest tells it', { [NAME]: 'alpine', [DIGEST]: A }, [{ field: NAME, name: alpine, digest: A }]],
    ['a digest in the name', { [NAME]: `alpine:3@${A}` }, [{ field: NAME, name: { ...alpine, tag: '3' }, digest: A }]],
    ['the same digest twice', { [NAME]: `alpine@${A}`, [DIGEST]: A }, [{ field: NAME, name: alpine, digest: A }]],
    [
      'two digests',
      { [NAME]: `alpine@${A}`, [DIGEST]: B },
      [{ field: NAME, name: alpine, fault: `it has two digests, ${A} and ${B}` }],
    ],
    [
      'a digest that is none',
      { [NAME]: 'alpine:3', [DIGEST]: 'sha256:abc' },
      [
        {
          field: NAME,
          name: { ...alpine, tag: '3' },
          fault: 'the digest is "sha256:abc", not sha256: and 64 lower-case hex digits',
        },
      ],
    ],
    [
      'a name that is none',
      { [NAME]: 'Alpine', [DIGEST]: A },
      [{ field: NAME, digest: A, fault: '"Alpine" is no image' }],
    ],
    ['nothing', {}, []],
    ['empty texts', { [NAME]: '', [DIGEST]: '' }, []],
    ['no texts', { [NAME]: 7, [DIGEST]: { sha256: A } }, []],
    ['a vendor, which derived images inherit', { 'org.opencontainers.image.vendor': 'Chainguard' }, []],
  ])('%s', (_, texts, wanted) => {
    expect(baseClaims({ annotations: [texts] })).toStrictEqual(wanted.map((one) => ({ from: 'annotation', ...one })))
    expect(baseClaims({ labels: texts })).toStrictEqual(wanted.map((one) => ({ from: 'label', ...one })))
  })

  test('those of an index and of its image are never mixed', () => {
    const claims = baseClaims({ annotations: [{ [NAME]: 'alpine:3' }, { [DIGEST]: A }] })
    expect(claims).toEqual([
      { from: 'annotation', field: NAME, name: { ...alpine, tag: '3' } },
      { from: 'annotation', field: DIGEST, digest: A },
    ])
  })

  test('what an object inherits is no label', () => {
    expect(baseClaims({ labels: Object.create({ [DIGEST]: A }) as Record<string, string> })).toEqual([])
  })
})

describe('provenance', () => {
  const uri = 'pkg:docker/alpine@3.17?platform=linux%2Farm64'
  const buildkit = [
    { uri: 'pkg:docker/docker/dockerfile@1', digest: hex(B) },
    { uri: 'https://github.com/acme/app.git#main', digest: { sha1: 'a'.repeat(40) } },
    { uri, digest: hex(A) },
  ]
  const found = (field: string) => [
    {
      from: 'provenance',
      field: `${field}[0]`,
      signed: true,
      name: { host: HUB, name: 'docker/dockerfile', tag: '1' },
      digest: B,
    },
    {
      from: 'provenance',
      field: `${field}[2]`,
      signed: true,
      name: { ...alpine, tag: '3.17' },
      digest: A,
      platform: 'linux/arm64',
    },
  ]

  test.each([
    ['v1', v1(buildkit), found('resolvedDependencies')],
    ['v0.2', old('v0.2', buildkit), found('materials')],
    ['v0.1', old('v0.1', buildkit), found('materials')],
    ['no list', v1({ uri }), []],
    ['no descriptors', v1([null, uri, [], { uri: 7 }, {}]), []],
    ['no predicate', statementOf('https://slsa.dev/provenance/v1', null), []],
    ['no provenance', statementOf('https://spdx.dev/Document', { materials: buildkit }), []],
  ])('%s', (_, statement, wanted) => {
    expect(baseClaims({ statements: [signed(statement)] })).toStrictEqual(wanted)
  })
})

describe('order and number', () => {
  test('signed provenance, unsigned, annotations, labels', () => {
    const claims = baseClaims({
      labels: { [NAME]: 'acme/app4' },
      annotations: [{ [NAME]: 'acme/app3' }],
      statements: [unsigned(v1([image(2)])), signed(old('v0.2', [image(1)]))],
    })
    expect(claims.map(parts)).toEqual([
      ['provenance', 'materials[0]', true],
      ['provenance', 'resolvedDependencies[0]', false],
      ['annotation', NAME, undefined],
      ['label', NAME, undefined],
    ])
  })

  test.each<[string, ClaimSources, string[]]>([
    [
      'the same again',
      { annotations: [{ [NAME]: 'alpine:3' }], labels: { [NAME]: 'docker.io/library/alpine:3' } },
      ['annotation'],
    ],
    [
      'less than before',
      { statements: [signed(v1([{ uri: 'pkg:docker/alpine@3', digest: hex(A) }]))], labels: { [DIGEST]: A } },
      ['provenance'],
    ],
    [
      'more than before',
      { annotations: [{ [DIGEST]: A }], labels: { [NAME]: `alpine@${A}` } },
      ['annotation', 'label'],
    ],
    ['another tag', { annotations: [{ [NAME]: 'alpine:3' }], labels: { [NAME]: 'alpine:4' } }, ['annotation', 'label']],
    [
      'another platform',
      {
        statements: [
          signed(v1(['amd64', 'arm64', 'arm64'].map((arch) => ({ uri: `pkg:docker/a@1?platform=linux/${arch}` })))),
        ],
      },
      ['provenance', 'provenance'],
    ],
    [
      'one that is wrong hides none',
      { annotations: [{ [NAME]: 'alpine:3', [DIGEST]: 'x' }], labels: { [NAME]: 'alpine:3' } },
      ['annotation', 'label'],
    ],
    [
      'one that is wrong is told',
      { annotations: [{ [NAME]: 'alpine:3' }], labels: { [NAME]: 'alpine:3', [DIGEST]: 'x' } },
      ['annotation', 'label'],
    ],
  ])('%s', (_, sources, wanted) => {
    expect(baseClaims(sources).map(({ from }) => from)).toEqual(wanted)
  })

  test('at most 20, and long provenance takes no place of an annotation', () => {
    const many = unsigned(v1(Array.from({ length: 50 }, (_, n) => image(n))))
    expect(baseClaims({ statements: [many] })).toHaveLength(20)
    const claims = baseClaims({ statements: [many], annotations: [{ [DIGEST]: A }], labels: { [DIGEST]: B } })
    expect(claims.map(({ from }) => from)).toEqual([...Array(18).fill('provenance'), 'annotation', 'label'])
    const annotations = Array.from({ length: 30 }, (_, n) => ({ [DIGEST]: digest(n) }))
    expect(baseClaims({ statements: [many], annotations })).toHaveLength(20)
  })
})

test.each<[string, ClaimSources, boolean]>([
  ['nothing', {}, false],
  ['a name', { labels: { [NAME]: 'alpine' } }, true],
  ['a digest', { labels: { [DIGEST]: A } }, true],
  ['what names nothing', { labels: { [DIGEST]: 'x' } }, false],
])('a hint in %s', (_, sources, wanted) => {
  expect(hasBaseHint(baseClaims(sources))).toBe(wanted)
})

test('any JSON is read: at most 20 claims, none of them twice, all of them short', () => {
  const text = fc.oneof(
    fc.constantFrom('alpine', A, `alpine@${A}`, `pkg:docker/a@${A}`, 'pkg:docker/a@1?digest=x', 'oci://a.b/c', '@@'),
    fc.string({ maxLength: 5_000 }),
  )
  const digests = fc.oneof(fc.constant(hex(A)), fc.dictionary(fc.constantFrom('sha256', 'sha1'), fc.jsonValue()))
  const dependency = fc.oneof(fc.record({ uri: text, digest: digests }), fc.jsonValue())
  const statement = fc
    .tuple(fc.constantFrom(...PREDICATE_TYPES.provenance), fc.oneof(fc.array(dependency), fc.jsonValue()))
    .map(([predicateType, list]) => ({
      predicateType,
      predicate: { materials: list, buildDefinition: { resolvedDependencies: list } },
    }))
  const texts = fc.dictionary(fc.constantFrom(NAME, DIGEST), fc.oneof(text, fc.jsonValue()))
  const sources = fc.record({
    annotations: fc.array(texts, { maxLength: 3 }),
    labels: texts,
    statements: fc.array(fc.record({ statement, signed: fc.boolean() }), { maxLength: 3 }),
  })
  fc.assert(
    fc.property(sources, (all) => {
      const claims = baseClaims(all)
      expect(claims.length).toBeLessThanOrEqual(20)
      const told = claims.map(({ name, digest, platform, fault }) => JSON.stringify([name, digest, platform, fault]))
      expect(new Set(told).size).toBe(told.length)
      for (const claim of claims) expect(JSON.stringify(claim).length).toBeLessThan(2_000)
    }),
  )
})
