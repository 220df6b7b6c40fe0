import { describe, expect, it } from 'vitest'
import { getHistory, getImages } from '../../lambda/api/images.ts'
import { limitParameter } from '../../lambda/api/query.ts'
import { BadInput } from '../../lambda/core/bad-input.ts'
import type { StatusResponse } from '../../lambda/core/response.ts'
import { runnable } from '../memory/images.ts'
import { story } from '../memory/story.ts'
import { HOST, memory, NAME } from '../memory/world.ts'

type Listed = { readonly images: readonly StatusResponse[]; readonly cursor?: string }
type Told = { readonly changes: readonly { readonly rev: number; readonly state: string }[]; readonly cursor?: string }
const IMAGE = `${HOST}/${NAME}`

async function three() {
  const outside = await memory()
  const { push, sign, settle } = story(outside)
  for (const text of ['a', 'b', 'c']) {
    push(runnable(text), text)
    await settle()
    outside.advance(1)
  }
  const digest = push(runnable('b'), 'b')
  await sign(digest)
  await settle()
  const list = async (query: object) => (await getImages(outside.world, { ...query })).body as Listed
  return { outside, list, digest }
}

describe('GET /v1/images', () => {
  it('lists newest first, as a status tells of each', async () => {
    const { list } = await three()
    const { images, cursor } = await list({})
    expect(images.map(({ state }) => state)).toEqual(['pending', 'verified', 'pending'])
    expect(images.map(({ firstSeenAt }) => firstSeenAt)).toEqual(
      images
        .map(({ firstSeenAt }) => firstSeenAt)
        .toSorted()
        .toReversed(),
    )
    expect([images[0]?.image, cursor]).toEqual([IMAGE, undefined])
  })

  it('goes on where a page ended', async () => {
    const { list } = await three()
    const first = await list({ limit: '2' })
    const second = await list({ limit: '2', cursor: first.cursor })
    const digests = [...first.images, ...second.images].map(({ digest }) => digest)
    expect([digests.length, new Set(digests).size, second.cursor]).toEqual([3, 3, undefined])
  })

  it.each([
    [{ state: 'verified' }, 1],
    [{ state: 'pending' }, 2],
    [{ state: 'failed' }, 0],
    [{ repository: IMAGE }, 3],
    [{ repository: `localhost:5500/${NAME}` }, 3],
    [{ repository: `${HOST}/other` }, 0],
    [{ signer: 'nobody' }, 0],
    [{ state: '', repository: '', signer: '', cursor: '' }, 3],
  ])('by %j: %d', async (query, count) => {
    const { list } = await three()
    expect((await list(query)).images).toHaveLength(count)
  })

  it('by signer', async () => {
    const { outside, list, digest } = await three()
    const [signer] = (await outside.world.store.image({ host: HOST, name: NAME, digest }))!.signers
    const key = signer?.kind === 'key' ? signer.key : ''
    expect((await list({ signer: key })).images).toMatchObject([{ digest }])
  })

  it.each([
    { state: 'good' },
    { limit: '0' },
    { limit: '-1' },
    { limit: 'x' },
    { limit: '1.5' },
    { repository: 'A B' },
  ])('refuses %j', async (query) => {
    const { outside } = await three()
    await expect(getImages(outside.world, { ...query })).rejects.toThrow(BadInput)
  })

  it.each([
    [undefined, 50],
    ['1', 1],
    ['100', 100],
    ['101', 100],
    ['1000000000', 100],
  ])('a limit of %s is %d', (value, limit) => {
    expect(limitParameter(value)).toBe(limit)
  })
})

describe('GET /v1/history', () => {
  async function lived() {
    const outside = await memory()
    const { push, pass, sign } = story(outside)
    const digest = push(runnable('a'), 'v1')
    await pass(13)
    await sign(digest)
    await pass(2)
    const ask = async (query: object) =>
      (await getHistory(outside.world, { image: `${IMAGE}@${digest}`, ...query })).body as Told
    return { outside, digest, ask }
  }

  it('tells of the state of now and those before it, newest first', async () => {
    const { ask, digest } = await lived()
    const body = await ask({})
    expect(body.changes.map(({ rev, state }) => `${rev} ${state}`)).toEqual(['3 verified', '2 failed', '1 pending'])
    expect(body).toMatchObject({
      digest,
      image: `${IMAGE}@${digest}`,
      changes: [{ signers: [{ key: expect.any(String) }] }, {}, {}],
    })
    expect((await ask({ image: `${IMAGE}:v1` })).changes).toEqual(body.changes)
  })

  it('goes on where a page ended, without the state of now again', async () => {
    const { ask } = await lived()
    const first = await ask({ limit: '1' })
    const second = await ask({ limit: '1', cursor: first.cursor })
    expect([first, second].flatMap(({ changes }) => changes).map(({ rev }) => rev)).toEqual([3, 2, 1])
    expect(second.cursor).toBeUndefined()
  })

  it('of an unknown image tells nothing', async () => {
    const { world } = await memory()
    const { status, body } = await getHistory(world, { image: `${IMAGE}:v1` })
    expect([status, body]).toEqual([404, { image: `${IMAGE}:v1`, changes: [] }])
  })

  it.each(['x', 'H#1', 'IMG', 'H#0000000001#'])('refuses the cursor %s', async (cursor) => {
    const { outside, digest } = await lived()
    const query = { image: `${IMAGE}@${digest}`, cursor }
    await expect(getHistory(outside.world, query)).rejects.toThrow('leave it out to start again')
  })
})
