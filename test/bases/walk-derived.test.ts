import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_WAVES } from '../../lambda/bases/note-base.ts'
import { walkDerived } from '../../lambda/bases/walk-derived.ts'
import { type Digest, formatImage } from '../../lambda/core/image.ts'
import type { ImageRecord } from '../../lambda/core/status.ts'
import { digest, ID, NOW } from '../core/records.ts'
import { memoryBaseCatalogue } from '../memory/base-catalogue.ts'
import { memoryStore } from '../memory/store.ts'
import { endingAt, know, standingOn } from './derived.ts'

const [A, B, C, OTHER] = [1001, 1002, 1003, 1004].map(digest) as [Digest, Digest, Digest, Digest]
const BASE = { name: 'bases/node', digest: digest(1), standing: endingAt(A) }

/** A table with one base, and what is written down beside it. */
async function world(base: Partial<ImageRecord> = BASE) {
  const at = { store: memoryStore(), catalogue: memoryBaseCatalogue() }
  const known = await know(at, base)
  const walk = async (...limits: readonly number[]) => {
    const found: string[] = []
    let cursor: string | undefined
    for (let page = 0; page < 1000; page++) {
      const limit = limits[page % limits.length] ?? 1
      const read = await walkDerived(at, known, limit, cursor)
      expect(read.items.length).toBeLessThanOrEqual(limit)
      found.push(...read.items.map(({ record, wave }) => `${wave} ${formatImage(record)}`))
      cursor = read.cursor
      if (cursor === undefined) return found.map((line) => line.replace(/ .*\//, ' ').replace(/@sha256:0*/, '@'))
    }
    throw new Error('1000 pages and no end')
  }
  return {
    ...at,
    walk,
    image: (n: number, beneath: readonly (readonly Digest[])[], fields: Partial<ImageRecord> = {}) =>
      know(at, { name: 'prod/app', digest: digest(n), base: standingOn(...beneath), ...fields }),
  }
}

describe('who stands on a base', () => {
  it('is listed wave by wave, and by name in each', async () => {
    const { image, walk } = await world()
    await image(4, [[B, A]], { name: 'prod/aaa' })
    await image(3, [[A]], { name: 'prod/zzz' })
    await image(2, [[A]])
    await image(5, [[C, B, A]])
    await image(6, [[OTHER]])
    const all = ['1 app@2', '1 zzz@3', '2 aaa@4', '3 app@5']
    for (const limit of [100, 4, 3, 2, 1]) expect(await walk(limit)).toEqual(all)
  })

  it('is listed once, as early as one of its platforms has it', async () => {
    const { image, walk } = await world({ ...BASE, standing: endingAt(A, B) })
    await image(2, [[A], [B]])
    await image(3, [[C, A], [B]])
    await image(4, [[OTHER], [C, B]])
    await image(5, [[B, A]])
    for (const limit of [100, 2, 1]) expect(await walk(limit)).toEqual(['1 app@2', '1 app@3', '1 app@5', '2 app@4'])
  })

  it('does no longer where it was judged otherwise since, or is gone', async () => {
    const { image, walk } = await world()
    await image(2, [[A]])
    await image(2, [[OTHER]])
    await image(3, [[A]])
    await image(3, [[B, A]])
    await image(4, [[A]], { goneAt: NOW })
    await image(5, [[A]])
    await image(5, [[A]], { base: undefined })
    await image(6, [[B, A]])
    await image(6, [[A]])
    for (const limit of [100, 1]) expect(await walk(limit)).toEqual(['1 app@6', '2 app@3'])
  })

  it('is nobody of whom there is only a note', async () => {
    const { catalogue, walk, image } = await world()
    await catalogue.noteDerived(A, 1, { host: 'a.example', name: 'prod/app', digest: digest(2) })
    const { host, name } = await image(3, [[B]])
    await catalogue.noteDerived(A, 1, { host, name, digest: digest(3) })
    for (const limit of [100, 1]) expect(await walk(limit)).toEqual([])
  })

  it('is neither the base itself nor a rebuild of it with the same layers, whose notes are there', async () => {
    const { image, walk } = await world()
    await image(1, [[A]], { ...BASE })
    await image(2, [[A]], { name: 'bases/node', standing: endingAt(A) })
    await image(3, [[A]], { name: 'bases/node', standing: endingAt(B) })
    await image(4, [[A]], { name: 'mirror/node', standing: endingAt(A) })
    await image(5, [[A]], { name: 'bases/node' })
    expect(await walk(100)).toEqual(['1 node@3', '1 node@5', '1 node@4'])
  })

  describe('that was replaced', () => {
    const replacedBy = (by: Digest) => ({
      ...BASE,
      standing: { ...endingAt(A), replaced: { tag: 't', by, behind: 1 } },
    })

    it('by one that was built on it is neither that, nor stands on that wherever it stands on this', async () => {
      const { image, walk } = await world(replacedBy(digest(2)))
      await image(2, [[A]], { name: 'bases/node', standing: endingAt(B) })
      await image(3, [[A]])
      await image(4, [[B, A]])
      await image(5, [[C, B, A]])
      await image(6, [[B, A], [A]])
      await image(7, [[B, A], [OTHER]])
      await image(8, [[C, A]])
      await image(2, [[A]])
      expect(await walk(100)).toEqual(['1 app@2', '1 app@3', '1 app@6', '2 app@8'])
    })

    it('by the one that it was built on is all that stand on it', async () => {
      const { image, walk } = await world(replacedBy(digest(2)))
      await image(2, [[]], { name: 'bases/node', standing: endingAt(OTHER) })
      await image(3, [[A, OTHER]])
      await image(4, [[OTHER]])
      expect(await walk(100)).toEqual(['1 app@3'])
    })

    it('by one with the same layers is nobody', async () => {
      const { image, walk } = await world(replacedBy(digest(2)))
      await image(2, [[]], { name: 'bases/node', standing: endingAt(A) })
      await image(3, [[A]])
      expect(await walk(100)).toEqual([])
    })
  })

  it('is nobody where the base has no layers that are known', async () => {
    const { standing: _, ...unknown } = BASE
    const { image, walk } = await world(unknown)
    await image(2, [[A]])
    expect(await walk(10)).toEqual([])
  })

  it('may make an empty page that is not the last', async () => {
    const { store, catalogue, image } = await world()
    for (const n of [2, 3]) await image(n, [[A]], { goneAt: NOW })
    await image(4, [[A]])
    const base = (await store.image({ ...ID, ...BASE }))!
    const first = await walkDerived({ store, catalogue }, base, 2)
    expect([first.items, first.cursor]).toEqual([[], expect.any(String)])
    const { items, cursor } = await walkDerived({ store, catalogue }, base, 1, first.cursor)
    expect([items.map(({ record }) => record.digest), cursor]).toEqual([[digest(4)], undefined])
  })

  it('is told at every place that a cursor may name, though notes come and go meanwhile', async () => {
    const { store, catalogue, image } = await world()
    for (const n of [2, 4, 6]) await image(n, [[A]])
    const base = (await store.image({ ...ID, ...BASE }))!
    const { cursor } = await walkDerived({ store, catalogue }, base, 2)
    await image(3, [[A]])
    await image(5, [[A]])
    await image(4, [[OTHER]])
    const { items } = await walkDerived({ store, catalogue }, base, 10, cursor)
    expect(items.map(({ record }) => record.digest)).toEqual([digest(5), digest(6)])
  })
})

/** A random image: by which base each of its platforms was built, then and now; bases are images too. */
const built = fc.record({
  name: fc.constantFrom('a', 'b/c', 'zz'),
  parents: fc.array(fc.nat(24), { minLength: 1, maxLength: 2 }),
  earlier: fc.option(fc.array(fc.nat(24), { minLength: 1, maxLength: 2 }), { nil: undefined }),
  isGone: fc.nat(5).map((n) => n === 0),
  isBase: fc.nat(9).map((n) => n > 0),
})
type Built = typeof built extends fc.Arbitrary<infer T> ? T : never

/** The chain at which platform `p` of the nth image ends, and those beneath it. */
const chainOf = (n: number, p: number) => digest(5000 + n * 2 + p)

function beneath(all: readonly Built[], n: number, parents: readonly number[], p: number): Digest[] {
  const parent = parents[p] ?? 0
  // Mostly on the one before, so that some stand high
  const on = parent > 8 ? n - 1 : parent
  const its = all[on]
  if (on >= n || its === undefined || !its.isBase || p >= its.parents.length) return []
  return [chainOf(on, p), ...beneath(all, on, its.parents, p)]
}

it('of random bases on bases, pages of random size list exactly those that stand on one, each once, wave by wave', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(built, { minLength: 2, maxLength: 16 }),
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
      async (all, limits) => {
        const at = { store: memoryStore(), catalogue: memoryBaseCatalogue() }
        const id = (n: number) => ({ host: 'r.example', name: all[n]!.name, digest: digest(n + 1) })
        const path = (n: number, parents: readonly number[]) => parents.map((_, p) => beneath(all, n, parents, p))
        for (const [n, { parents, earlier, isGone, isBase }] of all.entries()) {
          const standing = isBase ? { standing: endingAt(...parents.map((_, p) => chainOf(n, p))) } : {}
          if (earlier) await know(at, { ...id(n), ...standing, base: standingOn(...path(n, earlier)) })
          const now = standingOn(...path(n, parents))
          await know(at, { ...id(n), ...standing, base: now, ...(isGone && { goneAt: NOW }) })
        }
        for (const [b, { isBase, parents }] of all.entries()) {
          if (!isBase) continue
          const ends = parents.map((_, p) => chainOf(b, p))
          const expected = all.flatMap((one, n) => {
            const waves = path(n, one.parents).map((chains) => chains.findIndex((chain) => ends.includes(chain)) + 1)
            const wave = Math.min(...waves.filter((place) => place > 0 && place <= MAX_WAVES))
            return one.isGone || wave === Number.POSITIVE_INFINITY ? [] : [`${wave}#${formatImage(id(n))}`]
          })
          const base = (await at.store.image(id(b)))!
          const listed: string[] = []
          let cursor: string | undefined
          for (let page = 0; page === 0 || cursor !== undefined; page++) {
            const read = await walkDerived(at, base, limits[page % limits.length]!, cursor)
            listed.push(...read.items.map(({ record, wave }) => `${wave}#${formatImage(record)}`))
            cursor = read.cursor
          }
          expect(listed).toEqual(expected.toSorted())
        }
      },
    ),
    { numRuns: 200 },
  )
})
