import { describe, expect, it } from 'vitest'
import type { EvidenceStore } from '../../lambda/ports.ts'
import { sha256 } from '../memory/registry.ts'

/** What every evidence store promises. */
export function testEvidence(title: string, make: () => Promise<EvidenceStore>): void {
  describe(`${title}, as an evidence store`, () => {
    it('keeps bytes under their hash, however often they are put', async () => {
      const store = await make()
      const bytes = Uint8Array.from([0, 255, 10, 13])
      expect(await store.put(bytes)).toBe(sha256(bytes))
      expect(await store.put(bytes)).toBe(sha256(bytes))
      expect(Buffer.from((await store.get(sha256(bytes)))!)).toEqual(Buffer.from(bytes))
    })

    it('keeps nothing as well as something', async () => {
      const store = await make()
      const none = new Uint8Array()
      expect(await store.get(sha256(none))).toBeUndefined()
      expect(await store.put(none)).toBe(sha256(none))
      expect(await store.get(sha256(none))).toHaveLength(0)
    })
  })
}
