import { describe, expect, it } from 'vitest'
import { getDerived } from '../../lambda/api/derived.ts'
import { BadInput } from '../../lambda/core/bad-input.ts'
import { Unavailable } from '../../lambda/errors.ts'
import { APP_FILES, BASES, based, NODE, OS } from '../bases/based.ts'
import { layer } from '../memory/layered.ts'
import { HOST } from '../memory/world.ts'

type Listed = {
  readonly base: object
  readonly images: readonly { readonly image: string; readonly wave: number; readonly tags: readonly string[] }[]
  readonly cursor?: string
}
const BASE = `${HOST}/${BASES}`

/** A base with one image on it, and a second one on another base in between. */
async function built() {
  const world = await based()
  const os = await world.base([OS], 'os')
  const node = await world.base([OS, NODE], 'node')
  await world.settle()
  const direct = await world.image({ layers: [OS, APP_FILES] }, 'direct')
  const above = await world.image({ layers: [OS, NODE, APP_FILES] }, 'above')
  await world.pass(2)
  const ask = (query: object) => getDerived(world.outside.world, { ...query })
  const list = async (query: object) => (await ask(query)).body as Listed
  return { ...world, os, node, direct, above, ask, list }
}

describe('GET /v1/derived', () => {
  it('lists who stands on a base, wave by wave, with all that is known of the base', async () => {
    const { list, os, node, direct, above } = await built()
    const body = await list({ image: `${BASE}:os` })
    const known = { state: 'verified', rung: expect.any(String) }
    expect(body).toEqual({
      base: { image: `${BASE}:os@${os}`, digest: os, vouchedFor: ['ours'], existedAt: expect.any(String) },
      images: [
        { image: `${BASE}@${node}`, digest: node, tags: ['node'], wave: 1, ...known },
        { image: `${HOST}/prod/app@${direct}`, digest: direct, tags: ['direct'], wave: 1, ...known },
        { image: `${HOST}/prod/app@${above}`, digest: above, tags: ['above'], wave: 2, ...known },
      ],
    })
    expect((await list({ image: `${BASE}@${os}` })).images).toEqual(body.images)
  })

  it('tells what took the place of a base', async () => {
    const { list, base, settle, os } = await built()
    const renewed = await base([layer({ 'etc/os-release': 'newer' })], 'os')
    await settle()
    expect((await list({ image: `${BASE}@${os}` })).base).toMatchObject({
      vouchedFor: ['ours'],
      replacedAt: expect.stringMatching(/^2026-/),
      replaced: { tag: 'os', by: renewed, behind: 1 },
    })
  })

  it('tells whoever asks by tag what that was before, where it was a base', async () => {
    const { list, base, settle, os } = await built()
    await base([layer({ 'etc/os-release': 'newer' })], 'os')
    await settle()
    const earlier = [{ image: `${BASE}@${os}`, until: expect.stringMatching(/^2026-/) }]
    expect(await list({ image: `${BASE}:os` })).toMatchObject({ base: { earlier }, images: [] })
    expect((await list({ image: `${BASE}@${os}` })).base).not.toHaveProperty('earlier')
  })

  it('goes on where a page ended', async () => {
    const { list } = await built()
    const image = `${BASE}:os`
    const first = await list({ image, limit: '2' })
    const second = await list({ image, limit: '2', cursor: first.cursor })
    expect([first, second].map(({ images }) => images.map(({ wave }) => wave))).toEqual([[1, 1], [2]])
    expect(second.cursor).toBeUndefined()
    expect((await list({ image, cursor: '' })).images).toHaveLength(3)
  })

  it('lists the tags that were seen, without asking the registry for each', async () => {
    const { outside, node, image, settle } = await built()
    await image({ layers: [OS, NODE, APP_FILES] }, 'also')
    await settle()
    const registries = new Map([
      [HOST, { ...outside.registry.registry, tagsOf: () => Promise.reject(new Error('asked')) }],
    ])
    const { body } = await getDerived({ ...outside.world, registries }, { image: `${BASE}@${node}` })
    expect((body as Listed).images.map(({ tags }) => tags)).toEqual([['above', 'also']])
  })

  it.each([
    ['an image that nobody knows', { image: `${BASE}@sha256:${'0'.repeat(64)}` }, 'nothing is known of'],
    ['a tag that is not there', { image: `${BASE}:never` }, `there is no ${BASE}:never`],
    [
      'a tag of a registry that is not read',
      { image: 'elsewhere.example/node:1' },
      'registry elsewhere.example is not watched',
    ],
    ['an image that is no base', { image: `${HOST}/prod/app:above` }, 'is no base: no BaseImage covers it'],
  ])('knows nothing of %s', async (_, query, detail) => {
    const { ask } = await built()
    const { status, body } = await ask(query)
    expect([status, body]).toMatchObject([404, { status: 404, detail: expect.stringContaining(detail) }])
  })

  it.each([
    ['no image', {}],
    ['an empty image', { image: '' }],
    ['an image that is none', { image: 'A B' }],
    ['a limit of none', { image: `${BASE}:os`, limit: '0' }],
    ['a limit that is no number', { image: `${BASE}:os`, limit: 'all' }],
    ['a cursor of another list', { image: `${BASE}:os`, cursor: Buffer.from('H#0000000001').toString('base64url') }],
    ['a cursor that was never given', { image: `${BASE}:os`, cursor: 'x' }],
    ['a cursor before the first wave', { image: `${BASE}:os`, cursor: Buffer.from('0#a').toString('base64url') }],
    ['a cursor with more in it', { image: `${BASE}:os`, cursor: Buffer.from('1#a\u0000').toString('base64url') }],
  ])('refuses %s', async (_, query) => {
    const { ask } = await built()
    await expect(ask(query)).rejects.toThrow(BadInput)
  })

  it('cannot answer where the registry does not say what a tag points at', async () => {
    const { outside } = await built()
    const resolve = () => Promise.reject(new Unavailable('registry', 'no answer'))
    const registries = new Map([[HOST, { ...outside.registry.registry, resolve }]])
    await expect(getDerived({ ...outside.world, registries }, { image: `${BASE}:os` })).rejects.toThrow(Unavailable)
  })
})
