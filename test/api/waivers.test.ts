import { describe, expect, it } from 'vitest'
import { getHistory, getImages } from '../../lambda/api/images.ts'
import { getStatus } from '../../lambda/api/status.ts'
import { deleteWaiver, getWaivers, postRelease } from '../../lambda/api/waivers.ts'
import { BadInput } from '../../lambda/core/bad-input.ts'
import { digest as digestOf } from '../core/records.ts'
import { runnable } from '../memory/images.ts'
import { ALICE, BOB, people } from '../memory/people.ts'
import { story } from '../memory/story.ts'
import { HOST, memory, NAME } from '../memory/world.ts'

const IMAGE = `${HOST}/${NAME}`
const EXPIRES = '2026-11-23T12:00:00.000Z'

async function pending() {
  const outside = await memory()
  const logged: unknown[] = []
  Object.assign(outside.world, { log: (message: string, details: object) => logged.push({ message, ...details }) })
  const told = story(outside)
  const digest = told.push(runnable('app'), 'v1')
  await told.settle()
  logged.length = 0
  return { outside, logged, ...told, ...people(outside), digest }
}

describe('POST /v1/releases', () => {
  it('answers with the status, which shows the waiver as the caller gave it', async () => {
    const { world, digest, outside } = await pending()
    const image = `localhost:5500/${NAME}@${digest}`
    const answer = await postRelease(world, ALICE, { image, reason: ' why ', expiresAt: '2026-11-23T13:00:00+01:00' })
    const waiver = { by: ALICE, reason: 'why', at: outside.now().toISOString(), expiresAt: EXPIRES }
    expect(answer).toMatchObject({ status: 200, body: { image: IMAGE, digest, state: 'pending', rev: 1, waiver } })
    expect((await getStatus(world, { image: `${IMAGE}:v1` })).body).toMatchObject({ state: 'pending', waiver })
    expect((await getImages(world, {})).body).toMatchObject({ images: [{ waiver }] })
    expect((await getHistory(world, { image })).body).toMatchObject({
      changes: [{ rev: 1, state: 'pending', waivers: [{ event: 'granted', ...waiver }] }],
    })
  })

  it('asks for the work at once, and writes down who, why and what was replaced', async () => {
    const { outside, waive, digest, logged } = await pending()
    outside.queue.messages.length = 0
    await waive(digest, 3600)
    expect(outside.queue.messages).toMatchObject([{ to: 'act', image: { digest } }])
    outside.advance(60)
    await waive(digest, 600, BOB, 'shorter')
    expect(logged).toMatchObject([
      { message: 'waiver granted', image: `${IMAGE}@${digest}`, by: ALICE, replaced: undefined },
      {
        message: 'waiver granted',
        by: BOB,
        reason: 'shorter',
        replaced: { by: ALICE, at: '2026-11-22T12:00:00.000Z' },
      },
    ])
  })

  it('replaces the waiver before: longer or shorter', async () => {
    const { waive, digest, listed, gate, outside } = await pending()
    for (const seconds of [60, 3600, 600]) await waive(digest, seconds, ALICE, `for ${seconds}`)
    expect(await listed()).toMatchObject({ waivers: [{ reason: 'for 600' }] })
    outside.advance(599)
    expect(await gate({ digest })).toMatchObject({ allow: true })
    outside.advance(1)
    expect(await gate({ digest })).toMatchObject({ allow: false })
  })

  it('sent twice changes nothing more, and tells nobody again', async () => {
    const { waive, digest, record, settle, told } = await pending()
    await waive(digest)
    await settle()
    const before = await record(digest)
    expect(await waive(digest)).toMatchObject({ status: 200, body: { waiver: { by: ALICE } } })
    await settle()
    expect([await record(digest), told()]).toEqual([before, ['waived']])
  })

  it('refuses a tag, and says which digest it has now, to copy', async () => {
    const { world, digest } = await pending()
    const asked = (image: string) => postRelease(world, ALICE, { image, reason: 'r', expiresAt: EXPIRES })
    await expect(asked(`${IMAGE}:v1`)).rejects.toThrow(BadInput)
    await expect(asked(`${IMAGE}:v1`)).rejects.toThrow(
      `image "${IMAGE}:v1" has no digest, and a waiver is for a digest only: now it is ${IMAGE}@${digest}`,
    )
    await expect(asked(IMAGE)).rejects.toThrow(`"${IMAGE}:latest" has no digest`)
    await expect(asked(`${IMAGE}:v2`)).rejects.toThrow('this tag has none now')
    expect(await asked(`${IMAGE}:v1@${digest}`)).toMatchObject({ status: 200 })
  })

  it('names the digest that a taken tag was taken from', async () => {
    const { world, digest, pass } = await pending()
    await pass(13)
    const asked = postRelease(world, ALICE, { image: `${IMAGE}:v1`, reason: 'r', expiresAt: EXPIRES })
    await expect(asked).rejects.toThrow(`now it is ${IMAGE}@${digest}`)
  })

  it('knows nothing of an unknown digest', async () => {
    const { waive } = await pending()
    expect(await waive(digestOf(1))).toMatchObject({
      status: 404,
      body: { status: 404, detail: expect.stringContaining(`nothing is known of ${IMAGE}@${digestOf(1)}`) },
    })
  })

  it.each([
    [{}, 'give {"image"'],
    [{ image: '', reason: 'r', expiresAt: EXPIRES }, 'image is missing'],
    [{ image: `${IMAGE}@sha256:1`, reason: 'r', expiresAt: EXPIRES }, 'digest "sha256:1" is not sha256:'],
    [{ image: `r.example/a@${digestOf(1)}`, reason: 'r', expiresAt: EXPIRES }, 'r.example is not watched'],
    [{ image: `${IMAGE}@${digestOf(1)}`, reason: '', expiresAt: EXPIRES }, 'reason of 0 characters'],
    [{ image: `${IMAGE}@${digestOf(1)}`, reason: 'r', expiresAt: 'never' }, 'expiresAt "never"'],
  ])('refuses %j', async (body, message) => {
    const { world } = await pending()
    await expect(postRelease(world, ALICE, body)).rejects.toThrow(BadInput)
    await expect(postRelease(world, ALICE, body)).rejects.toThrow(message)
  })
})

describe('GET /v1/waivers', () => {
  it('lists those that stand now, in pages, the soonest to end first', async () => {
    const { outside, push, settle, waive, revoke, listed } = await pending()
    const digests = ['a', 'b', 'c', 'd', 'e'].map((text) => push(runnable(text), text))
    await settle()
    for (const [n, digest] of digests.entries()) await waive(digest, 500 - n * 100)
    await revoke(digests[1])
    outside.advance(100)
    const first = await listed({ limit: '2' })
    const second = await listed({ limit: '2', cursor: first.cursor })
    const images = [...first.waivers, ...second.waivers].map(({ image }) => image)
    expect(images).toEqual([3, 2, 0].map((n) => `${IMAGE}@${digests[n]}`))
    expect(second.cursor).toBeUndefined()
    expect(first.waivers[0]).toMatchObject({ state: 'pending', by: ALICE, expiresAt: expect.any(String) })
  })

  it('does not list what an index that lags still has', async () => {
    const { outside, digest, id, waive, revoke, world } = await pending()
    await waive(digest)
    await revoke(digest)
    const lagging = { ...outside.world.store, waived: async () => ({ items: [id(digest), id(digestOf(1))] }) }
    expect((await getWaivers({ ...world, store: lagging }, {})).body).toEqual({ waivers: [] })
  })

  it.each([{ limit: '0' }, { limit: 'x' }])('refuses %j', async (query) => {
    const { world } = await pending()
    await expect(getWaivers(world, query)).rejects.toThrow(BadInput)
  })
})

describe('DELETE /v1/waivers', () => {
  it('ends a waiver, notes who did, and shows it no more', async () => {
    const { world, digest, waive, revoke, logged, listed } = await pending()
    await waive(digest)
    const { status, body } = await revoke(digest)
    expect([status, body]).toMatchObject([200, { digest, state: 'pending' }])
    expect(body).not.toHaveProperty('waiver')
    expect((await getStatus(world, { image: `${IMAGE}@${digest}` })).body).not.toHaveProperty('waiver')
    expect(await listed()).toEqual({ waivers: [] })
    expect(logged.at(-1)).toMatchObject({ message: 'waiver revoked', by: BOB, waiver: { by: ALICE } })
  })

  it('finds none where none stands', async () => {
    const { digest, outside, waive, revoke } = await pending()
    expect(await revoke(digest)).toMatchObject({ status: 404, body: { detail: expect.stringContaining(digest) } })
    expect(await revoke(digestOf(1))).toMatchObject({ status: 404 })
    await waive(digest, 60)
    outside.advance(60)
    expect(await revoke(digest)).toMatchObject({ status: 404 })
    await waive(digest, 60)
    expect([(await revoke(digest)).status, (await revoke(digest)).status]).toEqual([200, 404])
  })

  it('does not wait for whoever moves tags', async () => {
    const { outside, digest, id, waive, revoke, record } = await pending()
    await waive(digest)
    const known = (await record(digest))!
    const lease = { owner: 'other', until: new Date(outside.now().getTime() + 90_000).toISOString() }
    await outside.world.store.putImage({ ...known, version: known.version + 1, lease }, known.version)
    expect(await revoke(id(digest).digest)).toMatchObject({ status: 200 })
  })

  it('refuses a tag', async () => {
    const { world, digest } = await pending()
    await expect(deleteWaiver(world, BOB, { image: `${IMAGE}:v1` })).rejects.toThrow(`${IMAGE}@${digest}`)
    await expect(deleteWaiver(world, BOB, {})).rejects.toThrow('image is missing')
  })
})
