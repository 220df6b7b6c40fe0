import { describe, expect, it, onTestFinished } from 'vitest'
import type { Digest } from '../lambda/core/image.ts'
import { loadPolicies } from '../lambda/core/policy/load.ts'
import type { Mirror, PolicySet } from '../lambda/core/policy/policy.ts'
import { current, type PolicySource } from '../lambda/current.ts'
import { Misconfigured, Unavailable } from '../lambda/errors.ts'
import { type Refresher, refreshTrust } from '../lambda/refresh-trust.ts'
import { sweep } from '../lambda/sweep.ts'
import { type Fetched, keyKey, readFetched, readVersion, rootKey } from '../lambda/trust/fetched.ts'
import { trustMaterials } from '../lambda/trust/roots.ts'
import { attach, runnable } from './memory/images.ts'
import { story } from './memory/story.ts'
import { HOST, memory, NAME, type World } from './memory/world.ts'
import { signEnvelope, statement } from './trust/bundles.ts'
import { ISSUER, newPki, type Pki, rootOf, WORKFLOW } from './trust/pki.ts'
import { startRepository } from './trust/tuf-repository.ts'

const [OLD, NEW] = [newPki(), newPki()]
const HOUR = 3600
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'
const ALIAS = 'arn:aws:kms:eu-west-1:111122223333:alias/signing'
const WORKFLOW_SIGNS = `
apiVersion: assay.dev/v1alpha1
kind: VerificationPolicy
metadata: { name: signed }
spec:
  images: [{ glob: "${HOST}/prod/**" }]
  authorities:
    - name: workflow
      keyless: { trustRootRef: staging, identities: [{ issuer: "${ISSUER}", subject: "${WORKFLOW}" }] }
`

/** Policies that trust the root a mirror keeps, and how they read once it is fetched. */
function policiesOf({ url, root }: Mirror): PolicySource {
  const declared = `---
apiVersion: assay.dev/v1alpha1
kind: TrustedRoot
metadata: { name: staging }
spec: { tuf: { mirror: "${url}", root: "${root}" } }
`
  const load = (fetched?: Fetched) => {
    const supplied = fetched && { fetched: fetched.roots, keys: fetched.keys }
    const { set, problems } = loadPolicies([{ path: 'test.yaml', text: WORKFLOW_SIGNS + declared }], supplied)
    expect(problems).toEqual([])
    return set
  }
  return { policies: load(), again: async (fetched) => load(fetched) }
}

/** A mirror, what a cold function knows of it, and the trust function. */
async function installation() {
  const repository = await startRepository()
  onTestFinished(() => repository.close())
  const publish = (pki: Pki) => repository.publish(JSON.stringify(rootOf(pki)))
  publish(OLD)
  const source = policiesOf(repository.mirror)
  const outside = await memory({ policies: source.policies })
  const { store } = outside.world
  const logged: unknown[] = []
  const refresher: Refresher = {
    now: outside.now,
    log: (message, details) => void logged.push([message, details]),
    policies: source.policies,
    store,
    publicKeyOf: async () => expect.unreachable(),
  }
  const cold = () =>
    current(
      store,
      source,
      (policies): World => ({
        ...outside.world,
        policies,
        trust: trustMaterials(policies.roots),
      }),
    )
  const signed = (digest: Digest, pki = OLD) =>
    attach(outside.registry, NAME, digest, signEnvelope(pki, statement(undefined, digest)).bundle)
  return { repository, publish, outside, store, logged, refresh: () => refreshTrust(refresher), cold, signed }
}

describe('an image signed under the root of a mirror', () => {
  it('cannot be judged before the root is fetched, which is an outage and says what to do', async () => {
    const { outside, cold } = await installation()
    const { push, settle, record } = story(outside, await cold()())
    const digest = push(runnable('app'), 'v1')
    await expect(settle()).rejects.toThrow(/no trusted root is called "staging".*trust function has still to fetch it/)
    expect(await record(digest)).toBeUndefined()
  })

  it('is judged once it is, by functions that were warm already, and also when the mirror is gone', async () => {
    const { repository, outside, cold, refresh, signed } = await installation()
    const warm = cold()
    await warm()
    expect(await refresh()).toEqual({ named: 1, failed: 0, age: 0 })
    const first = outside.registry.push(NAME, runnable('first'), 'v1')
    signed(first)
    await story(outside, await warm()).settle()

    await repository.close()
    outside.advance(HOUR)
    expect(await refresh()).toEqual({ named: 1, failed: 1, age: HOUR })
    for (const [text, world] of [
      ['warm', warm],
      ['cold', cold()],
    ] as const) {
      const { push, settle, state } = story(outside, await world())
      const digest = push(runnable(text), text)
      signed(digest)
      await settle()
      expect(await state(digest)).toBe('verified')
    }
  })

  it('is judged anew where the mirror publishes another root', async () => {
    const { publish, outside, cold, refresh, signed } = await installation()
    await refresh()
    const warm = cold()
    const { push, settle } = story(outside, await warm())
    const [before, after] = [push(runnable('before'), 'v1'), push(runnable('after'), 'v2')]
    signed(before)
    signed(after)
    signed(after, NEW)
    await settle()
    expect(await sweep(await warm())).toMatchObject({ rejudged: 0 })

    publish(NEW)
    await refresh()
    const world = await warm()
    expect(await sweep(world)).toMatchObject({ rejudged: 2 })
    const { state, settle: settleAgain } = story(outside, world)
    await settleAgain()
    expect([await state(before), await state(after)]).toEqual(['degraded', 'verified'])
  })
})

describe('a warm function', () => {
  it('keeps its world while nothing has changed', async () => {
    const { store, outside, cold, refresh } = await installation()
    await refresh()
    const warm = cold()
    const [world, version] = [await warm(), await readVersion(store)]
    outside.advance(HOUR)
    await refresh()
    expect(await readVersion(store)).toBe(version)
    expect(await warm()).toBe(world)
  })

  it('reads nothing where policies name nothing to fetch', async () => {
    const policies: PolicySet = {
      policies: [],
      enforcements: [],
      denyLists: [],
      bases: [],
      roots: {},
      keys: {},
      mirrors: [],
    }
    const store = { system: () => expect.unreachable(), putSystem: () => expect.unreachable() }
    const world = current(store, { policies, again: () => expect.unreachable() }, (set) => ({ set }))
    expect((await world()).set).toBe(policies)
    expect(await world()).toBe(await world())
  })

  it('does without a kept root that a newer release no longer trusts', async () => {
    const { store, repository, refresh } = await installation()
    await refresh()
    const key = rootKey('staging')
    await store.putSystem(key, { ...(await store.system(key)), root: '{"mediaType":"application/old"}' })
    expect(await readFetched(store, { mirrors: [repository.mirror], keyArns: [] })).toEqual({ roots: {}, keys: {} })
  })
})

/** Policies that name keys of KMS, and a KMS in which they are. */
async function keyring(...arns: string[]) {
  const outside = await memory()
  const [policy] = outside.world.policies.policies
  const authorities = policy!.authorities.flatMap((authority) =>
    arns.map((kms) => {
      if (authority.kind !== 'sigstore') return authority
      const signer = { kind: 'key', key: { kms }, hash: 'sha256' } as const
      return { ...authority, demand: { ...authority.demand, signer } }
    }),
  )
  const pems: Record<string, string | Error> = Object.fromEntries(arns.map((arn) => [arn, `PEM of ${arn}`]))
  const asked: string[] = []
  const logged: unknown[] = []
  const world: Refresher = {
    now: outside.now,
    log: (message, details) => void logged.push([message, details]),
    policies: { ...outside.world.policies, policies: [{ ...policy!, authorities }] },
    store: outside.world.store,
    publicKeyOf: async (arn) => {
      asked.push(arn)
      const answer = pems[arn]
      if (typeof answer !== 'string') throw answer
      return answer
    },
  }
  const keys = async () => (await readFetched(world.store, { mirrors: [], keyArns: arns })).keys
  return { outside, world, store: world.store, pems, asked, logged, keys, refresh: () => refreshTrust(world) }
}

describe('a key of AWS KMS', () => {
  it('is asked for once, an alias each time, for it may be moved', async () => {
    const { outside, store, pems, asked, keys, refresh } = await keyring(KEY, ALIAS)
    expect(await refresh()).toEqual({ named: 2, failed: 0, age: 0 })
    const version = await readVersion(store)
    outside.advance(HOUR)
    pems[ALIAS] = 'PEM of another'
    await refresh()
    expect(asked.toSorted()).toEqual([ALIAS, ALIAS, KEY])
    expect(await keys()).toEqual({ [KEY]: `PEM of ${KEY}`, [ALIAS]: 'PEM of another' })
    expect(await readVersion(store)).not.toBe(version)
  })

  it.each([
    ['just now', new Unavailable('KMS', 'throttled')],
    ['by our role', new Misconfigured('KMS: needs kms:GetPublicKey')],
  ])('that cannot be read %s stays as it was, and its age is told', async (_, error) => {
    const { outside, pems, logged, keys, refresh } = await keyring(KEY, ALIAS)
    await refresh()
    logged.length = 0
    pems[ALIAS] = error
    pems[KEY] = error
    for (const hours of [1, 2]) {
      outside.advance(HOUR)
      expect(await refresh()).toEqual({ named: 2, failed: 1, age: hours * HOUR })
    }
    expect(await keys()).toMatchObject({ [ALIAS]: `PEM of ${ALIAS}` })
    expect(logged).toEqual(
      [1, 2].map((hours) => [
        'trust not refreshed; what was fetched before stays',
        { name: ALIAS, confirmedAt: '2026-11-22T12:00:00.000Z', failure: error.message, age: hours * HOUR },
      ]),
    )
  })

  it('that was never read counts its age from when it was first asked for', async () => {
    const { outside, pems, keys, refresh } = await keyring(KEY)
    pems[KEY] = new Misconfigured('no')
    await refresh()
    outside.advance(HOUR)
    expect(await refresh()).toEqual({ named: 1, failed: 1, age: HOUR })
    expect(await keys()).toEqual({})
    pems[KEY] = 'PEM at last'
    expect(await refresh()).toEqual({ named: 1, failed: 0, age: 0 })
  })

  it('hides no defect: what is neither an outage nor a setting ends the run', async () => {
    const { pems, refresh, store } = await keyring(KEY)
    pems[KEY] = new TypeError('defect')
    await expect(refresh()).rejects.toThrow(TypeError)
    expect(await store.system(keyKey(KEY))).toBeUndefined()
  })
})
