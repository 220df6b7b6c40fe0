import { beforeAll, describe, expect, it } from 'vitest'
import type { Digest, ImageId } from '../../lambda/core/image.ts'
import type { HistoryRow, ImageRecord, TagRecord } from '../../lambda/core/status.ts'
import type { StatusStore } from '../../lambda/ports.ts'

const HOST = '127.0.0.1:5500'

function digest(n: number): Digest {
  return `sha256:${n.toString(16).padStart(64, '0')}`
}

function image(n: number, fields: Partial<ImageRecord> = {}): ImageRecord {
  return {
    host: HOST,
    name: 'team/app',
    digest: digest(n),
    version: 1,
    rev: 1,
    state: 'pending',
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    platforms: [],
    policies: [],
    checks: [],
    signers: [],
    policyHash: 'p',
    firstSeenAt: `2026-01-01T00:00:${String(n).padStart(2, '0')}.000Z`,
    checkedAt: '2026-01-01T00:00:00.000Z',
    seq: 0,
    todo: [],
    taken: [],
    ...fields,
  }
}

function row(rev: number): HistoryRow {
  return {
    rev,
    state: 'pending',
    at: '2026-01-01T00:00:00.000Z',
    policies: [],
    checks: [],
    signers: [],
    policyHash: 'p',
  }
}

/** What every status store promises. */
export function testStore(make: () => Promise<StatusStore>): void {
  describe('a status store', () => {
    let store: StatusStore
    beforeAll(async () => {
      store = await make()
    })

    it('gives back what was put, without undefined fields', async () => {
      const record = image(1, { name: 'a/one', graceUntil: undefined, taken: ['v1'] })
      expect(await store.putImage(record, undefined)).toBe(true)
      const { graceUntil: _, ...fields } = record
      expect(await store.image(record)).toEqual(fields)
      expect(await store.image({ ...record, name: 'a/other' })).toBeUndefined()
    })

    it('writes an image only under the version that was read', async () => {
      const record = image(2, { name: 'a/cas' })
      expect(await store.putImage(record, 1)).toBe(false)
      expect(await store.putImage(record, undefined)).toBe(true)
      expect(await store.putImage(record, undefined)).toBe(false)
      expect(await store.putImage({ ...record, version: 2, state: 'failed' }, 1)).toBe(true)
      expect(await store.putImage({ ...record, version: 2, state: 'verified' }, 1)).toBe(false)
      expect((await store.image(record))?.state).toBe('failed')
    })

    it('lets exactly one of many writers win', async () => {
      const record = image(3, { name: 'a/race' })
      await store.putImage(record, undefined)
      const won = await Promise.all(
        Array.from({ length: 8 }, (_, n) => store.putImage({ ...record, version: 2, policyHash: String(n) }, 1)),
      )
      expect(won.filter(Boolean)).toHaveLength(1)
      expect((await store.image(record))?.policyHash).toBe(String(won.indexOf(true)))
    })

    it('keeps history newest first, in pages, each rev once', async () => {
      const id: ImageId = image(4, { name: 'a/history' })
      for (const rev of [1, 2, 10, 3, 3]) await store.putHistory(id, row(rev), rev)
      const first = await store.history(id, 2)
      expect(first.items.map(({ rev }) => rev)).toEqual([10, 3])
      const second = await store.history(id, 2, first.cursor)
      expect(second.items.map(({ rev }) => rev)).toEqual([2, 1])
    })

    it('keeps of two rows of one rev the one copied from the later version', async () => {
      const id: ImageId = image(8, { name: 'a/copies' })
      await store.putHistory(id, { ...row(1), policyHash: 'winner' }, 5)
      await store.putHistory(id, { ...row(1), policyHash: 'late loser' }, 4)
      expect((await store.history(id, 10)).items).toMatchObject([{ rev: 1, policyHash: 'winner' }])
      await store.putHistory(id, { ...row(1), policyHash: 'later' }, 6)
      expect((await store.history(id, 10)).items).toMatchObject([{ rev: 1, policyHash: 'later' }])
    })

    it('writes a tag only under the rev that was read, and finds tags by digest', async () => {
      const tag: TagRecord = { host: HOST, name: 'a/tags', tag: 'v1', rev: 1, digest: digest(5), observedAt: 'now' }
      const id = { host: HOST, name: 'a/tags', digest: digest(5) }
      expect(await store.putTag(tag, undefined)).toBe(true)
      expect(await store.putTag({ ...tag, rev: 2 }, undefined)).toBe(false)
      expect(await store.tagsOf(id)).toMatchObject([{ tag: 'v1' }])
      expect(await store.putTag({ ...tag, rev: 2, digest: undefined }, 1)).toBe(true)
      expect(await store.tagsOf(id)).toEqual([])
      expect(await store.tag(HOST, 'a/tags', 'v1')).toMatchObject({ rev: 2 })
      expect(await store.tag(HOST, 'a/tags', 'v2')).toBeUndefined()
    })

    it('finds what is due, and only that', async () => {
      const due = image(6, { name: 'a/due', dueAt: '2026-02-01T00:00:00.000Z' })
      const later = image(7, { name: 'a/due', dueAt: '2026-02-01T00:00:01.000Z' })
      await store.putImage(due, undefined)
      await store.putImage(later, undefined)
      const names = async (now: string) => (await store.due(now, 10)).map((hit) => hit.digest)
      expect(await names('2026-02-01T00:00:00.000Z')).toEqual([due.digest])
      await store.putImage({ ...due, version: 2, dueAt: undefined }, 1)
      expect(await names('2026-02-01T00:00:00.000Z')).toEqual([])
    })

    it('finds what is due longest first, however much is due', async () => {
      const firstSeenAt = '2025-01-01T00:00:00.000Z'
      const at = (n: number) => `2026-01-20T00:00:${String(n).padStart(2, '0')}.000Z`
      for (const n of [33, 30, 41, 38, 35, 40, 31, 36, 39, 32, 37, 34]) {
        await store.putImage(image(n, { name: 'a/queue', firstSeenAt, dueAt: at(n) }), undefined)
      }
      const digests = async (limit: number) => (await store.due(at(41), limit)).map((hit) => hit.digest)
      expect(await digests(5)).toEqual([30, 31, 32, 33, 34].map(digest))
      expect(await digests(100)).toEqual(Array.from({ length: 12 }, (_, n) => digest(30 + n)))
    })

    it('lists images newest first in pages, by repository, state and signer', async () => {
      const name = 'b/list'
      const key = { kind: 'key', key: 'sha256:abc' } as const
      for (let n = 10; n < 22; n++) {
        await store.putImage(
          image(n, { name, state: n % 2 ? 'failed' : 'verified', signers: n === 20 ? [key] : [] }),
          undefined,
        )
      }
      const repository = `${HOST}/${name}`
      const seen: Digest[] = []
      let cursor: string | undefined
      do {
        const page = await store.images({ repository, limit: 5, ...(cursor && { cursor }) })
        expect(page.items.length).toBeLessThanOrEqual(5)
        seen.push(...page.items.map((one) => one.digest))
        cursor = page.cursor
      } while (cursor !== undefined)
      expect(seen).toEqual(Array.from({ length: 12 }, (_, n) => digest(21 - n)))
      const failed = await store.images({ repository, state: 'failed', limit: 100 })
      expect(failed.items).toHaveLength(6)
      expect((await store.images({ signer: key.key, limit: 100 })).items.map((one) => one.digest)).toEqual([digest(20)])
      const all = await store.images({ limit: 100 })
      expect(all.items.slice(0, 2).map((one) => one.digest)).toEqual([digest(21), digest(20)])
    })

    it('finds images whose waiver has not ended and was not taken back, the soonest to end first, in pages', async () => {
      const at = (n: number) => `2026-03-01T00:00:${n}.000Z`
      const waiver = (n: number) => ({ by: 'alice', reason: 'r', at: at(10), expiresAt: at(n) })
      for (const n of [57, 50, 55, 51, 59, 53, 56, 54, 52, 58]) {
        await store.putImage(image(n, { name: 'c/waived', waiver: waiver(n) }), undefined)
      }
      await store.putImage(image(49, { name: 'c/waived' }), undefined)
      const seen: Digest[] = []
      let cursor: string | undefined
      do {
        const page = await store.waived(at(51), 3, cursor)
        expect(page.items.length).toBeLessThanOrEqual(3)
        expect(page.items[0] && Object.keys(page.items[0])).toEqual(['host', 'name', 'digest'])
        seen.push(...page.items.map((one) => one.digest))
        cursor = page.cursor
      } while (cursor !== undefined)
      expect(seen).toEqual([52, 53, 54, 55, 56, 57, 58, 59].map(digest))
      const revoked = { ...waiver(59), revokedAt: at(12) }
      await store.putImage(image(59, { name: 'c/waived', version: 2, waiver: revoked }), 1)
      await store.putImage(image(58, { name: 'c/waived', version: 2, waiver: waiver(52) }), 1)
      const left = await store.waived(at(56), 100)
      expect([left.items.map((one) => one.digest), left.cursor]).toEqual([[digest(57)], undefined])
      expect((await store.waived(at(59), 100)).items).toEqual([])
    })

    it('lists bases, the first seen first, in pages', async () => {
      const standing = { vouched: [], chains: [], contents: digest(1), existedAt: 'then' }
      for (const n of [83, 81, 82]) await store.putImage(image(n - 40, { name: 'c/bases', standing }), undefined)
      await store.putImage(image(44, { name: 'c/bases' }), undefined)
      const { items, cursor } = await store.bases(2)
      expect(items.map((one) => one.digest)).toEqual([41, 42].map(digest))
      expect((await store.bases(2, cursor)).items.map((one) => one.digest)).toEqual([digest(43)])
      expect((await store.bases(2, cursor)).cursor).toBeUndefined()
    })

    it('keeps small items of the installation', async () => {
      expect(await store.system('nothing')).toBeUndefined()
      await store.putSystem('thing', { passed: true })
      await store.putSystem('thing', { passed: false })
      expect(await store.system('thing')).toEqual({ passed: false })
    })

    it('swaps an item of the installation only under the version that was read', async () => {
      expect(await store.swapSystem('safety', { version: 1 }, undefined)).toBe(true)
      expect(await store.swapSystem('safety', { version: 1 }, undefined)).toBe(false)
      expect(await store.swapSystem('safety', { version: 2 }, 1)).toBe(true)
      expect(await store.swapSystem('safety', { version: 2 }, 1)).toBe(false)
      expect(await store.system('safety')).toEqual({ version: 2 })
    })

    it('lists what is taken since a time, the oldest first, and no longer what was given back', async () => {
      const at = (n: number) => `2026-04-01T00:00:${n}.000Z`
      const held = { name: 'c/taken', taken: ['v1'] }
      for (const n of [73, 71, 72]) await store.putImage(image(n, { ...held, takenAt: at(n - 40) }), undefined)
      await store.putImage(image(74, { name: 'c/taken', archivedAt: at(34), takenAt: at(34) }), undefined)
      const of = async (since: string, limit = 9, cursor?: string) => {
        const page = await store.taken(since, limit, cursor)
        return { ...page, items: page.items.map((one) => one.digest) }
      }
      expect((await of(at(31))).items).toEqual([71, 72, 73, 74].map(digest))
      expect((await of(at(32))).items).toEqual([72, 73, 74].map(digest))
      const { items, cursor } = await of(at(31), 3)
      expect(items).toEqual([71, 72, 73].map(digest))
      expect((await of(at(31), 3, cursor)).items).toEqual([digest(74)])
      await store.putImage(image(72, { name: 'c/taken', version: 2 }), 1)
      expect((await of(at(31))).items).toEqual([71, 73, 74].map(digest))
    })
  })
}
