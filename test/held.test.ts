import { setImmediate as settled } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { judge } from '../lambda/pipeline.ts'
import { failing } from './memory/faults.ts'
import { runnable } from './memory/images.ts'
import { people } from './memory/people.ts'
import { story } from './memory/story.ts'
import { denyingKeys, HOST, memory, policies, signedPolicy } from './memory/world.ts'

const app = runnable('app')

/** So many unsigned images whose grace is over, each under a tag of its own; two may be quarantined in ten minutes. */
async function flood(count: number, enforcement = 'onFailure: quarantine, breaker: { images: 2 }') {
  const outside = await memory({ policies: policies(enforcement) })
  const told = story(outside)
  const tags = Array.from({ length: count }, (_, n) => `v${n}`)
  const digests = tags.map((tag) => told.push(runnable(tag), tag))
  const left = async () => (await Promise.all(tags.map(told.at))).filter((digest) => digest !== undefined).length
  const stopped = () => outside.published.filter(({ event }) => event === 'stopped')
  return { outside, ...told, ...people(outside), digests, left, stopped }
}

describe('the breaker', () => {
  it('stops after so many images, tells once, and goes on when a person says so', async () => {
    const { pass, left, stopped, resume, outside, operations } = await flood(5)
    await pass(25)
    expect(await left()).toBe(3)
    expect(stopped()).toMatchObject([
      { state: 'failed', tags: [], stopped: expect.stringContaining('more than 2 images') },
    ])
    expect(await operations()).toMatchObject({ breaker: { tripped: true, counted: 2 } })
    const outcomes = outside.published.filter(({ event }) => event === 'failed').flatMap(({ tags }) => tags)
    expect(outcomes.map(({ outcome }) => outcome).toSorted()).toEqual([
      'stopped',
      'stopped',
      'stopped',
      'taken',
      'taken',
    ])
    expect(await resume()).toMatchObject({ body: { breaker: { tripped: false } } })
    await pass(3)
    expect(await left()).toBe(1)
    expect(stopped()).toHaveLength(2)
    await resume()
    await pass(3)
    expect(await left()).toBe(0)
  })

  it('tells although the first try to tell failed', async () => {
    const { outside, digests, stopped } = await flood(3)
    let down = true
    const world = failing(outside.world, (port) => port === 'alerts' && down)
    const { pass } = story(outside, world)
    await pass(13)
    expect(stopped()).toHaveLength(0)
    down = false
    await pass(3)
    expect(stopped()).toHaveLength(1)
    expect(digests).toHaveLength(3)
  })

  it('counts an image once, however often its tags are looked at again', async () => {
    const outside = await memory({
      policies: policies('onFailure: quarantine, breaker: { images: 2, percent: 100 }'),
      means: 'overwrite',
      immutable: () => true,
    })
    const { push, pass, id } = story(outside)
    const digests = ['v1', 'v2'].map((tag) => push(runnable(tag), tag))
    await pass(13)
    await pass(60)
    push(app, 'v3')
    await pass(9)
    // Their tags are still there
    for (const digest of digests) await judge(outside.world, id(digest))
    await pass(4)
    expect(outside.published.map(({ event }) => event)).toEqual(['failed', 'failed', 'failed'])
  })

  it('stops at the share of a repository', async () => {
    const { pass, left } = await flood(12, 'onFailure: quarantine')
    await pass(13)
    expect(await left()).toBe(12 - 9)
  })
})

describe('disarmed', () => {
  it('takes nothing and says so; armed again takes what is bad by then', async () => {
    const { outside, push, pass, at, disarm, arm, operations } = await flood(0)
    expect(await disarm()).toMatchObject({ body: { armed: false, disarmed: { reason: 'a policy is wrong' } } })
    const digest = push(app, 'v1')
    await pass(13)
    expect(await at('v1')).toBe(digest)
    expect(outside.published).toMatchObject([{ event: 'failed', tags: [{ tag: 'v1', outcome: 'disarmed' }] }])
    await arm()
    expect(await operations()).toMatchObject({ armed: true })
    await pass(2)
    expect(await at('v1')).toBeUndefined()
  })

  it('and armed again before the sweep came by, takes what was left in between', async () => {
    const { push, at, settle, outside, disarm, arm, pass } = await flood(0)
    push(app, 'v1')
    await pass(9)
    await disarm()
    outside.advance(70)
    await settle()
    await arm()
    await pass(3)
    expect(await at('v1')).toBeUndefined()
  })

  it('gives tags back all the same', async () => {
    const { push, sign, pass, at, disarm } = await flood(0)
    const digest = push(app, 'v1')
    await pass(13)
    await disarm()
    await sign(digest)
    await pass(2)
    expect(await at('v1')).toBe(digest)
  })
})

describe('undo', () => {
  it('shows what it would do, and has it done; nothing is taken again by the same policies, and gates say no', async () => {
    const { outside, push, pass, at, undo, undoing, gate, record, told, now } = await undoable()
    const digest = push(app, 'v1')
    push(app, 'v2')
    await pass(13)
    const { images } = await undoing({ policy: 'signed' })
    expect(images).toMatchObject([
      {
        digest,
        policies: ['signed'],
        tags: [
          { tag: 'v1', would: 'give-back' },
          { tag: 'v2', would: 'give-back' },
        ],
      },
    ])
    expect((await undoing({ policy: 'other' })).images).toEqual([])
    expect((await undoing({ since: now() })).images).toEqual([])
    expect(await undo(digest)).toMatchObject({ body: { images: [{ undone: true }] } })
    await pass(30)
    push(app, 'v3')
    await pass(15)
    expect([await at('v1'), await at('v2'), await at('v3')]).toEqual([digest, digest, digest])
    expect(await record(digest)).toMatchObject({ state: 'failed', taken: [], undone: { reason: 'a policy is wrong' } })
    expect(await gate({ digest })).toMatchObject({ allow: false })
    expect(told().filter((event) => event === 'undone')).toHaveLength(1)
    expect(outside.published.find(({ event }) => event === 'undone')).toMatchObject({
      undone: { by: expect.stringContaining('alice') },
      tags: [
        { tag: 'v1', outcome: 'given-back' },
        { tag: 'v2', outcome: 'given-back' },
      ],
    })
    expect(await undo(digest)).toMatchObject({ body: { images: [{ undone: false }] } })
  })

  it('takes tags again once other policies judge the image as bad', async () => {
    const { outside, push, pass, at, undo } = await undoable()
    const digest = push(app, 'v1')
    await pass(13)
    await undo(digest)
    await pass(3)
    expect(await at('v1')).toBe(digest)
    const other = { ...outside.world, policies: policies('onFailure: quarantine', signedPolicy('also')) }
    await story(outside, other).pass(3)
    expect(await at('v1')).toBeUndefined()
  })

  it('holds though whom everybody trusts or denies has changed', async () => {
    const { outside, push, pass, at, undo } = await undoable()
    const digest = push(app, 'v1')
    await pass(13)
    await undo(digest)
    await pass(3)
    const denying = { ...outside.world, policies: policies('onFailure: quarantine', denyingKeys()) }
    await story(outside, denying).pass(5)
    expect(await at('v1')).toBe(digest)
  })

  it('leaves a tag that a newer image has', async () => {
    const { push, sign, pass, at, undo, undoing } = await undoable()
    const digest = push(app, 'v1')
    await pass(13)
    const newer = push(runnable('newer'), 'v1')
    await sign(newer)
    await pass(2)
    expect((await undoing({ policy: 'signed' })).images).toMatchObject([
      { tags: [{ tag: 'v1', would: 'refuse-newer' }] },
    ])
    await undo(digest)
    await pass(3)
    expect(await at('v1')).toBe(newer)
  })

  it('shows the longest taken first, in whatever order registries answer', async () => {
    const { outside, push, pass } = await undoable()
    const first = push(app, 'v1')
    await pass(13)
    const second = push(runnable('second'), 'v2')
    await pass(13)
    const { registry } = outside.registry
    const resolve: typeof registry.resolve = async (name, tag) => {
      if (tag === 'v1') await settled()
      return registry.resolve(name, tag)
    }
    const world = { ...outside.world, registries: new Map([[HOST, { ...registry, resolve }]]) }
    const { images } = await people({ ...outside, world }).undoing({ policy: 'signed' })
    expect(images).toMatchObject([{ digest: first }, { digest: second }])
  })

  it.each([
    [{}, 'since and policy are missing'],
    [{ since: 'yesterday' }, 'since "yesterday" is not a time'],
  ])('of %o is told what is wrong', async (query, message) => {
    const { undoing } = await undoable()
    await expect(undoing(query)).rejects.toThrow(message)
  })

  async function undoable() {
    const outside = await memory()
    const { world } = outside
    return {
      outside,
      ...story(outside, world),
      ...people(outside),
      now: () => outside.now().toISOString(),
    }
  }
})
