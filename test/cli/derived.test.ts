import { afterEach, describe, expect, it, vi } from 'vitest'
import { derivedCommand } from '../../cli/commands/derived.ts'
import { BadInput } from '../../lambda/core/bad-input.ts'
import { HOST, ID, NOW } from '../core/records.ts'
import { api } from './answering-api.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

const IMAGE = `${HOST}/bases/node:22`
const base = { image: `${IMAGE}@${ID.digest}`, digest: ID.digest, vouchedFor: ['ours', 'theirs'], existedAt: NOW }
const derived = (name: string, wave: number, tags: readonly string[] = []) => ({
  image: `${HOST}/${name}@${ID.digest}`,
  digest: ID.digest,
  tags,
  state: 'degraded',
  wave,
  rung: 'verified',
})

describe('assay derived', () => {
  it('prints every page, wave by wave', async () => {
    const { asked, run } = await api(
      [200, { base, images: [derived('prod/a', 1, ['v1', 'v2']), derived('prod/b', 1)], cursor: 'next' }],
      [200, { base, images: [derived('prod/c', 3)] }],
    )
    const lines = await run(derivedCommand(), IMAGE)
    const query = `/v1/derived?image=${encodeURIComponent(IMAGE)}&limit=100`
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([`GET ${query}`, `GET ${query}&cursor=next`])
    const of = (name: string) => `  ${HOST}/${name}@${ID.digest}`
    expect(lines).toEqual([
      `${base.image}: vouched for by ours, theirs`,
      'wave 1: 2 images',
      `${of('prod/a')} (v1, v2) degraded, base verified`,
      `${of('prod/b')} degraded, base verified`,
      'wave 3: 1 image',
      `${of('prod/c')} degraded, base verified`,
    ])
  })

  it.each([
    [{ tag: '22', by: ID.digest, behind: 1 }, NOW, `22 points at ${ID.digest} since ${NOW}`],
    [{ tag: '22', behind: 1 }, undefined, '22 points at another image'],
    [
      { tag: '22', behind: 1, alike: true },
      undefined,
      '22 points at another image, with the same layers: nobody need rebuild',
    ],
    [
      { tag: '22', behind: 1, material: { added: 0, removed: 0, changed: 0 } },
      undefined,
      '22 points at another image, with the same packages: nobody need rebuild',
    ],
    [{ tag: '22', behind: 1, material: { added: 0, removed: 0, changed: 1 } }, undefined, '22 points at another image'],
  ])('says what took its place, as far as that is known', async (replaced, replacedAt, text) => {
    const { run } = await api([200, { base: { ...base, replaced, ...(replacedAt && { replacedAt }) }, images: [] }])
    expect(await run(derivedCommand(), IMAGE)).toEqual([
      `${base.image}: vouched for by ours, theirs`,
      `  replaced: ${text}`,
      '  no image is known to stand on it',
    ])
  })

  it('says what to ask for where the tag has moved on', async () => {
    const image = `${HOST}/bases/node@${ID.digest}`
    const { run } = await api([200, { base: { ...base, earlier: [{ image, until: NOW }] }, images: [] }])
    expect(await run(derivedCommand(), IMAGE)).toEqual([
      `${base.image}: vouched for by ours, theirs`,
      '  no image is known to stand on it',
      `until ${NOW} it was another; who stands on that: assay derived ${image}`,
    ])
  })

  it('says that nobody vouches for it', async () => {
    const { run } = await api([200, { base: { ...base, vouchedFor: [] }, images: [] }])
    expect((await run(derivedCommand(), IMAGE))[0]).toBe(`${base.image}: nobody vouches for it`)
  })

  it('prints nothing that a name hides, and each image on one line', async () => {
    const replaced = { tag: '2\u001b[2J2', by: 'a\nb', behind: 1 }
    const image = { ...derived('prod/a', 1, ['v\r1']), image: 'r.example/a\u202eb\n' }
    const { run } = await api([200, { base: { ...base, image: 'n\u0000', replaced }, images: [image] }])
    expect(await run(derivedCommand(), IMAGE)).toEqual([
      'n?: vouched for by ours, theirs',
      '  replaced: 2?[2J2 points at a?b',
      'wave 1: 1 image',
      '  r.example/a?b? (v?1) degraded, base verified',
    ])
  })

  it('prints JSON, as the API gave it', async () => {
    const images = [derived('prod/a', 1)]
    const { run } = await api([200, { base, images, cursor: 'c' }], [200, { base, images }])
    const [text = ''] = await run(derivedCommand(), IMAGE, '--output', 'json')
    expect(JSON.parse(text)).toEqual({ base, images: [...images, ...images] })
  })

  it('says why there is nothing to list', async () => {
    const { run } = await api([404, { title: 'Not found', status: 404, detail: 'x is no base' }])
    const refused = run(derivedCommand(), IMAGE)
    await expect(refused).rejects.toThrow(BadInput)
    await expect(refused).rejects.toThrow('x is no base')
  })
})
