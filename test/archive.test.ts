import { describe, expect, it } from 'vitest'
import { getStatus } from '../lambda/api/status.ts'
import { failing } from './memory/faults.ts'
import { runnable } from './memory/images.ts'
import { people } from './memory/people.ts'
import { story } from './memory/story.ts'
import { HOST, type Memory, memory, NAME, policies } from './memory/world.ts'

const app = runnable('app')
const ARCHIVING = policies('onFailure: archive')

/** An unsigned image under two tags whose time is up. */
async function archived(world = (outside: Memory) => outside.world) {
  const outside = await memory({ policies: ARCHIVING })
  const told = story(outside, world(outside))
  const digest = told.push(app, 'v1')
  told.push(app, 'v2')
  await told.pass(13)
  const storage = () => outside.registry.tagger.storage(NAME, digest)
  const status = async () => (await getStatus(outside.world, { image: people(outside).named({ tag: 'v1' }) })).body
  return { outside, ...told, ...people(outside), digest, storage, status }
}

describe('under onFailure: archive', () => {
  it('nobody can pull the image, its tags stay, its manifest is kept, and people are told', async () => {
    const { outside, digest, storage, at, record, status, gate } = await archived()
    expect(await storage()).toBe('archived')
    await expect(outside.registry.registry.manifest(NAME, digest)).rejects.toThrow('archived')
    expect(outside.kept.has(digest)).toBe(true)
    expect([await at('v1'), await at('v2')]).toEqual([digest, digest])
    expect(await record(digest)).toMatchObject({ state: 'failed', taken: [], todo: [], archivedAt: expect.any(String) })
    expect(await status()).toMatchObject({ state: 'failed', quarantined: true })
    expect(await gate({ tag: 'v1' })).toMatchObject({ allow: false })
    expect(outside.published).toMatchObject([
      {
        event: 'failed',
        tags: [
          { tag: 'v1', outcome: 'archived' },
          { tag: 'v2', outcome: 'archived' },
        ],
      },
    ])
  })

  it('the image is not gone: it is judged on, from what is kept, and restored once it is signed', async () => {
    const { outside, digest, sign, pass, storage, record, gate } = await archived()
    await pass(24 * 60)
    expect(await record(digest)).toMatchObject({ state: 'failed', archivedAt: expect.any(String) })
    expect(await record(digest)).not.toHaveProperty('goneAt')
    await sign(digest)
    await pass(3)
    expect(await storage()).toBe('active')
    expect(await record(digest)).toMatchObject({ state: 'verified', todo: [] })
    expect(await record(digest)).not.toHaveProperty('archivedAt')
    expect(await gate({ tag: 'v1' })).toMatchObject({ allow: true, digest })
    expect(outside.published.at(-1)?.tags.map(({ outcome }) => outcome)).toEqual(['restored', 'restored'])
  })

  it('pushed again, which restores it, it is archived again and told of', async () => {
    const { outside, push, pass, storage, told } = await archived()
    push(app, 'v1')
    expect(await storage()).toBe('active')
    await pass(3)
    expect(await storage()).toBe('archived')
    expect(told()).toEqual(['failed', 'quarantined'])
    expect(outside.queue.messages).toEqual([])
  })

  it('stays archived where tags are only to be taken by now', async () => {
    const { outside, digest, storage, record, at } = await archived()
    await story(outside, { ...outside.world, policies: policies('onFailure: quarantine') }).pass(5)
    expect([await storage(), await at('v1')]).toEqual(['archived', digest])
    expect(await record(digest)).toMatchObject({ state: 'failed', todo: [] })
  })

  it('takes the tags instead where the registry does not archive such an image', async () => {
    const { outside, digest, storage, at, record } = await archived((memory) => {
      const { tagger } = memory.registry
      const refusing = { ...tagger, store: async () => 'refused' as const }
      return { ...memory.world, taggers: new Map([[HOST, refusing]]) }
    })
    expect([await storage(), await at('v1'), await at('v2')]).toEqual(['active', undefined, undefined])
    expect(await record(digest)).toMatchObject({ taken: ['v1', 'v2'], todo: [] })
    expect(await record(digest)).not.toHaveProperty('archivedAt')
    expect(outside.published.flatMap(({ tags }) => tags.map(({ outcome }) => outcome))).toEqual(['taken', 'taken'])
  })

  it('restores it first where one of its tags is protected by now, and takes the others', async () => {
    const { outside, digest, storage, record, at } = await archived()
    const protecting = policies('onFailure: archive, protect: ["**:v1"]')
    await story(outside, { ...outside.world, policies: protecting }).pass(5)
    expect([await storage(), await at('v1'), await at('v2')]).toEqual(['active', digest, undefined])
    expect(await record(digest)).toMatchObject({ taken: ['v2'], todo: [] })
  })

  it('comes to an end where a waiver came and was taken back before anybody acted', async () => {
    const { digest, waive, revoke, pass, record, storage } = await archived()
    await waive(digest)
    await revoke(digest)
    await pass(10)
    expect(await storage()).toBe('archived')
    expect(await record(digest)).toMatchObject({ state: 'degraded', todo: [] })
  })

  it('is seen to be gone when people delete it', async () => {
    const { outside, digest, pass, record } = await archived()
    outside.registry.push(NAME, runnable('other'), 'other')
    outside.registry.drop(NAME, digest)
    await pass(70)
    expect(await record(digest)).toMatchObject({ goneAt: expect.any(String) })
    expect(await record(digest)).not.toHaveProperty('archivedAt')
  })

  it('is said to be allowed only once it can be pulled', async () => {
    const { outside, digest, waive, gate, storage, pass } = await archived()
    await waive(digest)
    expect(await gate({ digest })).toMatchObject({ allow: false, reasons: [expect.stringContaining('archived')] })
    await pass(2)
    expect(await storage()).toBe('active')
    expect(await gate({ digest })).toMatchObject({ allow: true, because: 'waiver' })
    expect(outside.published.at(-1)).toMatchObject({ event: 'waived' })
  })

  it('waits while the registry is at it, and tells when it is done', async () => {
    let restoring = true
    const slowly = (outside: Memory): Memory['world'] => {
      const { tagger } = outside.registry
      const slow = {
        ...tagger,
        storage: async (...place: Parameters<typeof tagger.storage>) => {
          const found = await tagger.storage(...place)
          return found === 'active' && restoring ? ('restoring' as const) : found
        },
      }
      return { ...outside.world, taggers: new Map([[HOST, slow]]) }
    }
    const { digest, sign, pass, record } = await archived(slowly)
    await sign(digest)
    await pass(5)
    expect(await record(digest)).toMatchObject({ state: 'verified', archivedAt: expect.any(String) })
    restoring = false
    await pass(3)
    expect(await record(digest)).not.toHaveProperty('archivedAt')
    expect(await record(digest)).toMatchObject({ todo: [] })
  })

  it('is undone as what was quarantined is', async () => {
    const { digest, undo, undoing, pass, storage, state } = await archived()
    expect((await undoing({ policy: 'signed' })).images).toMatchObject([{ digest, archivedAt: expect.any(String) }])
    await undo(digest)
    await pass(15)
    expect([await storage(), await state(digest)]).toEqual(['active', 'failed'])
  })

  it('is tried again after an outage, and lost nothing by it', async () => {
    let down = true
    const { outside, digest, pass, storage, record } = await archived((memory) =>
      failing(memory.world, (port, method) => port === 'tagger' && method === 'store' && down),
    )
    expect(await storage()).toBe('active')
    expect(outside.published).toMatchObject([{ event: 'failed' }])
    down = false
    await pass(3)
    expect(await storage()).toBe('archived')
    expect(await record(digest)).toMatchObject({ todo: [] })
  })
})
