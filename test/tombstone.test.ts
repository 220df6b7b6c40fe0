import { describe, expect, it } from 'vitest'
import { getStatus } from '../lambda/api/status.ts'
import { buriedIn, tombstoneOf } from '../lambda/core/tombstone.ts'
import { judge } from '../lambda/pipeline.ts'
import { echoing } from './memory/echo.ts'
import { runnable } from './memory/images.ts'
import { people } from './memory/people.ts'
import { story } from './memory/story.ts'
import { HOST, memory, NAME, policies } from './memory/world.ts'

const app = runnable('app')
const newer = runnable('newer')

type Options = Parameters<typeof memory>[0]

/** An unsigned image under v1 whose time is up, in a registry that tells of our own writes too. */
async function failed(options: Options) {
  const outside = await memory(options)
  const told = story(outside, echoing(outside))
  const digest = told.push(app, 'v1')
  await told.pass(13)
  const manifest = (await outside.registry.registry.manifest(NAME, digest))!
  const standing = async (tag = 'v1') => {
    const there = await outside.registry.registry.manifest(NAME, tag)
    return there && buriedIn(there)
  }
  const status = async () => (await getStatus(outside.world, { image: people(outside).named({ tag: 'v1' }) })).body
  return { outside, ...told, ...people(outside), digest, manifest, standing, status }
}

describe('where a registry is not known to remove a tag alone', () => {
  const overwriting: Options = { means: 'overwrite' }

  it('a tombstone takes the place of the image, and nothing is removed', async () => {
    const { outside, digest, standing, record, status, gate } = await failed(overwriting)
    expect(await standing()).toBe(digest)
    expect(await record(digest)).toMatchObject({ state: 'failed', taken: ['v1'], todo: [] })
    expect(await status()).toMatchObject({ digest, state: 'failed', quarantined: true })
    expect(await gate({ tag: 'v1' })).toMatchObject({ allow: false, digest })
    expect(outside.published).toMatchObject([{ event: 'failed', tags: [{ tag: 'v1', outcome: 'taken' }] }])
  })

  it('the tombstone is nobody’s image: nothing is known of it, and nothing is to do', async () => {
    const { outside, manifest, record, at } = await failed(overwriting)
    const tombstone = tombstoneOf(manifest).digest
    expect(await at('v1')).toBe(tombstone)
    expect(await record(tombstone)).toBeUndefined()
    expect(outside.queue.messages).toEqual([])
  })

  it('the image comes back to its tag once it is signed', async () => {
    const { outside, digest, sign, pass, at, record, status } = await failed(overwriting)
    await sign(digest)
    await pass(3)
    expect(await at('v1')).toBe(digest)
    expect(await record(digest)).toMatchObject({ state: 'verified', taken: [], todo: [] })
    expect(await status()).toMatchObject({ digest, quarantined: false })
    expect(outside.published.at(-1)).toMatchObject({ tags: [{ tag: 'v1', outcome: 'given-back' }] })
  })

  it('a newer image that was pushed over the tombstone keeps the tag', async () => {
    const { digest, push, sign, pass, at } = await failed(overwriting)
    const other = push(newer, 'v1')
    await sign(other)
    await pass(2)
    await sign(digest)
    await pass(2)
    expect(await at('v1')).toBe(other)
  })

  it('the same bad image pushed over the tombstone is overwritten again', async () => {
    const { push, pass, standing, digest } = await failed(overwriting)
    push(app, 'v1')
    await pass(3)
    expect(await standing()).toBe(digest)
  })

  it('an immutable tag is left, and told of', async () => {
    const { outside, digest, at, record } = await failed({ ...overwriting, immutable: (tag) => tag === 'v1' })
    expect(await at('v1')).toBe(digest)
    expect(await record(digest)).toMatchObject({ taken: [], todo: [], tagWork: { tags: [{ outcome: 'immutable' }] } })
    expect(outside.published).toMatchObject([{ tags: [{ tag: 'v1', outcome: 'immutable' }] }])
  })
})

describe('where the freed name is to be held', () => {
  const occupying: Options = {
    policies: policies('onFailure: quarantine, tombstone: true'),
    immutable: (tag) => tag.startsWith('v'),
  }

  it('a tombstone stands where the tag was removed, and no other image takes the name', async () => {
    const { outside, digest, standing, record } = await failed(occupying)
    expect(await standing()).toBe(digest)
    expect(await record(digest)).toMatchObject({ taken: ['v1'], todo: [] })
    const other = outside.registry.push(NAME, newer, 'other')
    const manifest = (await outside.registry.registry.manifest(NAME, other))!
    expect(await outside.registry.tagger.put(NAME, 'v1', manifest)).toBe('taken')
  })

  it('it makes room for the image when that is good', async () => {
    const { digest, sign, pass, at, record } = await failed(occupying)
    await sign(digest)
    await pass(3)
    expect(await at('v1')).toBe(digest)
    expect(await record(digest)).toMatchObject({ state: 'verified', taken: [], todo: [] })
  })
})

describe('a tombstone', () => {
  it('is the same for the same image, and known by its bytes alone', async () => {
    const { manifest, digest } = await failed({})
    const tombstone = tombstoneOf(manifest)
    expect(tombstoneOf(manifest)).toEqual(tombstone)
    expect(buriedIn(tombstone)).toBe(digest)
    expect(buriedIn(manifest)).toBeUndefined()
    const changed = { ...tombstone, bytes: new Uint8Array([...tombstone.bytes, 0x20]) }
    expect(buriedIn({ ...changed, digest })).toBeUndefined()
  })

  it('is no image to whoever signs it, or asks for it to be verified', async () => {
    const { outside, digest, manifest, sign, pass, at, state, gate } = await failed({ means: 'overwrite' })
    const tombstone = tombstoneOf(manifest).digest
    await sign(tombstone)
    await judge(outside.world, { host: HOST, name: NAME, digest: tombstone })
    await pass(15)
    expect([await state(tombstone), await at('v1')]).toEqual(['unknown', tombstone])
    expect(await gate({ digest: tombstone })).toMatchObject({ allow: false })
    await sign(digest)
    await pass(3)
    expect(await at('v1')).toBe(digest)
  })

  it('whose platform somebody made runnable is an image like any other, and judged', async () => {
    const { outside, manifest, push, pass, state } = await failed({})
    const text = Buffer.from(tombstoneOf(manifest).bytes).toString()
    const forged = JSON.parse(text.replace('"none"', '"amd64"').replace('"quarantined"', '"linux"'))
    const digest = push(forged, 'v2')
    await pass(13)
    expect(await state(digest)).not.toBe('unknown')
    expect(await judge(outside.world, { ...(await outside.world.store.images({ limit: 9 })).items[0]! })).toBeDefined()
  })
})
