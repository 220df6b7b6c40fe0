import { describe, expect, it } from 'vitest'
import { historyHash } from '../lambda/core/history.ts'
import { Misconfigured, Unavailable } from '../lambda/errors.ts'
import { judge, recordOutage, verifyPush } from '../lambda/pipeline.ts'
import { generateKeys } from '../local/signing/key.ts'
import { intercepted, once } from './memory/faults.ts'
import { runnable, sign } from './memory/images.ts'
import { pushed, story } from './memory/story.ts'
import { HOST, KEYS, memory, NAME, policies } from './memory/world.ts'

const app = runnable('app')

describe('the way of a push', () => {
  it('verifies a signed image at once, without a word and without further work', async () => {
    const outside = await memory()
    const { push, sign, settle, record, told } = story(outside)
    const digest = push(app)
    await sign(digest)
    await settle()
    push(app, 'v1')
    await settle()
    expect(await record(digest)).toMatchObject({ state: 'verified', rev: 1, todo: [], signers: [{ kind: 'key' }] })
    expect(await record(digest)).not.toHaveProperty('graceUntil')
    expect([told(), outside.queue.messages]).toEqual([[], []])
  })

  it('lets an unsigned image wait for its grace, and fails it then', async () => {
    const outside = await memory()
    const { push, pass, record, told } = story(outside)
    const digest = push(app, 'v1')
    await pass(10)
    expect(await record(digest)).toMatchObject({ state: 'pending', rev: 1, graceUntil: '2026-11-22T12:10:00.000Z' })
    expect(told()).toEqual([])
    await pass(1)
    expect(await record(digest)).toMatchObject({ state: 'failed', rev: 2 })
    expect(told()).toEqual(['failed'])
  })

  it.each([1, 9])('verifies when the signature comes after %d minutes, and tells nobody', async (minutes) => {
    const outside = await memory()
    const { push, sign, pass, record, at, told } = story(outside)
    const digest = push(app, 'v1')
    await pass(minutes)
    await sign(digest)
    await pass(20)
    expect(await record(digest)).toMatchObject({ state: 'verified', rev: 2 })
    expect([await at('v1'), told()]).toEqual([digest, []])
  })

  it('waits for a signature that is right, however many wrong ones come', async () => {
    const { push, sign, pass, record } = story(await memory())
    const digest = push(app, 'v1')
    await sign(digest, generateKeys().privateKey)
    await pass(5)
    expect(await record(digest)).toMatchObject({ state: 'pending', checks: [{ reason: 'signature-invalid' }] })
    await sign(digest)
    await pass(1)
    expect(await record(digest)).toMatchObject({ state: 'verified' })
  })

  it('waits for none once a wrong one is there, where it is told to fail fast', async () => {
    const outside = await memory({ policies: policies('onFailure: quarantine, failFast: true') })
    const { push, sign, settle, state } = story(outside)
    const digest = push(app, 'v1')
    await settle()
    expect(await state(digest)).toBe('pending')
    await sign(digest, generateKeys().privateKey)
    await settle()
    expect(await state(digest)).toBe('failed')
  })

  it('lets an image be that no policy matches', async () => {
    const outside = await memory()
    const { push, pass, record, at, told } = story(outside, outside.world, 'scratch/app')
    const digest = push(app, 'v1')
    await pass(20)
    expect(await record(digest)).toMatchObject({ state: 'unmanaged', checks: [{ reason: 'no-policy' }], todo: [] })
    expect([await at('v1'), told()]).toEqual([digest, []])
  })

  it('judges what a tag points at now, and what the event spoke of', async () => {
    const outside = await memory()
    const { push, settle, state } = story(outside)
    const old = push(app, 'v1')
    const now = outside.registry.push(NAME, runnable('newer'), 'v1')
    await settle()
    expect([await state(old), await state(now)]).toEqual(['pending', 'pending'])
    expect(await outside.world.store.tag(HOST, NAME, 'v1')).toMatchObject({ digest: now })
  })

  it('fails an image whose manifest can be read two ways, signed or not', async () => {
    const { push, sign, pass, record } = story(await memory())
    const digest = push({ ...app, manifests: [] } as typeof app, 'v1')
    await sign(digest)
    await pass(11)
    expect(await record(digest)).toMatchObject({ state: 'failed', checks: [{ reason: 'ambiguous-manifest' }] })
  })

  it('keeps the last verdict of an image that is no longer there, and looks no more', async () => {
    const outside = await memory()
    const { push, sign, settle, id, record } = story(outside)
    const digest = push(app, 'v1')
    await sign(digest)
    await settle()
    await outside.registry.tagger.remove(NAME, 'v1', digest)
    await judge(outside.world, id(digest))
    const gone = await record(digest)
    expect(gone).toMatchObject({
      state: 'verified',
      lastError: { message: 'the image is no longer in the registry, or archived' },
    })
    for (const field of ['dueAt', 'recheckAt']) expect(gone).not.toHaveProperty(field)
  })

  it('gives an image its grace anew when it comes back after it was deleted', async () => {
    const outside = await memory()
    const { push, settle, pass, record } = story(outside)
    const digest = push(app, 'v1')
    await settle()
    await outside.registry.tagger.remove(NAME, 'v1', digest)
    await pass(60)
    push(app, 'v1')
    await settle()
    expect(await record(digest)).toMatchObject({ state: 'pending', graceUntil: '2026-11-22T13:10:00.000Z' })
  })

  it('writes nothing of an image that never was', async () => {
    const { world } = await memory()
    const digest = `sha256:${'0'.repeat(64)}` as const
    expect(await verifyPush(world, pushed(digest, 'v1'))).toEqual([])
    expect((await world.store.images({ limit: 10 })).items).toEqual([])
  })

  it('refuses a registry that is not watched, naming those that are', async () => {
    const { world } = await memory()
    const push = { ...pushed(`sha256:${'0'.repeat(64)}`), host: 'evil.example' }
    await expect(verifyPush(world, push)).rejects.toThrow(Misconfigured)
    await expect(verifyPush(world, push)).rejects.toThrow(HOST)
  })
})

describe('what is recorded', () => {
  it('is looked at again from the start by whoever was overtaken (rule 1)', async () => {
    const outside = await memory()
    const { push, id, record } = story(outside)
    const digest = push(app, 'v1')
    const overtaken = intercepted(
      outside.world,
      once('store', 'putImage', async () => {
        await sign(outside.registry, NAME, digest, KEYS.privateKey)
        await judge(outside.world, id(digest))
      }),
    )
    expect(await judge(overtaken, id(digest))).toMatchObject({ state: 'verified', version: 2, rev: 1 })
    expect(await record(digest)).toMatchObject({ state: 'verified', version: 2 })
  })

  it('is given up, to be tried again, by whoever is overtaken every time', async () => {
    const outside = await memory()
    const { push, id } = story(outside)
    const digest = push(app, 'v1')
    const busy = intercepted(outside.world, async (port, method) => {
      if (port === 'store' && method === 'putImage') await judge(outside.world, id(digest))
    })
    await expect(judge(busy, id(digest))).rejects.toThrow(Unavailable)
  })

  it('keeps every state that an image has left, as a chain', async () => {
    const outside = await memory()
    const { push, sign, pass, id, record } = story(outside)
    const digest = push(app, 'v1')
    await pass(12)
    await sign(digest)
    await pass(2)
    const { items } = await outside.world.store.history(id(digest), 10)
    expect(items.map(({ rev, state }) => [rev, state])).toEqual([
      [2, 'failed'],
      [1, 'pending'],
    ])
    expect((await record(digest))?.historyHash).toBe(historyHash(items[0]!))
    expect(items[0]?.previousHash).toBe(historyHash(items[1]!))
  })

  // The row is written without a condition: one who read the item long ago writes an older row over the one that counts
  it('is not undone in the history by one who loses the race', async () => {
    const outside = await memory()
    const { push, sign, id, record, settle } = story(outside)
    const digest = push(app, 'v1')
    await settle()
    const slow = intercepted(
      outside.world,
      once('store', 'putHistory', async () => {
        outside.advance(60)
        await judge(outside.world, id(digest))
        await sign(digest)
        await settle()
      }),
    )
    await recordOutage(slow, id(digest), 'registry: no answer')
    const { items } = await outside.world.store.history(id(digest), 10)
    const hashes = [(await record(digest))?.historyHash, ...items.map(({ previousHash }) => previousHash)]
    expect(hashes).toEqual([...items.map(historyHash), undefined])
  })

  // Every platform of an index is kept on the item, and DynamoDB takes no more than 400 kB
  it('stays small, however many platforms an index names', async () => {
    const outside = await memory()
    const { push, settle, record } = story(outside)
    const child = outside.registry.push(NAME, app)
    const manifests = Array.from({ length: 5000 }, (_, n) => ({
      mediaType: app.mediaType,
      digest: child,
      size: 1,
      platform: { os: 'linux', architecture: `${'x'.repeat(90)}${n}` },
    }))
    const digest = push(
      { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests } as { mediaType: string },
      'v1',
    )
    await settle()
    expect(JSON.stringify(await record(digest)).length).toBeLessThan(400_000)
  })
})
