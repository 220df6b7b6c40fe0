import { describe, expect, it } from 'vitest'
import { historyHash } from '../lambda/core/history.ts'
import { quarantineTag } from '../lambda/core/tags.ts'
import { Misconfigured, Unavailable } from '../lambda/errors.ts'
import { judge, recordOutage, verifyPush } from '../lambda/pipeline.ts'
import { generateKeys } from '../local/signing/key.ts'
import { failing, intercepted, once } from './memory/faults.ts'
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
    const now = push(runnable('newer'), 'v1')
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
    expect(gone).toMatchObject({ state: 'verified', lastError: { message: 'the image is no longer in the registry' } })
    expect(gone).not.toHaveProperty('dueAt')
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

describe('what is judged', () => {
  const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json'
  const part = (mediaType: string, digest: string) => ({ mediaType, digest, size: 1 })
  const hex = (digest: string) => digest.replace(':', '-')

  it('is an image that hides under a signature tag, beside the one the tag speaks of', async () => {
    const { push, settle, state, pass, at } = story(await memory())
    const victim = push(app)
    const hidden = push(runnable('hidden'), `${hex(victim)}.sig`)
    await settle()
    expect([await state(victim), await state(hidden)]).toEqual(['pending', 'pending'])
    await pass(11)
    expect([await state(hidden), await at(`${hex(victim)}.sig`)]).toEqual(['failed', undefined])
  })

  it('is not the list of referrers under the fallback tag', async () => {
    const outside = await memory()
    const { push, sign, settle, state } = story(outside)
    const image = push(app)
    const bundle = await sign(image)
    const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json' }
    const list = push({ ...index, manifests: [part(app.mediaType, bundle)] } as typeof app, hex(image))
    await settle()
    expect([await state(image), await state(list), await state(bundle)]).toEqual(['verified', 'unknown', 'unknown'])
  })

  it('is an index of images under the fallback tag', async () => {
    const { push, settle, state } = story(await memory())
    const [image, child] = [push(app), push(runnable('child'))]
    const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json' }
    const list = push({ ...index, manifests: [part(app.mediaType, child)] } as typeof app, hex(image))
    await settle()
    expect(await state(list)).toBe('pending')
  })

  it.each([
    ['by cosign 3, under any tag', 'application/vnd.oci.empty.v1+json', BUNDLE, 'v1'],
    ['by cosign 2, under its own', app.config.mediaType, 'application/vnd.dev.cosign.simplesigning.v1+json', '.sig'],
  ])('is not a signature %s', async (_, config, layer, tag) => {
    const { push, settle, state } = story(await memory())
    const layers = [part(layer, app.config.digest)]
    const manifest = { ...app, config: { ...app.config, mediaType: config }, layers } as typeof app
    const digest = push(manifest, tag === 'v1' ? tag : `${hex(app.config.digest)}${tag}`)
    await settle()
    expect(await state(digest)).toBe('unknown')
  })

  it('is not a child of an index alone', async () => {
    const { push, settle, state } = story(await memory())
    const child = push(app)
    const manifests = [{ ...part(app.mediaType, child), platform: { os: 'linux', architecture: 'amd64' } }]
    const index = push(
      { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests } as { mediaType: string },
      'v1',
    )
    await settle()
    expect([await state(child), await state(index)]).toEqual(['unknown', 'pending'])
  })

  it('is nothing anew when we put a quarantine tag (I10)', async () => {
    const outside = await memory()
    const { push, pass, record } = story(outside)
    const digest = push(app, 'v1')
    await pass(12)
    const before = await record(digest)
    expect(before?.state).toBe('failed')
    expect(await verifyPush(outside.world, pushed(digest, quarantineTag(digest)))).toEqual([])
    expect([await record(digest), outside.queue.messages]).toEqual([before, []])
  })

  it("is somebody else's image under a tag that looks like ours", async () => {
    const { push, settle, pass, state, at } = story(await memory())
    const victim = push(app, 'v1')
    const other = push(runnable('other'), quarantineTag(victim))
    await settle()
    expect(await state(other)).toBe('pending')
    await pass(12)
    expect([await state(other), await at(quarantineTag(victim))]).toEqual(['failed', victim])
  })

  // Only the API and the sources know what is worth judging; judge() takes whatever digest it is handed
  it.fails('is not a signature that another signature is attached to', async () => {
    const outside = await memory()
    const { push, pass, at, record } = story(outside)
    const image = push(app)
    const layers = [part(BUNDLE, app.config.digest)]
    const signature = push({ ...app, layers } as typeof app, `${hex(image)}.sig`)
    push({ ...app, layers, subject: part(app.mediaType, signature) } as typeof app)
    await pass(12)
    expect([(await record(signature))?.state, await at(`${hex(image)}.sig`)]).toEqual([undefined, signature])
  })

  // The event of a deleted tag has no manifest to read, and the tag itself is not asked whom it speaks of
  it.fails('is the image whose signature tag was deleted', async () => {
    const outside = await memory()
    const { push, settle, record } = story(outside)
    const image = push(app, 'v1')
    await settle()
    const before = await record(image)
    const tag = `${hex(image)}.sig`
    await verifyPush(outside.world, { ...pushed(image, tag), kind: 'delete', digest: app.config.digest })
    expect((await record(image))?.version).toBeGreaterThan(before?.version ?? 0)
  })
})

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

  it('is found again by the sweep when the registry is back', async () => {
    const outside = await memory()
    const { push, id, pass, state } = story(outside)
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
  it.fails('is no image where the event was of a signature (I8)', async () => {
    const outside = await memory()
    const { push, id, pass, at } = story(outside)
    const image = push(app, 'v1')
    const tag = `${image.replace(':', '-')}.sig`
    const layers = [
      { mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json', digest: app.config.digest, size: 1 },
    ]
    const signature = outside.registry.push(NAME, { ...app, layers }, tag)
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
  it.fails('is not undone in the history by one who loses the race', async () => {
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
  it.fails('stays small, however many platforms an index names', async () => {
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
