import { describe, expect, it } from 'vitest'
import { Unavailable } from '../lambda/errors.ts'
import { recordOutage, verifyPush } from '../lambda/pipeline.ts'
import { failing, intercepted } from './memory/faults.ts'
import { runnable } from './memory/images.ts'
import { pushed, story } from './memory/story.ts'
import { memory, NAME } from './memory/world.ts'

const app = runnable('app')

describe('what cannot be judged', () => {
  it('is thrown while it may be tried again, and written down as an error after the last try', async () => {
    const outside = await memory()
    const { push, settle, id, record, pass, at, told, sign } = story(outside)
    const digest = push(app, 'v1')
    const down = failing(outside.world, (port) => port === 'registry')
    await expect(verifyPush(down, pushed(digest, 'v1'))).rejects.toThrow(Unavailable)
    await recordOutage(down, id(digest), 'registry: no answer')
    outside.queue.messages.length = 0
    expect(await record(digest)).toMatchObject({ state: 'error', checks: [{ reason: 'unavailable' }], taken: [] })
    await story(outside, down).pass(12)
    expect([await at('v1'), told()]).toEqual([digest, ['error']])
    await sign(digest)
    await settle()
    await pass(1)
    expect([await record(digest), told()]).toMatchObject([{ state: 'verified' }, ['error', 'recovered']])
  })

  it.each(['resolve', 'tagsOf', 'manifest', 'referrers'])(
    'is thrown when it is the call of %s that ends so',
    async (call) => {
      const outside = await memory()
      const { push, state } = story(outside)
      const digest = push(app, 'v1')
      const down = failing(outside.world, (port, method) => port === 'registry' && method === call)
      await expect(verifyPush(down, pushed(digest, 'v1'))).rejects.toThrow(Unavailable)
      expect(await state(digest)).toBe('unknown')
    },
  )

  it('is thrown where it is a defect of ours: that is no verdict either (I7)', async () => {
    const outside = await memory()
    const { push, state } = story(outside)
    const digest = push(app, 'v1')
    const broken = intercepted(outside.world, (port, method) => {
      if (port === 'evidence' || method === 'blob') throw new TypeError('defect')
    })
    await expect(verifyPush(broken, pushed(digest, 'v1'))).rejects.toThrow('defect')
    expect(await state(digest)).toBe('unknown')
  })

  it('is found again by the sweep when the registry is back', async () => {
    const outside = await memory()
    const { push, id, pass, state } = story(outside, { ...outside.world, repositories: ['other'] })
    const digest = push(app, 'v1')
    outside.queue.messages.length = 0
    await recordOutage(outside.world, id(digest), 'registry: no answer')
    await pass(17)
    expect(await state(digest)).toBe('pending')
  })

  it('is an error where there is more to read than we read, and takes nothing', async () => {
    const outside = await memory()
    const { push, pass, record, at } = story(outside)
    const digest = push(app, 'v1')
    for (let n = 0; n <= 100; n++) {
      const subject = { mediaType: app.mediaType, digest, size: 1 }
      outside.registry.push(NAME, {
        ...app,
        subject,
        artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
        annotations: { n: `${n}` },
      } as typeof app)
    }
    await pass(20)
    expect(await record(digest)).toMatchObject({ state: 'error', checks: [{ reason: 'over-limit' }], taken: [] })
    expect(await at('v1')).toBe(digest)
  })

  it('does not move an image that was judged', async () => {
    const outside = await memory()
    const { push, sign, settle, id, record } = story(outside)
    const digest = push(app, 'v1')
    await sign(digest)
    await settle()
    await recordOutage(outside.world, id(digest), 'registry: no answer')
    expect(await record(digest)).toMatchObject({
      state: 'verified',
      rev: 1,
      lastError: { message: 'registry: no answer' },
    })
  })

  // Written down for whatever digest the event named; looked at again, the signature is an unsigned image, and loses its tag
  it('is no image where the event was of a signature (I8)', async () => {
    const outside = await memory()
    const { push, id, pass, at } = story(outside)
    const image = push(app, 'v1')
    const tag = `${image.replace(':', '-')}.sig`
    const layers = [
      { mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json', digest: app.config.digest, size: 1 },
    ]
    const signature = outside.registry.push(NAME, { ...app, layers } as typeof app, tag)
    await recordOutage(outside.world, id(signature), 'registry: no answer')
    await pass(60)
    expect(await at(tag)).toBe(signature)
  })

  it('is nobody’s to arrange by attaching a manifest that cannot be read', async () => {
    const outside = await memory()
    const { push, pass, state } = story(outside)
    const digest = push(app, 'v1')
    const subject = { mediaType: app.mediaType, digest, size: 1, platform: { os: { toString: 1 } } }
    outside.registry.push(NAME, {
      ...app,
      subject,
      config: { ...app.config, mediaType: 'application/vnd.oci.empty.v1+json' },
    } as typeof app)
    await pass(12)
    expect(await state(digest)).toBe('failed')
  })
})
