import { describe, expect, it } from 'vitest'
import type { PolicySet, Source } from '../lambda/core/policy/policy.ts'
import { verifyPush } from '../lambda/pipeline.ts'
import { deliver } from './memory/drain.ts'
import { runnable, sign } from './memory/images.ts'
import { pushed, story } from './memory/story.ts'
import { HOST, KEYS, memory, NAME, policies } from './memory/world.ts'

const ELSEWHERE = 'signatures'
const app = runnable('app')

/** The usual policies, but for where signatures are looked for. */
function lookingAt(source: Source): PolicySet {
  const set = policies()
  return {
    ...set,
    policies: set.policies.map((one) => ({
      ...one,
      authorities: one.authorities.map((authority) =>
        authority.kind === 'sigstore' ? { ...authority, source } : authority,
      ),
    })),
  }
}

describe('a signature in another repository', () => {
  const setUp = () => memory({ policies: lookingAt({ repository: { host: HOST, name: ELSEWHERE }, tagPrefix: '' }) })

  it('verifies the image that waits for it, as soon as it is pushed', async () => {
    const outside = await setUp()
    const { push, settle, state } = story(outside)
    const digest = push(app, 'v1')
    await settle()
    expect(await state(digest)).toBe('pending')
    const referrer = await sign(outside.registry, ELSEWHERE, digest, KEYS.privateKey)
    await verifyPush(outside.world, { ...pushed(referrer), name: ELSEWHERE })
    await deliver(outside, outside.world)
    expect(await state(digest)).toBe('verified')
  })

  it('counts for nothing where it lies beside the image', async () => {
    const { push, sign: signBeside, settle, state } = story(await setUp())
    const digest = push(app, 'v1')
    await signBeside(digest)
    await settle()
    expect(await state(digest)).toBe('pending')
  })

  it('makes no image of what is signed there', async () => {
    const outside = await setUp()
    const { push, settle } = story(outside)
    const digest = push(app, 'v1')
    await settle()
    const referrer = await sign(outside.registry, ELSEWHERE, digest, KEYS.privateKey)
    const records = await verifyPush(outside.world, { ...pushed(referrer), name: ELSEWHERE })
    expect(records.map(({ name }) => name)).toEqual([NAME])
  })
})

it('a signature tag with the prefix of a policy is no image, and speaks of its subject', async () => {
  const outside = await memory({ policies: lookingAt({ tagPrefix: 'v1-' }) })
  const { push, settle, pass, state, at } = story(outside)
  const image = push(app, 'v1')
  const layers = [{ mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json', digest: app.config.digest, size: 1 }]
  const tag = `v1-${image.replace(':', '-')}.sig`
  const signature = push({ ...app, layers } as typeof app, tag)
  await settle()
  await pass(11)
  expect([await state(image), await state(signature), await at(tag)]).toEqual(['failed', 'unknown', signature])
})

describe('a platform of an index', () => {
  const each = () => {
    const set = policies()
    return { ...set, policies: set.policies.map((one) => ({ ...one, platforms: 'each' as const })) }
  }
  const INDEX = 'application/vnd.oci.image.index.v1+json'
  const listed = (digest: string, architecture: string) => ({
    mediaType: app.mediaType,
    digest,
    size: 1,
    platform: { os: 'linux', architecture },
  })

  it('that is signed last verifies the index, where each platform is to be signed', async () => {
    const { push, sign: signHere, settle, state, record } = story(await memory({ policies: each() }))
    const [amd64, arm64] = [push(runnable('amd64')), push(runnable('arm64'))]
    const manifests = [listed(amd64, 'amd64'), listed(arm64, 'arm64')]
    const index = push({ schemaVersion: 2, mediaType: INDEX, manifests } as { mediaType: string }, 'v1')
    await settle()
    await signHere(index)
    await signHere(amd64)
    await settle()
    expect(await state(index)).toBe('pending')
    await signHere(arm64)
    await settle()
    expect(await record(index)).toMatchObject({
      state: 'verified',
      platforms: ['linux/amd64', 'linux/arm64'],
      checks: [
        { name: 'signed/key', platform: 'linux/amd64', outcome: 'pass' },
        { name: 'signed/key', platform: 'linux/arm64', outcome: 'pass' },
      ],
    })
  })
})
