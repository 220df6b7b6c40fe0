import { describe, expect, it } from 'vitest'
import { Misconfigured, OverLimit, Unavailable } from '../../lambda/errors.ts'
import { watchBases } from '../../lambda/reconciling/watch-bases.ts'
import { layer } from '../memory/layered.ts'
import { NODE, OS } from './based.ts'
import { elsewhere, GOLDEN, OTHER, watching } from './elsewhere.ts'

const NEWER = layer({ 'usr/bin/node': 'newer' })
const NODE_LATEST = [watching(GOLDEN, ['node:latest'])]
const PEEK = `peek ${GOLDEN}/node:latest`
const many = (count: number, name = 'node') => Array.from({ length: count }, (_, n) => `${name}:${n}`)

describe('a tag that a BaseImage watches', () => {
  it('is judged when it is first seen', async () => {
    const { push, look, settle, standing } = await elsewhere(NODE_LATEST)
    const digest = await push('node', [OS, NODE])
    expect(await look()).toEqual({ found: 1, asked: [PEEK], queued: 1 })
    await settle()
    expect(await standing('node', digest)).toMatchObject({ vouched: ['of-golden-1'] })
  })

  it('is looked at again after a quarter of an hour, by the cheapest question, and nothing else follows where it is as before', async () => {
    const { push, look, settle, minutes } = await elsewhere(NODE_LATEST)
    await push('node', [OS, NODE])
    await look()
    await settle()
    for (let minute = 1; minute < 15; minute++) {
      minutes(1)
      expect(await look()).toEqual({ found: 0, asked: [], queued: 0 })
    }
    for (const _ of [1, 2]) {
      minutes(15)
      expect(await look()).toEqual({ found: 0, asked: [PEEK], queued: 0 })
    }
  })

  it('that moved is judged as if it had been pushed, and what it left is replaced', async () => {
    const { push, look, settle, standing, image, minutes } = await elsewhere(NODE_LATEST)
    const old = await push('node', [OS, NODE])
    await look()
    await settle()
    minutes(15)
    const renewed = await push('node', [OS, NEWER])
    expect(await look()).toMatchObject({ found: 1, queued: 1 })
    await settle()
    expect(await image('node', renewed)).toMatchObject({ state: 'verified', seenTags: ['latest'] })
    expect(await standing('node', old)).toMatchObject({ replaced: { tag: 'latest', by: renewed, behind: 1 } })
  })

  it('that is not signed yet is looked at until it is', async () => {
    const { push, look, settle, minutes, sign, standing } = await elsewhere(NODE_LATEST)
    const digest = await push('node', [OS, NODE], 'latest', false)
    await look()
    await settle()
    expect(await standing('node', digest)).toMatchObject({ vouched: [] })
    await sign('node', digest)
    minutes(15)
    expect(await look()).toEqual({ found: 1, asked: [PEEK], queued: 1 })
    await settle()
    expect(await standing('node', digest)).toMatchObject({ vouched: ['of-golden-1'] })
    minutes(15)
    expect(await look()).toMatchObject({ found: 0, queued: 0 })
  })

  it('is waited for in the same way where its BaseImage only warns', async () => {
    const { push, look, settle, minutes, sign, image } = await elsewhere([
      watching(GOLDEN, ['node:latest'], '  mode: warn\n'),
    ])
    const digest = await push('node', [OS, NODE], 'latest', false)
    await look()
    await settle()
    expect(await image('node', digest)).toMatchObject({ state: 'unmanaged', standing: { vouched: [] } })
    await sign('node', digest)
    minutes(15)
    await look()
    await settle()
    expect(await image('node', digest)).toMatchObject({ standing: { vouched: ['of-golden-1'] } })
  })

  it('that is gone is written down once, and one that never was is asked for and no more', async () => {
    const { push, look, settle, minutes, remove, world } = await elsewhere([
      watching(GOLDEN, ['node:latest', 'node:never']),
    ])
    await push('node', [OS, NODE])
    await look()
    await settle()
    remove('node', 'latest')
    minutes(15)
    expect(await look()).toMatchObject({ found: 1 })
    await settle()
    expect(await world.store.tag(GOLDEN, 'node', 'latest')).not.toHaveProperty('digest')
    minutes(15)
    expect(await look()).toMatchObject({ found: 0, asked: [PEEK, `peek ${GOLDEN}/node:never`], queued: 0 })
  })

  it('whose image was gone when it was judged is judged when it is there again', async () => {
    const { push, look, settle, minutes, remove, world, image, outside } = await elsewhere(NODE_LATEST)
    const digest = await push('node', [OS, NODE])
    await look()
    await settle()
    remove('node', digest)
    await outside.queue.queue.verify({ host: GOLDEN, name: 'node', digest }, 0)
    await settle()
    expect(await image('node', digest)).toHaveProperty('goneAt')
    await push('node', [OS, NODE])
    minutes(15)
    await look()
    await settle()
    expect(await image('node', digest)).not.toHaveProperty('goneAt')
    expect((await world.store.tag(GOLDEN, 'node', 'latest'))?.digest).toBe(digest)
  })
})

describe('a registry that refuses', () => {
  const BOTH = [watching(GOLDEN, many(60)), watching(OTHER, ['os:latest', 'os:1'])]

  it('is left in peace until the next round where it does not answer, and holds nobody up', async () => {
    let isDown = true
    const { push, look, minutes, world } = await elsewhere(BOTH, (call) =>
      isDown && call.includes(GOLDEN) ? new Unavailable(GOLDEN, 'no answer') : undefined,
    )
    const logged: string[] = []
    const noisy = { ...world, log: (message: string) => void logged.push(message) }
    await push('os', [OS], 'latest', true, OTHER)
    await watchBases(noisy)
    expect(logged.length).toBeGreaterThan(0)
    minutes(1)
    expect(await look()).toEqual({ found: 1, asked: [`peek ${OTHER}/os:latest`, `peek ${OTHER}/os:1`], queued: 1 })
    isDown = false
    minutes(14)
    expect((await look()).asked).toHaveLength(50)
  })

  it('is asked no more than it is at a time', async () => {
    const { look } = await elsewhere(BOTH, (call) =>
      call.includes(GOLDEN) ? new Unavailable(GOLDEN, 'no answer') : undefined,
    )
    expect((await look()).asked.filter((call) => call.includes(GOLDEN)).length).toBeLessThanOrEqual(5)
  })

  it('one repository to us is asked for the others', async () => {
    const { look } = await elsewhere([watching(GOLDEN, [...many(20, 'private'), 'node:latest'])], (call) =>
      call.includes('private') ? new Misconfigured('turned away') : undefined,
    )
    const { asked } = await look()
    expect(asked).toContain(PEEK)
    expect(asked.filter((call) => call.includes('private')).length).toBeLessThanOrEqual(5)
  })

  it('what is too large is asked for the tags beside it', async () => {
    const huge = Array.from({ length: 20 }, (_, n) => `node:huge${n}`)
    const { look } = await elsewhere([watching(GOLDEN, [...huge, 'node:latest'])], (call) =>
      call.includes('huge') ? new OverLimit('too large') : undefined,
    )
    expect((await look()).asked).toContain(PEEK)
  })

  it('is no reason to overlook an outage of our own', async () => {
    const { push, world, minutes, look } = await elsewhere(NODE_LATEST)
    await push('node', [OS, NODE])
    const observe = async () => {
      throw new Unavailable('SQS', 'no answer')
    }
    await expect(watchBases({ ...world, queue: { ...world.queue, observe } })).rejects.toThrow('SQS')
    minutes(1)
    expect(await look()).toMatchObject({ found: 1 })
  })

  it.each([new Unavailable(GOLDEN, 'no answer'), new Misconfigured('turned away'), new OverLimit('too large')])(
    'keeps no image from being judged that claims what lies there: %s',
    async (refusal) => {
      const { ours, settle, state, facts } = await elsewhere(NODE_LATEST, () => refusal)
      const annotations = { 'org.opencontainers.image.base.name': `${GOLDEN}/node:latest` }
      const digest = await ours({ layers: [OS, NODE], annotations })
      await settle()
      expect([await state(digest), await facts(digest)]).toMatchObject(['verified', { claims: [{ outcome: 'asked' }] }])
    },
  )

  it('is not read at all where nobody configured it', async () => {
    const { look } = await elsewhere([watching('nobody.example', ['node:latest'])])
    expect(await look()).toEqual({ found: 0, asked: [], queued: 0 })
  })
})

describe('a round', () => {
  it('looks at fifty tags a sweep and five hundred in all', async () => {
    const bases = [199, 200, 198].map((count, n) => watching(GOLDEN, many(count, `n${n}`)))
    const { look, minutes } = await elsewhere(bases)
    const seen: string[] = []
    for (let sweep = 0; sweep < 10; sweep++) {
      const { asked } = await look()
      expect(asked).toHaveLength(50)
      seen.push(...asked)
      minutes(1)
    }
    expect(new Set(seen).size).toBe(500)
    expect((await look()).asked).toEqual([])
    minutes(5)
    expect((await look()).asked).toEqual(seen.slice(0, 50))
  })

  it('asks for one tag once, whoever names it', async () => {
    const twice = watching(GOLDEN, ['node:latest', 'node:latest'])
    const { look } = await elsewhere([twice, ...NODE_LATEST])
    expect((await look()).asked).toEqual([PEEK])
  })
})

describe('a base that was seen in a registry that nobody watches', () => {
  async function seen() {
    const world = await elsewhere([watching(GOLDEN, [])])
    return {
      ...world,
      see: async (tag: string) => {
        await world.outside.queue.queue.observe({ host: GOLDEN, name: 'node', tag })
        await world.settle()
      },
    }
  }

  it('is followed by its tags, and so is what they come to point at', async () => {
    const { push, see, look, settle, minutes, image } = await seen()
    await push('node', [OS], '20')
    await see('20')
    await push('node', [OS, NODE], '22')
    await see('22')
    const both = ['20', '22'].map((tag) => `peek ${GOLDEN}/node:${tag}`)
    expect((await look()).asked.toSorted()).toEqual(both)
    for (const content of ['newer', 'newest']) {
      const renewed = await push('node', [OS, layer({ 'usr/bin/node': content })], '22')
      minutes(15)
      expect(await look()).toMatchObject({ found: 1, queued: 1 })
      await settle()
      expect(await image('node', renewed)).toMatchObject({ state: 'verified', seenTags: ['22'] })
    }
  })

  it('is followed under none of its tags once one of them was replaced', async () => {
    const { push, see, look, standing, minutes } = await seen()
    const old = await push('node', [OS, NODE], '22')
    await push('node', [OS, NODE], '22.1')
    await see('22.1')
    await see('22')
    await push('node', [OS, NEWER], '22')
    await see('22')
    expect(await standing('node', old)).toHaveProperty('replaced')
    minutes(15)
    expect((await look()).asked).toEqual([`peek ${GOLDEN}/node:22`])
  })

  it('is not followed where pushes are watched: events tell of them', async () => {
    const { push, see, look, world, asked, minutes } = await seen()
    await push('node', [OS, NODE], '22')
    await see('22')
    asked.length = 0
    await watchBases({ ...world, watched: [...world.watched, GOLDEN] })
    expect(asked).toEqual([])
    minutes(15)
    expect((await look()).asked).toHaveLength(1)
  })
})

it('nothing is asked, and nothing read, where no BaseImage is declared', async () => {
  const { world } = await elsewhere([])
  const store = new Proxy(world.store, {
    get: (_, method) => {
      throw new Error(`${String(method)} was asked for`)
    },
  })
  expect(await watchBases({ ...world, store })).toBe(0)
})
