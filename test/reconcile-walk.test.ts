import { describe, expect, it } from 'vitest'
import { Misconfigured, OverLimit, Unavailable } from '../lambda/errors.ts'
import type { Registry } from '../lambda/ports.ts'
import { reconcile } from '../lambda/reconciling/reconcile.ts'
import { Crash, crashAfter } from './memory/crash.ts'
import { intercepted, once } from './memory/faults.ts'
import { runnable } from './memory/images.ts'
import { passOver } from './memory/pass-over.ts'
import { story } from './memory/story.ts'
import { HOST, type Memory, memory, type World } from './memory/world.ts'

const NAMES = ['prod/a', 'prod/b', 'prod/c']
const itemOf = ({ world }: Memory, host = HOST) => world.store.system(`reconcile#${host}`)

/** Tags that the queue asks to look at, each once, in order. */
function observed({ queue }: Memory): string[] {
  const pushes = queue.messages.flatMap((message) => (message.to === 'verify' ? [message.push] : []))
  return [...new Set(pushes.flatMap(({ name, tag }) => (tag === undefined ? [] : [`${name}:${tag}`])))].toSorted()
}

/** The same world, whose registry does some things otherwise. */
function otherwise({ world, registry }: Memory, calls: Partial<Registry>): World {
  return { ...world, registries: new Map([[HOST, { ...registry.registry, ...calls }]]) }
}

/** Repositories of so many tags, none of which anybody told us of, in a registry that lists two a page. */
async function unseen(tags = 5, pageSize = 2) {
  const outside = await memory({ pageSize })
  for (const name of NAMES) {
    for (let n = 0; n < tags; n++) outside.registry.push(name, runnable(`${name} ${n}`), `v${n}`)
  }
  const all = NAMES.flatMap((name) => Array.from({ length: tags }, (_, n) => `${name}:v${n}`)).toSorted()
  return { outside, all }
}

describe('a pass of many pages', () => {
  it('covers everything, and begins again where it was, whatever port call the process dies after', async () => {
    const play = async (calls: number) => {
      const { outside, all } = await unseen()
      const { push, settle } = story(outside, outside.world, 'prod/b')
      const gone = push(runnable('gone'), 'gone')
      await settle()
      outside.queue.messages.length = 0
      outside.registry.drop('prod/b', gone)
      const crashing = crashAfter(outside.world, calls)
      await reconcile(crashing.world).catch((error: unknown) => {
        if (!(error instanceof Crash)) throw error
      })
      const read: string[] = []
      const world = intercepted(outside.world, (port, method, [name, cursor]) => {
        if (port === 'registry' && method === 'tagged') read.push(`${String(name)} ${String(cursor)}`)
      })
      const { counts } = await passOver(outside, world)
      expect(observed(outside)).toEqual([...all, 'prod/b:gone'].toSorted())
      expect(outside.queue.messages.some(({ to }) => to === 'act')).toBe(false)
      expect(counts).toMatchObject({ repositories: 3, refused: 0, tags: 15, images: 1, found: 16, gone: 1 })
      return { made: crashing.made(), read }
    }
    const whole = await play(Number.POSITIVE_INFINITY)
    expect(whole.made).toBeGreaterThan(70)
    for (let calls = 1; calls < whole.made; calls++) await play(calls)
    // Right before the end nothing is read anew
    expect((await play(whole.made - 1)).read).toEqual([])
  })

  it('does a thousand messages a minute, and leaves the rest to the next', async () => {
    const { outside, all } = await unseen(900, 400)
    expect(await reconcile(outside.world)).toMatchObject({ found: 1300 })
    expect(await reconcile(outside.world)).toMatchObject({ found: 1300 })
    expect(await itemOf(outside)).toMatchObject({ repositories: ['prod/c'], phase: 'tags', counts: { found: 2600 } })
    expect(await reconcile(outside.world)).toMatchObject({ found: 100, repositories: 1 })
    expect(observed(outside)).toEqual(all)
  })

  it('reads a hundred pages a minute', async () => {
    const { outside, all } = await unseen(100)
    // One page of repositories, fifty of tags, one of images, and so on
    expect(await reconcile(outside.world)).toMatchObject({ tags: 196 })
    expect((await passOver(outside)).counts).toMatchObject({ tags: 300 })
    expect(observed(outside)).toEqual(all)
  })

  it('begins no page after twenty seconds', async () => {
    const { outside } = await unseen()
    const slow = intercepted(outside.world, (_, method) => {
      if (method === 'tagged') outside.advance(8)
    })
    expect(await reconcile(slow)).toMatchObject({ tags: 5, repositories: 0 })
    expect(await itemOf(outside)).toMatchObject({ repositories: ['prod/a', 'prod/b'], phase: 'images' })
  })
})

describe('while a pass is under way', () => {
  it('a repository may be deleted', async () => {
    const { outside, all } = await unseen()
    const world = intercepted(
      outside.world,
      once('registry', 'tagged', () => outside.registry.drop('prod/a'), 2),
    )
    expect((await passOver(outside, world)).counts).toMatchObject({ repositories: 3, refused: 0, tags: 12 })
    expect(observed(outside)).toEqual(all.filter((tag) => !/a:v[234]/.test(tag)))
  })

  it('tags may appear: they are found by this pass or the next', async () => {
    const { outside, all } = await unseen()
    const add = () => {
      outside.registry.push('prod/a', runnable('early'), 'a-tag')
      outside.registry.push('prod/a', runnable('late'), 'w-tag')
      outside.registry.push('prod/new', runnable('new'), 'v0')
    }
    const world = intercepted(outside.world, once('registry', 'tagged', add, 2))
    await passOver(outside, world)
    outside.advance(3600)
    await passOver(outside, world)
    expect(observed(outside)).toEqual([...all, 'prod/a:a-tag', 'prod/a:w-tag', 'prod/new:v0'].toSorted())
  })

  it('a registry may fail: it is gone on with later, and the others are not held up', async () => {
    const { outside, all } = await unseen()
    const elsewhere = await unseen(1)
    const down: Registry = { ...outside.registry.registry, tagged: () => Promise.reject(new Unavailable('r', 'down')) }
    const others = new Map([['other.example', elsewhere.outside.registry.registry]])
    const broken = {
      ...outside.world,
      registries: new Map([[HOST, down], ...others]),
      watched: [HOST, 'other.example'],
    }
    expect(await reconcile(broken)).toMatchObject({ repositories: 3, found: 3 })
    expect(await itemOf(outside, 'other.example')).toHaveProperty('finishedAt')
    expect(await itemOf(outside)).toMatchObject({ repositories: ['prod/a', 'prod/b'], failures: 1 })
    outside.queue.messages.length = 0
    outside.advance(60)
    await reconcile(outside.world)
    expect(observed(outside)).toEqual(all)
    expect(await itemOf(outside)).toMatchObject({ startedAt: '2026-11-22T12:00:00.000Z', failures: 0 })
  })

  it('a list of repositories that does not come is waited for', async () => {
    const { outside, all } = await unseen()
    const end = outside.now().getTime() + 8 * 60_000
    const repositories: Registry['repositories'] = (cursor) =>
      outside.now().getTime() < end
        ? Promise.reject(new Unavailable('r', 'down'))
        : outside.registry.registry.repositories(cursor)
    const { counts } = await passOver(outside, otherwise(outside, { repositories }))
    expect(counts).toMatchObject({ repositories: 3, refused: 0 })
    expect(observed(outside)).toEqual(all)
  })
})

describe('a repository', () => {
  it('that does not answer for five minutes is left to the next pass', async () => {
    const { outside, all } = await unseen()
    const logged: string[] = []
    const tagged: Registry['tagged'] = (name, cursor) =>
      name === 'prod/a' ? Promise.reject(new Unavailable('r', 'down')) : outside.registry.registry.tagged(name, cursor)
    const world = { ...otherwise(outside, { tagged }), log: (message: string) => void logged.push(message) }
    expect((await passOver(outside, world)).counts).toMatchObject({ repositories: 3, refused: 1 })
    expect(logged.filter((message) => message === 'reconciliation goes on later')).toHaveLength(4)
    expect(observed(outside)).toEqual(all.filter((tag) => !tag.startsWith('prod/a')))
    outside.advance(3600)
    await passOver(outside)
    expect(observed(outside)).toEqual(all)
  })

  it('that answers now and then is walked to its end', async () => {
    const { outside, all } = await unseen(12)
    let calls = 0
    const tagged: Registry['tagged'] = (name, cursor) =>
      ++calls % 2 === 0 ? Promise.reject(new Unavailable('r', 'down')) : outside.registry.registry.tagged(name, cursor)
    expect((await passOver(outside, otherwise(outside, { tagged }))).counts).toMatchObject({ refused: 0, tags: 36 })
    expect(observed(outside)).toEqual(all)
  })

  it.each([
    ['refused', new Misconfigured('no')],
    ['more than is read', new OverLimit('large')],
  ])('whose second page is %s is left out and told of once a pass', async (_, error) => {
    const { outside, all } = await unseen()
    const logged: unknown[] = []
    const tagged: Registry['tagged'] = (name, cursor) =>
      name === 'prod/b' && cursor ? Promise.reject(error) : outside.registry.registry.tagged(name, cursor)
    const log: World['log'] = (message, details) => void logged.push([message, details?.repository])
    expect((await passOver(outside, { ...otherwise(outside, { tagged }), log })).counts).toMatchObject({ refused: 1 })
    expect(observed(outside)).toEqual(all.filter((tag) => !/b:v[234]/.test(tag)))
    expect(logged).toEqual([
      ['repository not reconciled', `${HOST}/prod/b`],
      ['registry reconciled', undefined],
    ])
  })

  it.each([
    [['*'], NAMES],
    [['prod/?'], NAMES],
    [
      ['prod/b', 'prod/c*'],
      ['prod/b', 'prod/c'],
    ],
    [['prod'], []],
    [['*/*/*'], []],
  ])('is looked at only if it is watched: %j', async (repositories, names) => {
    const { outside, all } = await unseen()
    await passOver(outside, { ...outside.world, repositories })
    expect(observed(outside)).toEqual(all.filter((tag) => names.some((name) => tag.startsWith(`${name}:`))))
  })

  it.each([
    ['has no list', async () => undefined],
    ['does not show its list', () => Promise.reject(new Misconfigured('no'))],
  ])('is looked at by its name where the registry %s', async (_, repositories) => {
    const { outside, all } = await unseen()
    const world = { ...otherwise(outside, { repositories }), repositories: ['prod/b', '*', 'prod/none'] }
    await passOver(outside, world)
    expect(observed(outside)).toEqual(all.filter((tag) => tag.startsWith('prod/b')))
  })
})
