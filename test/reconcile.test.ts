import { describe, expect, it } from 'vitest'
import { quarantineTag } from '../lambda/core/tags.ts'
import { OverLimit } from '../lambda/errors.ts'
import { reconcile } from '../lambda/reconciling/reconcile.ts'
import { echoing } from './memory/echo.ts'
import { intercepted } from './memory/faults.ts'
import { runnable, sign } from './memory/images.ts'
import { passOver } from './memory/pass-over.ts'
import { story } from './memory/story.ts'
import { HOST, KEYS, type Memory, memory, NAME } from './memory/world.ts'

const app = runnable('app')
const other = runnable('other')
const INDEX = 'application/vnd.oci.image.index.v1+json'
const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json'
const hex = (digest: string) => digest.replace(':', '-')
type Pushed = { readonly mediaType: string }
const part = (mediaType: string, digest: string) => ({ mediaType, digest, size: 1 })
/** What nobody would start, though it lies under a tag: a signature as cosign 3 writes it. */
const signature = (of: string) => ({
  ...app,
  config: part('application/vnd.oci.empty.v1+json', app.config.digest),
  layers: [part(BUNDLE, app.config.digest)],
  subject: part(app.mediaType, of),
})

/** An image that is known and verified, with its tag v1. */
async function verified() {
  const outside = await memory()
  const told = story(outside)
  const digest = told.push(app, 'v1')
  await told.sign(digest)
  await told.pass(1)
  outside.advance(3600)
  return { outside, ...told, digest, tag: (name: string) => outside.world.store.tag(HOST, NAME, name) }
}

describe('what no event told of', () => {
  it('is a push: judged, and what follows is done', async () => {
    const outside = await memory()
    const { pass, state, at, told } = story(outside)
    const digest = outside.registry.push(NAME, app, 'v1')
    await pass(13)
    expect([await state(digest), await at('v1'), told()]).toEqual(['failed', undefined, ['failed']])
  })

  it('is a tag that moved', async () => {
    const { outside, pass, state, tag } = await verified()
    const digest = outside.registry.push(NAME, other, 'v1')
    await pass(1)
    expect([(await tag('v1'))?.digest, await state(digest)]).toEqual([digest, 'pending'])
  })

  it('is a tag that moved to an image that is known', async () => {
    const { outside, push, sign: attach, pass, tag } = await verified()
    const digest = push(other, 'v2')
    await attach(digest)
    await pass(1)
    outside.advance(3600)
    outside.registry.push(NAME, other, 'v1')
    await pass(1)
    expect((await tag('v1'))?.digest).toBe(digest)
  })

  it('is a tag that went, while the image stays, and that comes back', async () => {
    const { outside, push, pass, record, digest, tag } = await verified()
    push(app, 'v2')
    await pass(1)
    outside.advance(3600)
    await outside.registry.tagger.remove(NAME, 'v1', digest)
    await pass(1)
    expect([(await tag('v1'))?.digest, (await record(digest))?.goneAt]).toEqual([undefined, undefined])
    expect((await tag('v2'))?.digest).toBe(digest)
    outside.advance(3600)
    outside.registry.push(NAME, app, 'v1')
    await pass(1)
    expect((await tag('v1'))?.digest).toBe(digest)
  })

  it('is an image that was deleted, and that comes back', async () => {
    const { outside, pass, record, digest, tag } = await verified()
    outside.registry.drop(NAME, digest)
    await pass(1)
    expect([(await record(digest))?.goneAt, (await tag('v1'))?.digest]).toEqual([expect.any(String), undefined])
    outside.advance(3600)
    expect((await passOver(outside)).counts).toMatchObject({ again: 0, found: 0, gone: 0 })
    outside.advance(3600)
    outside.registry.push(NAME, app, 'v1')
    await pass(1)
    expect([(await record(digest))?.goneAt, (await tag('v1'))?.digest]).toEqual([undefined, digest])
  })

  it('is a tag that went with an image known to be gone', async () => {
    const { outside, pass, settle, id, record, digest, tag } = await verified()
    outside.registry.drop(NAME, digest)
    await outside.world.queue.verify(id(digest), 0)
    await settle()
    expect([(await record(digest))?.goneAt, (await tag('v1'))?.digest]).toEqual([expect.any(String), digest])
    await pass(1)
    expect((await tag('v1'))?.digest).toBeUndefined()
  })

  it('is an image that came back under the tag it was last seen under', async () => {
    const { outside, pass, record, digest } = await verified()
    const known = (await record(digest))!
    await outside.world.store.putImage({ ...known, goneAt: '2026', version: known.version + 1 }, known.version)
    await pass(1)
    expect((await record(digest))?.goneAt).toBeUndefined()
  })

  it('is a signature of an image that failed', async () => {
    const outside = await memory()
    const { push, pass, state, at } = story(outside)
    const digest = push(app, 'v1')
    await pass(13)
    expect(await state(digest)).toBe('failed')
    await sign(outside.registry, NAME, digest, KEYS.privateKey)
    await pass(60)
    expect([await state(digest), await at('v1')]).toEqual(['verified', digest])
  })

  it.each([
    ['pending', 1],
    ['failed', 1],
    ['degraded', 1],
    ['error', 1],
    ['verified', 0],
    ['unmanaged', 0],
  ] as const)('may be a signature of an image that is %s: %i asked for', async (state, again) => {
    const { outside, record, digest } = await verified()
    const known = (await record(digest))!
    await outside.world.store.putImage({ ...known, state, version: known.version + 1 }, known.version)
    expect((await passOver(outside)).counts).toMatchObject({ images: 1, again, gone: 0 })
  })

  it('is a signature under a tag of its own', async () => {
    const { outside, pass, record, digest, tag } = await verified()
    const before = await record(digest)
    const at = `${hex(digest)}.sig`
    const carrier = outside.registry.push(NAME, signature(digest), at)
    await pass(1)
    expect((await tag(at))?.digest).toBe(carrier)
    expect((await record(digest))?.checkedAt).not.toBe(before?.checkedAt)
  })

  it('is an image whose tag was looked at, and that was never written down', async () => {
    const outside = await memory()
    const digest = outside.registry.push(NAME, app, 'v1')
    const seen = { host: HOST, name: NAME, tag: 'v1', rev: 1, digest, observedAt: '2026' }
    await outside.world.store.putTag(seen, undefined)
    await story(outside).pass(1)
    expect(await story(outside).state(digest)).toBe('pending')
  })
})

/** Everything that makes no work a second time, and three images that failed. */
async function settled(outside: Memory) {
  const world = echoing(outside)
  const { push, sign: attach, pass } = story(outside, world)
  const digest = push(app, 'v1')
  await attach(digest)
  const carrier = push(signature(digest), `${hex(digest)}.sig`)
  push(signature(digest), 'signature-under-an-ordinary-tag')
  push({ schemaVersion: 2, mediaType: INDEX, manifests: [part(app.mediaType, carrier)] } as Pushed, hex(digest))
  const scratch = story(outside, world, 'scratch/app')
  scratch.push(app, 'v1')
  scratch.push({ ...app, config: part('application/vnd.cncf.helm.config.v1+json', digest) } as Pushed, 'chart')
  const bad = story(outside, world, 'prod/bad')
  const failed = bad.push(other, 'v1')
  const foreign = bad.push(runnable('under a tag like ours'), quarantineTag(failed))
  const plain = bad.push(runnable('plain'), 'v2')
  await pass(75)
  return [failed, foreign, plain]
}

describe('a pass over what is known (I10)', () => {
  it('makes no work of it, but for images that a signature may mend', async () => {
    const outside = await memory()
    const failed = await settled(outside)
    const read: unknown[] = []
    const world = intercepted(outside.world, (_, method, [, reference]) => {
      if (method === 'manifest') read.push(reference)
    })
    for (let hour = 0; hour < 2; hour++) {
      outside.advance(3600)
      outside.queue.messages.length = 0
      const { counts } = await passOver(outside, world)
      expect(counts).toEqual({ repositories: 3, refused: 0, tags: 8, images: 6, found: 0, again: 3, gone: 0 })
      const asked = outside.queue.messages.map((message) => message.to === 'verify' && message.push)
      expect(asked).toHaveLength(3)
      for (const digest of failed)
        expect(asked).toContainEqual(expect.objectContaining({ kind: 'recheck', name: 'prod/bad', digest }))
    }
    // The signature under an ordinary tag, and those without one; not all that lies under signature tags
    expect(read).toHaveLength(2 * 4)
  })

  it('makes no work of an image that came back and is more than is read', async () => {
    const { outside, record, digest } = await verified()
    const world = intercepted(outside.world, (port, method) => {
      if (port === 'registry' && method === 'manifest') throw new OverLimit('large')
    })
    const { settle } = story(outside, world)
    const known = (await record(digest))!
    await outside.world.store.putImage({ ...known, goneAt: '2026', version: known.version + 1 }, known.version)
    expect((await passOver(outside, world)).counts).toMatchObject({ found: 1 })
    await settle()
    outside.advance(3600)
    expect((await passOver(outside, world)).counts).toMatchObject({ found: 0, again: 0, gone: 0 })
    await outside.registry.tagger.remove(NAME, 'v1', digest)
    outside.advance(3600)
    expect((await passOver(outside, world)).counts).toMatchObject({ found: 1, again: 0, gone: 0 })
  })

  it('comes once an hour', async () => {
    const outside = await memory()
    outside.registry.push(NAME, app, 'v1')
    expect(await reconcile(outside.world)).toMatchObject({ repositories: 1, tags: 1, found: 1 })
    outside.advance(3599)
    expect(await reconcile(outside.world)).toMatchObject({ repositories: 0, tags: 0 })
    outside.advance(1)
    expect(await reconcile(outside.world)).toMatchObject({ repositories: 1, tags: 1 })
  })

  it('writes nothing but how far it has come: it opens work and closes none (rule 6)', async () => {
    const outside = await memory()
    await settled(outside)
    outside.registry.push(NAME, other, 'v1')
    outside.advance(3600)
    const written: unknown[] = []
    const world = intercepted(outside.world, (port, method, [key]) => {
      if (port === 'store' && method.startsWith('put')) written.push(method === 'putSystem' ? key : method)
      if (port === 'tagger' || port === 'evidence' || port === 'alerts') written.push(port)
    })
    await passOver(outside, world)
    expect([...new Set(written)]).toEqual([`reconcile#${HOST}`])
  })
})
