import { beforeAll, describe, expect, it } from 'vitest'
import type { Digest } from '../../lambda/core/image.ts'
import type { BaseCatalogue } from '../../lambda/ports.ts'

const HOST = '127.0.0.1:5500'

function digest(n: number): Digest {
  return `sha256:${n.toString(16).padStart(64, '0')}`
}

function image(n: number) {
  return { host: HOST, name: 'team/app', digest: digest(n) }
}

/** What every catalogue of bases promises. */
export function testBaseCatalogue(make: () => Promise<BaseCatalogue>): void {
  describe('a catalogue of bases', () => {
    let catalogue: BaseCatalogue
    beforeAll(async () => {
      catalogue = await make()
    })

    it('writes a chain only under the version that was read', async () => {
      const record = { chain: digest(1), version: 1, bases: [image(1)] }
      expect(await catalogue.put(record, 1)).toBe(false)
      expect(await catalogue.put(record, undefined)).toBe(true)
      expect(await catalogue.put(record, undefined)).toBe(false)
      expect(await catalogue.put({ ...record, version: 2, bases: [image(1), image(2)] }, 1)).toBe(true)
      expect(await catalogue.put({ ...record, version: 2, bases: [] }, 1)).toBe(false)
      expect(await catalogue.at([digest(1)])).toEqual([{ ...record, version: 2, bases: [image(1), image(2)] }])
    })

    it('finds those of many chains that are known', async () => {
      const known = [1000, 1105, 1220].map(digest)
      for (const chain of known) await catalogue.put({ chain, version: 1, bases: [image(3)] }, undefined)
      const asked = Array.from({ length: 250 }, (_, n) => digest(1000 + n))
      const found = await catalogue.at(asked)
      expect(found.map(({ chain }) => chain).toSorted()).toEqual(known)
      expect(await catalogue.at([])).toEqual([])
      expect(await catalogue.at([digest(999)])).toEqual([])
    })

    it('notes who stands on a chain, by wave and name, each once', async () => {
      const chain = digest(5)
      for (const n of [7, 3, 5, 3, 9, 1]) await catalogue.noteDerived(chain, 2, image(n))
      for (const n of [8, 4]) await catalogue.noteDerived(chain, 1, image(n))
      await catalogue.noteDerived(digest(6), 1, image(8))
      const all = await catalogue.derived(chain, 100)
      const wanted = [4, 8, 1, 3, 5, 7, 9]
      expect(all.map(({ image: one }) => one)).toEqual(wanted.map(image))
      expect(all.map(({ wave }) => wave)).toEqual([1, 1, 2, 2, 2, 2, 2])
      const seen: Digest[] = []
      let after: string | undefined
      for (;;) {
        const page = await catalogue.derived(chain, 2, after)
        expect(page.length).toBeLessThanOrEqual(2)
        seen.push(...page.map((one) => one.image.digest))
        after = page.at(-1)?.place
        if (after === undefined) break
      }
      expect(seen).toEqual(wanted.map(digest))
      expect(await catalogue.derived(digest(7), 10)).toEqual([])
      // A place is the same in every chain
      const [, second] = all
      expect(await catalogue.derived(digest(6), 10)).toMatchObject([{ place: second?.place }])
    })
  })
}
