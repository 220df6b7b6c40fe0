import { expect, it } from 'vitest'
import { at, HOST, ID, NOW, record } from '../core/records.ts'
import { staleStore } from './stale-store.ts'

it('gives what is read by key at once, and what indexes hold five seconds later', async () => {
  const clock = { seconds: 0 }
  const store = staleStore(() => new Date(at(clock.seconds)))
  const image = record({ version: 1, dueAt: NOW, waiver: { by: 'a', reason: 'r', at: NOW, expiresAt: at(900) } })
  const tag = { host: HOST, name: ID.name, tag: 'v1', rev: 1, digest: ID.digest, observedAt: NOW }
  expect([await store.putImage(image, undefined), await store.putTag(tag, undefined)]).toEqual([true, true])
  const byIndex = async () => [
    (await store.images({ limit: 10 })).items.length,
    (await store.due(at(60), 10)).length,
    (await store.waived(NOW, 10)).items.length,
    (await store.tagsOf(ID)).length,
  ]
  expect([await store.image(ID), await store.tag(HOST, ID.name, 'v1')]).toMatchObject([{ version: 1 }, { rev: 1 }])
  clock.seconds = 4.999
  expect(await byIndex()).toEqual([0, 0, 0, 0])
  clock.seconds = 5
  expect(await byIndex()).toEqual([1, 1, 1, 1])
  expect(await store.putImage({ ...image, version: 2 }, 0)).toBe(false)
  expect(await store.putImage({ ...image, version: 2, dueAt: at(900) }, 1)).toBe(true)
  expect([await byIndex(), (await store.image(ID))?.dueAt]).toEqual([[1, 1, 1, 1], at(900)])
})
