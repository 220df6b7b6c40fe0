import { describe, expect, it } from 'vitest'
import { markTag } from '../lambda/acting/mark-tag.ts'
import { quarantineTag } from '../lambda/core/tags.ts'
import { Unavailable } from '../lambda/errors.ts'
import { observeTag } from '../lambda/observe-tag.ts'
import { tagsOf } from '../lambda/tags-of.ts'
import { digest } from './core/records.ts'
import { intercepted, once } from './memory/faults.ts'
import { runnable } from './memory/images.ts'
import { HOST, memory, NAME } from './memory/world.ts'

const app = runnable('app')
const newer = runnable('newer')
const PLACE = { host: HOST, name: NAME, tag: 'v1' }
const observe = async ({ store, registries, now }: Awaited<ReturnType<typeof memory>>['world']) =>
  (await observeTag(store, registries.get(HOST)!, PLACE, now().toISOString())).digest

describe('what a tag points at', () => {
  it('is asked for and written down, and written again only when it changes', async () => {
    const { world, registry } = await memory()
    const first = registry.push(NAME, app, 'v1')
    expect([await observe(world), await observe(world)]).toEqual([first, first])
    expect(await world.store.tag(HOST, NAME, 'v1')).toMatchObject({ digest: first, rev: 1 })
    const second = registry.push(NAME, newer, 'v1')
    expect(await observe(world)).toBe(second)
    expect(await world.store.tag(HOST, NAME, 'v1')).toMatchObject({ digest: second, rev: 2 })
  })

  it('may be nothing, which is written down only where there was something', async () => {
    const { world, registry } = await memory()
    expect(await observe(world)).toBeUndefined()
    expect(await world.store.tag(HOST, NAME, 'v1')).toBeUndefined()
    const first = registry.push(NAME, app, 'v1')
    await observe(world)
    await registry.tagger.remove(NAME, 'v1', first)
    expect(await observe(world)).toBeUndefined()
    expect(await world.store.tag(HOST, NAME, 'v1')).not.toHaveProperty('digest')
  })

  it('is never an older answer over a newer one (rule 6)', async () => {
    const { world, registry } = await memory()
    registry.push(NAME, app, 'v1')
    let second: string | undefined
    const overtake = once('store', 'putTag', async () => {
      second = registry.push(NAME, newer, 'v1')
      await observe(world)
    })
    expect(await observe(intercepted(world, overtake))).toBe(second)
    expect(await world.store.tag(HOST, NAME, 'v1')).toMatchObject({ digest: second })
  })

  it('is an outage where it never stops changing', async () => {
    const { world, registry } = await memory()
    registry.push(NAME, app, 'v1')
    const busy = intercepted(world, async (port, method) => {
      if (port === 'store' && method === 'putTag') await markTag(world, PLACE, {})
    })
    await expect(observe(busy)).rejects.toThrow(Unavailable)
    await expect(markTag(busy, PLACE, {})).rejects.toThrow(Unavailable)
  })

  it('is left alone by what we note of it', async () => {
    const { world, registry } = await memory()
    const first = registry.push(NAME, app, 'v1')
    await observe(world)
    const quarantined = { digest: first, at: 'now' }
    await markTag(world, PLACE, { quarantined })
    await markTag(world, { ...PLACE, tag: 'v2' }, { quarantined })
    expect(await world.store.tag(HOST, NAME, 'v1')).toMatchObject({ digest: first, quarantined, rev: 2 })
    expect(await world.store.tag(HOST, NAME, 'v2')).not.toHaveProperty('digest')
    registry.push(NAME, newer, 'v1')
    await observe(world)
    expect(await world.store.tag(HOST, NAME, 'v1')).toMatchObject({ quarantined, rev: 3 })
  })
})

describe('the tags of an image', () => {
  async function tagged() {
    const { world, registry } = await memory()
    const first = registry.push(NAME, app, 'v1')
    for (const tag of ['v2', quarantineTag(first)]) registry.push(NAME, app, tag)
    return { world, registry, id: { host: HOST, name: NAME, digest: first } }
  }

  it('are those the registry tells, less our own', async () => {
    const { world, registry, id } = await tagged()
    expect(await tagsOf(world.store, registry.registry, id)).toEqual(['v1', 'v2'])
    expect(await tagsOf(world.store, registry.registry, { ...id, digest: digest(1) })).toEqual([])
  })

  it('are those seen on it that are still there, where a registry cannot tell (rule 7)', async () => {
    const { world, registry, id } = await tagged()
    const silent = { ...registry.registry, tagsOf: () => Promise.resolve(undefined) }
    expect(await tagsOf(world.store, silent, id)).toEqual([])
    for (const tag of ['v1', 'v2']) await observeTag(world.store, silent, { ...PLACE, tag }, 'now')
    registry.push(NAME, newer, 'v2')
    expect(await tagsOf(world.store, silent, id)).toEqual(['v1'])
  })

  it('are those its item names as well, where a registry cannot tell and the index is behind', async () => {
    const { world, registry, id } = await tagged()
    registry.push(NAME, newer, 'v2')
    const silent = { ...registry.registry, tagsOf: () => Promise.resolve(undefined) }
    expect(await tagsOf(world.store, silent, id, ['v1', 'v2'])).toEqual(['v1'])
    await observeTag(world.store, silent, PLACE, 'now')
    expect(await tagsOf(world.store, silent, id, ['v1'])).toEqual(['v1'])
  })
})
