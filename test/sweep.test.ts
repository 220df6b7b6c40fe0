import { describe, expect, it } from 'vitest'
import { selfTestKey } from '../lambda/acting/armed.ts'
import { sweep } from '../lambda/sweep.ts'
import { generateKeys } from '../local/signing/key.ts'
import { runnable } from './memory/images.ts'
import { pushed, story } from './memory/story.ts'
import { denyingKeys, HOST, KEYS, memory, policies } from './memory/world.ts'

const app = runnable('app')

describe('what is due', () => {
  it('is asked for by the minute it is due, and not before', async () => {
    const outside = await memory()
    const { push, settle } = story(outside)
    push(app, 'v1')
    await settle()
    await sweep(outside.world)
    outside.queue.messages.length = 0
    outside.advance(599)
    expect(await sweep(outside.world)).toMatchObject({ due: 0, rejudged: 0 })
    outside.advance(1)
    expect(await sweep(outside.world)).toMatchObject({ due: 1, rejudged: 0 })
    expect(outside.queue.messages).toMatchObject([{ to: 'verify', push: { kind: 'recheck' } }])
  })

  it('fails an image at its deadline though every message was lost', async () => {
    const outside = await memory()
    const { push, settle, state, pass, at } = story(outside)
    const digest = push(app, 'v1')
    await settle()
    outside.queue.messages.length = 0
    await pass(13)
    expect([await state(digest), await at('v1')]).toEqual(['failed', undefined])
  })

  it('is work that nobody has done within a minute', async () => {
    const outside = await memory()
    const { push, record, settle } = story(outside, {
      ...outside.world,
      alerts: { publish: () => Promise.reject() },
    })
    const digest = push(app, 'v1')
    await settle()
    outside.advance(600)
    await settle().catch(() => {})
    outside.queue.messages.length = 0
    const due = (await record(digest))?.dueAt ?? ''
    expect(Date.parse(due) - outside.now().getTime()).toBeLessThanOrEqual(60_000)
    outside.advance(60)
    await sweep(outside.world)
    expect(outside.queue.messages.filter(({ to }) => to === 'act')).toHaveLength(1)
  })

  it('is not what the index only says is due', async () => {
    const outside = await memory()
    const { push, settle, id } = story(outside)
    const digest = push(app, 'v1')
    await settle()
    await sweep(outside.world)
    outside.queue.messages.length = 0
    const stale = { ...outside.world.store, due: async () => [id(digest), { ...id(digest), name: 'never/was' }] }
    expect(await sweep({ ...outside.world, store: stale })).toMatchObject({ due: 0 })
    expect(outside.queue.messages).toEqual([])
  })

  it('is all asked for in one sweep, some of it at a time', async () => {
    const outside = await manyImages()
    outside.queue.messages.length = 0
    outside.advance(600)
    let open = 0
    const seen: number[] = []
    const verify: typeof outside.queue.queue.verify = async (image, delay) => {
      seen.push(++open)
      await outside.queue.queue.verify(image, delay)
      open--
    }
    expect(await sweep({ ...outside.world, queue: { ...outside.queue.queue, verify } })).toMatchObject({ due: 120 })
    expect(outside.queue.messages).toHaveLength(120)
    expect(Math.max(...seen)).toBe(50)
  })

  it('is a verified image once a day, without a word', async () => {
    const outside = await memory()
    const { push, sign, pass, record, told } = story(outside)
    const digest = push(app, 'v1')
    await sign(digest)
    await pass(1)
    const first = await record(digest)
    outside.advance(24 * 3600)
    await pass(2)
    const second = await record(digest)
    expect(second?.checkedAt).not.toBe(first?.checkedAt)
    expect([second?.rev, told()]).toEqual([first?.rev, []])
  })
})

describe('a change of policies', () => {
  it('is looked for once, and asks for the images it touches only', async () => {
    const outside = await memory()
    const { push, settle } = story(outside)
    story(outside, outside.world, 'scratch/app').push(app, 'v1')
    push(app, 'v1')
    await settle()
    await sweep(outside.world)
    outside.queue.messages.length = 0
    const changed = { ...outside.world, policies: otherKey() }
    expect(await sweep(changed)).toMatchObject({ due: 0, rejudged: 1 })
    expect(outside.queue.messages).toMatchObject([{ push: { name: 'prod/app' } }])
    expect(await sweep(changed)).toMatchObject({ due: 0, rejudged: 0 })
  })

  it('degrades what was verified under the policies before, and takes nothing (I11)', async () => {
    const outside = await memory()
    const { push, sign, pass, at, state } = story(outside)
    const digest = push(app, 'v1')
    await sign(digest)
    await pass(1)
    await story(outside, { ...outside.world, policies: otherKey() }).pass(30)
    expect([await state(digest), await at('v1')]).toEqual(['degraded', digest])
  })

  it('degrades what a signer vouched for who is denied from now on, fails what comes of them, and takes the denial back', async () => {
    const outside = await memory()
    const { push, sign, pass, record } = story(outside)
    const before = push(app, 'v1')
    await sign(before)
    await pass(1)
    const denying = story(outside, { ...outside.world, policies: policies(undefined, denyingKeys()) })
    await denying.pass(20)
    const after = denying.push(runnable('other'), 'v2')
    await denying.sign(after)
    await denying.pass(13)
    const denied = [
      { reason: 'denied', message: expect.stringMatching(/; DenyList incident denies this key: leaked$/) },
    ]
    expect([await denying.record(before), await denying.record(after)]).toMatchObject([
      { state: 'degraded', checks: denied },
      { state: 'failed', checks: denied },
    ])
    expect([await denying.at('v1'), await denying.at('v2')]).toEqual([before, undefined])
    await pass(20)
    expect([await record(before), await record(after)]).toMatchObject([{ state: 'verified' }, { state: 'verified' }])
  })

  it('gives an image that was unmanaged its grace from then on', async () => {
    const outside = await memory()
    const none = { ...outside.world, policies: { ...policies(), policies: [] } }
    const { push, pass, state } = story(outside, none)
    const digest = push(app, 'v1')
    await pass(60)
    expect(await state(digest)).toBe('unmanaged')
    const { record, pass: passNow, at } = story(outside)
    await passNow(5)
    expect(await record(digest)).toMatchObject({ state: 'pending', graceUntil: '2026-11-22T13:10:00.000Z' })
    await passNow(8)
    expect([await state(digest), await at('v1')]).toEqual(['failed', undefined])
  })

  it('verifies what failed under the policies before, and gives it back', async () => {
    const outside = await memory({ policies: otherKey() })
    const { push, sign, pass, state } = story(outside)
    const digest = push(app, 'v1')
    await sign(digest)
    await pass(13)
    expect(await state(digest)).toBe('failed')
    const after = story(outside, { ...outside.world, policies: policies() })
    await after.pass(3)
    expect([await after.state(digest), await after.at('v1'), after.told()]).toEqual([
      'verified',
      digest,
      ['failed', 'recovered'],
    ])
  })

  it('goes through more images than one page holds', async () => {
    const outside = await manyImages()
    expect(await sweep({ ...outside.world, policies: otherKey() })).toMatchObject({ rejudged: 120 })
  })

  // Only policies are in the hash an image was judged under; a day goes by until its turn comes
  it('takes the tags of failed images when they are to be taken from now on (I3)', async () => {
    const outside = await memory({ policies: policies('onFailure: observe') })
    const { push, pass, at } = story(outside)
    push(app, 'v1')
    await pass(13)
    await story(outside, { ...outside.world, policies: policies('onFailure: quarantine') }).pass(15)
    expect(await at('v1')).toBeUndefined()
  })

  // The work was done as far as could be, and nothing opens it again when more can be done
  it('takes the tags of failed images when a registry is armed (I3)', async () => {
    const outside = await memory({ means: 'none' })
    const { push, pass, at } = story(outside)
    push(app, 'v1')
    await pass(13)
    await outside.world.store.putSystem(selfTestKey(HOST), { means: 'remove', detail: '' })
    await pass(15)
    expect(await at('v1')).toBeUndefined()
  })
})

/** The same policies with another key. */
function otherKey() {
  const set = policies()
  const { publicKey } = generateKeys()
  const text = JSON.stringify(set).replaceAll(
    JSON.stringify(KEYS.publicKey).slice(1, -1),
    JSON.stringify(publicKey).slice(1, -1),
  )
  return JSON.parse(text) as typeof set
}

/** More images than one page of the list holds, all judged and swept once. */
async function manyImages() {
  const outside = await memory()
  for (let n = 0; n < 120; n++) {
    const tag = `v${n}`
    outside.queue.send(pushed(outside.registry.push('prod/app', runnable(tag), tag), tag))
  }
  await story(outside).settle()
  await sweep(outside.world)
  return outside
}
