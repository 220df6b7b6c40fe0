import { describe, expect, it } from 'vitest'
import { quarantineTag } from '../lambda/core/tags.ts'
import { OverLimit } from '../lambda/errors.ts'
import { verifyPush } from '../lambda/pipeline.ts'
import { runnable } from './memory/images.ts'
import { pushed, story } from './memory/story.ts'
import { HOST, memory, NAME } from './memory/world.ts'

const app = runnable('app')

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

  it('is an index under a signature tag whose child is more than is read: a runtime may read it', async () => {
    const outside = await memory()
    const { registry } = outside.registry
    const child = outside.registry.push(NAME, runnable('child'))
    const manifest: typeof registry.manifest = (name, reference, maxBytes) =>
      reference === child ? Promise.reject(new OverLimit('large')) : registry.manifest(name, reference, maxBytes)
    const world = { ...outside.world, registries: new Map([[HOST, { ...registry, manifest }]]) }
    const { push, settle, state } = story({ ...outside, world })
    const image = push(app)
    const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json' }
    const list = push(
      { ...index, manifests: [part(app.mediaType, child)] } as { mediaType: string },
      `${hex(image)}.sig`,
    )
    await settle()
    expect(await state(list)).toBe('pending')
  })

  it('is not the list of referrers under the fallback tag', async () => {
    const outside = await memory()
    const { push, sign, settle, state } = story(outside)
    const image = push(app)
    const bundle = await sign(image)
    const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json' }
    const list = push({ ...index, manifests: [part(app.mediaType, bundle)] } as { mediaType: string }, hex(image))
    await settle()
    expect([await state(image), await state(list), await state(bundle)]).toEqual(['verified', 'unknown', 'unknown'])
  })

  it('is an index of images under the fallback tag', async () => {
    const { push, settle, state } = story(await memory())
    const [image, child] = [push(app), push(runnable('child'))]
    const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json' }
    const list = push({ ...index, manifests: [part(app.mediaType, child)] } as { mediaType: string }, hex(image))
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

  it('is an image that comes under a tag as ours would be, and that we never judged', async () => {
    const outside = await memory()
    const { push, settle, state } = story(outside)
    const digest = push(app, quarantineTag(outside.registry.push(NAME, app)))
    await settle()
    expect(await state(digest)).toBe('pending')
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
  it('is not a signature that another signature is attached to', async () => {
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
  it('is the image whose signature tag was deleted', async () => {
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

it('an image whose manifest is larger than is read is an error that is written down, never a lost message', async () => {
  const outside = await memory()
  const { registry } = outside.registry
  const large = { ...registry, manifest: () => Promise.reject(new OverLimit('4194305 bytes')) }
  const world = {
    ...outside.world,
    registries: new Map([...outside.world.registries.keys()].map((host) => [host, large])),
  }
  const digest = outside.registry.push(NAME, app, 'v1')
  const records = await verifyPush(world, pushed(digest, 'v1'))
  expect(records).toMatchObject([{ digest, state: 'error', checks: [{ reason: 'over-limit' }] }])
})
