import { describe, expect, it } from 'vitest'
import { loadPolicies } from '../lambda/core/policy/load.ts'
import type { PolicySet } from '../lambda/core/policy/policy.ts'
import { runnable } from './memory/images.ts'
import { replayAll } from './memory/replay-all.ts'
import { story } from './memory/story.ts'
import { HOST, KEYS, memory } from './memory/world.ts'

const key = JSON.stringify(KEYS.publicKey)
const upstream = (name: string, authorities: string, more = '') => `apiVersion: policy.sigstore.dev/v1beta1
kind: ClusterImagePolicy
metadata: { name: ${name} }
spec: { images: [{ glob: "${HOST}/prod/**" }], authorities: [${authorities}]${more} }
---
`
const ENFORCEMENT = `apiVersion: assay.dev/v1alpha1
kind: Enforcement
metadata: { name: prod }
spec: { images: [{ glob: "${HOST}/prod/**" }], onFailure: quarantine }
`
const BEYOND = '{ key: { kms: "gcpkms://projects/a/key" } }'
const OURS = `{ key: { data: ${key} } }`

function load(...texts: readonly string[]): { readonly set: PolicySet; readonly told: readonly string[] } {
  const { set, problems } = loadPolicies([{ path: 'p.yaml', text: [...texts, ENFORCEMENT].join('') }])
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
  return { set, told: problems.map(({ path }) => path) }
}

async function pushed(set: PolicySet, signed: boolean) {
  const outside = await memory({ policies: set })
  const its = story(outside)
  const digest = its.push(runnable('app'), 'v1')
  if (signed) await its.sign(digest)
  await its.pass(30)
  await replayAll(outside.world.store, outside.world.evidence)
  return { record: await its.record(digest), tag: await its.at('v1'), digest, told: its.told() }
}

describe('what a ClusterImagePolicy refers to and is not at hand', () => {
  it.each([
    ['a key of another KMS', upstream('p', BEYOND), 'spec.authorities[0].key.kms'],
    ['a Secret', upstream('p', '{ key: { secretRef: { name: a } } }'), 'spec.authorities[0].key.secretRef.name'],
    [
      'a root',
      upstream('p', '{ keyless: { trustRootRef: mine, identities: [{ issuer: "https://i", subject: s }] } }'),
      'spec.authorities[0].keyless.trustRootRef',
    ],
    [
      "an authority's certificates",
      upstream(
        'p',
        '{ keyless: { ca-cert: { secretRef: { name: a } }, identities: [{ issuer: "https://i", subject: s }] } }',
      ),
      'spec.authorities[0].keyless.ca-cert',
    ],
    [
      'a policy at an address',
      upstream('p', OURS, `, policy: { type: cue, remote: { url: "https://a/b", sha256sum: "${'a'.repeat(64)}" } }`),
      'spec.policy.remote',
    ],
    [
      'a ConfigMap',
      upstream(
        'p',
        `{ key: { data: ${key} }, attestations: [{ name: a, predicateType: "https://a", policy: { type: cue, configMapRef: { name: a, key: b } } }] }`,
      ),
      'spec.authorities[0].attestations[0].policy.configMapRef',
    ],
  ])('%s is warned of, and an image that only it might vouch for is not judged', async (_, text, path) => {
    const { set, told } = load(text)
    expect(told).toContain(path)
    const { record, tag, digest, told: alerts } = await pushed(set, true)
    expect(record).toMatchObject({ state: 'error', checks: [{ reason: 'not-judged' }] })
    // Told, and never taken
    expect([tag, alerts]).toEqual([digest, ['error']])
  })

  it('changes nothing where another authority vouches for the image', async () => {
    const { record } = await pushed(load(upstream('p', `${BEYOND}, ${OURS}`)).set, true)
    expect(record).toMatchObject({ state: 'verified' })
  })

  it('leaves an unsigned image unjudged', async () => {
    const { record, tag, digest } = await pushed(load(upstream('p', `${BEYOND}, ${OURS}`)).set, false)
    expect([record?.state, tag]).toEqual(['error', digest])
  })

  it('that a policy over all that matched may need leaves it open', async () => {
    const needs = (name: string) =>
      `, policy: { type: rego, data: "package sigstore\\nisCompliant { input.authorityMatches.${name} }" }`
    const two = `{ name: elsewhere, key: { kms: "gcpkms://a/b" } }, { name: ours, key: { data: ${key} } }`
    const { record, tag, digest } = await pushed(load(upstream('p', two, needs('elsewhere'))).set, true)
    expect([record?.state, record?.checks.map(({ reason }) => reason), tag]).toEqual(['error', ['not-judged'], digest])
    expect((await pushed(load(upstream('p', two, needs('ours'))).set, true)).record?.state).toBe('verified')
  })

  it.each(['includeSpec', 'includeObjectMeta', 'includeTypeMeta'])('%s asks for what is not there', async (field) => {
    const text = upstream('p', OURS, `, policy: { type: cue, data: "spec: a: 1", ${field}: true }`)
    const { set, told } = load(text)
    expect(told).toEqual([`spec.policy.${field}`])
    expect((await pushed(set, true)).record?.state).toBe('error')
    const { problems } = loadPolicies([
      {
        path: 'p.yaml',
        text: text
          .replace('policy.sigstore.dev/v1beta1', 'assay.dev/v1alpha1')
          .replace('ClusterImagePolicy', 'VerificationPolicy'),
      },
    ])
    expect(problems).toMatchObject([{ path: `spec.policy.${field}`, severity: 'error' }])
  })

  it('takes no further tag of an image that failed under other policies', async () => {
    const outside = await memory({ policies: load(upstream('p', OURS)).set })
    const before = story(outside)
    const digest = before.push(runnable('app'), 'v1')
    await before.pass(11)
    expect([await before.state(digest), await before.at('v1')]).toEqual(['failed', undefined])
    const after = story(outside, { ...outside.world, policies: load(upstream('p', BEYOND)).set })
    after.push(runnable('app'), 'v2')
    await after.pass(30)
    expect([await after.state(digest), await after.at('v2')]).toEqual(['failed', digest])
  })

  it('saves no image that another policy turns away whatever the answer', async () => {
    const { record } = await pushed(load(upstream('p', BEYOND), upstream('q', OURS)).set, false)
    expect(record).toMatchObject({ state: 'failed' })
  })

  it('under mode warn is only a warning', async () => {
    const { record } = await pushed(load(upstream('p', BEYOND, ', mode: warn'), upstream('q', OURS)).set, true)
    expect(record).toMatchObject({ state: 'verified', policies: [{ outcome: 'warn' }, { outcome: 'pass' }] })
  })
})
