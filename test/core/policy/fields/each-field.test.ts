import { describe, expect, it } from 'vitest'
import { policyJsonSchema } from '../../../../lambda/core/policy/json-schema.ts'
import { enforcementFor, inEnvironment, isProtected } from '../../../../lambda/core/policy/match.ts'
import { COMMON, DENIED, OWN } from './cases.ts'
import { IMAGE, type Json, setOfSpec, verdictOf } from './judge.ts'

const keyed = (more: object) => ({
  images: [{ glob: 'ghcr.io/acme/**' }],
  authorities: [{ static: { action: 'pass' } }],
  ...more,
})
const REFUSING = 'package sigstore\nisCompliant { false }'
const CUE = (text: string) => ({ type: 'cue', data: text })

/** Fields of a ClusterImagePolicy that ours has too, in the languages and the globs of upstream. */
const UPSTREAM: readonly (readonly [field: string, good: object, bad: object])[] = [
  ['spec.images.[].glob', keyed({}), keyed({ images: [{ glob: 'ghcr.io/other/**' }] })],
  ['spec.mode', keyed({}), keyed({ mode: 'warn' })],
  ['spec.match', keyed({}), keyed({ match: [{ resource: 'pods', version: 'v1' }] })],
  [
    'spec.policy.type',
    keyed({ policy: CUE('authorityMatches: _') }),
    keyed({ policy: { type: 'rego', data: REFUSING } }),
  ],
  [
    'spec.policy.data',
    keyed({ policy: CUE('authorityMatches: _') }),
    keyed({ policy: CUE('authorityMatches: "none"') }),
  ],
  [
    'spec.policy.fetchConfigFile',
    keyed({ policy: { ...CUE('config?: "linux/amd64"?: config: User: "root"'), fetchConfigFile: false } }),
    keyed({ policy: { ...CUE('config?: "linux/amd64"?: config: User: "root"'), fetchConfigFile: true } }),
  ],
]

describe('where only one field differs, the verdict does', () => {
  it.each(OWN.map((one) => [one.field, one] as const))('VerificationPolicy %s', (_, { good, bad, index }) => {
    assertDiffers('VerificationPolicy', good, bad, index)
  })

  it.each(COMMON.map((one) => [one.field, one] as const))('both kinds %s', (_, { good, bad }) => {
    for (const kind of ['VerificationPolicy', 'ClusterImagePolicy']) assertDiffers(kind, good, bad)
  })

  it.each(UPSTREAM)('ClusterImagePolicy %s', (_, good, bad) => {
    assertDiffers('ClusterImagePolicy', good as Json, bad as Json)
  })
})

describe('where only one field of a DenyList differs, the verdict of both kinds of policies does', () => {
  const verdict = (kind: string, policy: Json, denied: Json) => {
    const set = setOfSpec(kind, policy, { DenyList: denied })
    return verdictOf(set, set).outcome
  }

  it.each(DENIED.map((one) => [one.field, one] as const))('%s', (_, { policy, good, bad }) => {
    for (const kind of ['VerificationPolicy', 'ClusterImagePolicy']) {
      expect([verdict(kind, policy, good), verdict(kind, policy, bad)]).toEqual(['verified', 'rejected'])
    }
  })
})

function assertDiffers(kind: string, good: Json, bad: Json, index?: true): void {
  const signedFor = setOfSpec(kind, good)
  expect(verdictOf(signedFor, signedFor, index)).toMatchObject({ outcome: 'verified' })
  expect(verdictOf(setOfSpec(kind, bad), signedFor, index).outcome).not.toBe('verified')
}

describe('where only one field differs, what follows does', () => {
  const ALL = { images: [{ glob: '**' }] }
  const followed = (fields: object) => {
    const set = setOfSpec('Enforcement', { ...ALL, ...fields } as Json)
    const { images: _, name: __, protect: ___, ...follows } = enforcementFor(set, IMAGE)
    const kept = isProtected(enforcementFor(set, IMAGE), { ...IMAGE, tag: 'v1' })
    return { ...follows, kept, prod: inEnvironment(set, IMAGE, 'prod') }
  }
  const ENFORCING: readonly (readonly [field: string, fields: object])[] = [
    ['spec.images.[].glob', { images: [{ glob: 'ghcr.io/other/**' }] }],
    ['spec.images.[].exclude', { images: [{ glob: '**', exclude: ['ghcr.io/acme/**'] }] }],
    ['spec.environment', { environment: 'test' }],
    ['spec.onFailure', { onFailure: 'observe' }],
    ['spec.onDegraded', { onDegraded: 'allow' }],
    ['spec.gracePeriod', { gracePeriod: '1m' }],
    ['spec.failFast', { failFast: false }],
    ['spec.protect', { protect: [] }],
    ['spec.tombstone', { tombstone: false }],
    ['spec.breaker.images', { breaker: { images: 6, percent: 10 } }],
    ['spec.breaker.percent', { breaker: { images: 5, percent: 11 } }],
  ]
  const BASE = {
    environment: 'prod',
    onFailure: 'quarantine',
    onDegraded: 'quarantine',
    gracePeriod: '2m',
    failFast: true,
    protect: ['**:v1'],
    tombstone: true,
    breaker: { images: 5, percent: 10 },
  }

  it.each(ENFORCING)('Enforcement %s', (_, fields) => {
    expect(followed({ ...BASE, ...fields })).not.toEqual(followed(BASE))
  })

  it('no field is forgotten', () => {
    const told = ENFORCING.map(([field]) => field)
    expect(forgotten('Enforcement', told)).toEqual([])
  })
})

/** Fields that no verdict depends on, and why; or that other tests show, as they need more than a verdict of pure code. */
const APART: readonly (readonly [RegExp, string])[] = [
  [/^(apiVersion|kind|metadata|status)\b/, 'tells documents apart, or is for people and Kubernetes'],
  [/\.authorities\.\[\]\.name$/, 'a name of checks'],
  [/\.attestations\.\[\]\.name$/, 'a name of checks'],
  [/\.(message|url)$/, 'told to people, never contacted'],
  [/\.signatureFormat$/, 'both formats are always read'],
  [/\.signaturePullSecrets(\.|$)/, 'warned of: credentials come from the installation'],
  [/\.(namespace|includeSpec|includeObjectMeta|includeTypeMeta)$/, 'about objects of Kubernetes'],
  [/\.attestations\.\[\]\.policy\.fetchConfigFile$/, 'refused where it is true'],
  [/\.ca-cert\.(kms|secretRef(\.name)?)$/, 'not at hand: test/beyond.test.ts'],
  [
    /\.policy\.(configMapRef|remote)(\.|$)/,
    'in a ClusterImagePolicy: test/beyond.test.ts; the text itself: expressions.test.ts',
  ],
  [/^spec\.match\./, 'which objects of Kubernetes: none is an image; match-field.test.ts'],
]

describe('no field is forgotten', () => {
  const told = [...COMMON, ...OWN].map(({ field }) => field)
  const upstream = [...COMMON.map(({ field }) => field), ...UPSTREAM.map(([field]) => field)]
  it.each([
    ['VerificationPolicy', told],
    [
      'ClusterImagePolicy',
      [...upstream, ...OWN.map(({ field }) => field).filter((one) => one.includes('attestations.[].policy.'))],
    ],
    ['DenyList', DENIED.map(({ field }) => field)],
  ])('of a %s', (kind, fields) => {
    expect(forgotten(kind, fields)).toEqual([])
  })

  it('and every field that is told of is one', () => {
    const all = fieldsOf('VerificationPolicy')
    expect(told.filter((field) => !all.includes(field))).toEqual([])
  })
})

function forgotten(kind: string, told: readonly string[]): string[] {
  return fieldsOf(kind).filter(
    (field) =>
      !told.some((one) => one === field || one.startsWith(`${field}.`)) && !APART.some(([apart]) => apart.test(field)),
  )
}

type Schema = {
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly not?: object
  readonly [choice: string]: unknown
}

/** Every field of a kind of document, by its path, as the JSON Schema for editors has it. */
function fieldsOf(kind: string): string[] {
  const { allOf } = policyJsonSchema() as {
    allOf: readonly { if: { properties: { kind: { const: string } } }; then: Schema }[]
  }
  const branch = allOf.find((one) => one.if.properties.kind.const === kind)
  return branch === undefined ? [] : [...new Set(pathsIn(branch.then, ''))]
}

function pathsIn(schema: Schema, path: string): string[] {
  const below = (inner: string) => (path === '' ? inner : `${path}.${inner}`)
  const fields = Object.entries(schema.properties ?? {}).flatMap(([name, inner]) =>
    // Known, and refused wherever it is given
    inner.not !== undefined ? [] : [below(name), ...pathsIn(inner, below(name))],
  )
  const items = schema.items === undefined ? [] : pathsIn(schema.items, below('[]'))
  const choices = ['anyOf', 'oneOf', 'allOf'].flatMap((name) => (schema[name] ?? []) as readonly Schema[])
  return [...fields, ...items, ...choices.flatMap((choice) => pathsIn(choice, path))]
}
