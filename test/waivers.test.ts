import { describe, expect, it } from 'vitest'
import { act } from '../lambda/act.ts'
import { withWaiver } from '../lambda/core/waiver.ts'
import { judge } from '../lambda/pipeline.ts'
import { updateImage } from '../lambda/update-image.ts'
import { echoing } from './memory/echo.ts'
import { failedImage } from './memory/failed.ts'
import { failing, intercepted, once } from './memory/faults.ts'
import { runnable } from './memory/images.ts'
import { ALICE, people } from './memory/people.ts'
import { quarantined } from './memory/quarantined.ts'
import { story } from './memory/story.ts'
import { HOST, memory, NAME } from './memory/world.ts'

const app = runnable('app')
const DAY = 24 * 3600

describe('a quarantined image that a person accepts', () => {
  it('stays failed, has its tags back, may be deployed, and people are told who and why', async () => {
    const { outside, digest, waive, settle, record, at, gate } = await quarantined(['v1', 'v2'])
    expect(await waive(digest)).toMatchObject({ status: 200, body: { state: 'failed', waiver: { by: ALICE } } })
    await settle()
    expect(await record(digest)).toMatchObject({ state: 'failed', rev: 2, taken: [], todo: [] })
    expect([await at('v1'), await at('v2')]).toEqual([digest, digest])
    expect(await gate({ tag: 'v1' })).toMatchObject({ allow: true, because: 'waiver', digest })
    expect(outside.published).toMatchObject([
      {
        event: 'waived',
        state: 'failed',
        waiver: { by: ALICE, reason: 'the fix is on its way' },
        tags: [
          { tag: 'v1', outcome: 'given-back' },
          { tag: 'v2', outcome: 'given-back' },
        ],
      },
    ])
  })

  it('makes no new work by its tags coming back, nor when it is pushed again (I10)', async () => {
    const { outside, digest, waive, push, record, at, told } = await quarantined()
    const { pass } = story(outside, echoing(outside))
    await waive(digest, DAY)
    await pass(15)
    push(app, 'v2')
    await pass(15)
    expect([await at('v1'), await at('v2')]).toEqual([digest, digest])
    expect(await record(digest)).toMatchObject({ state: 'failed', rev: 2, taken: [], todo: [] })
    expect(told()).toEqual(['waived'])
  })

  it('leaves a tag to the newer image that has it by now (rule 8)', async () => {
    const { outside, digest, waive, settle, at } = await quarantined()
    const newer = outside.registry.push(NAME, runnable('newer'), 'v1')
    await waive(digest)
    await settle()
    expect(await at('v1')).toBe(newer)
    expect(outside.published).toMatchObject([{ event: 'waived', tags: [{ tag: 'v1', outcome: 'refused-newer' }] }])
  })

  it('is not yet to be deployed by a tag that is still to be given back (I4)', async () => {
    const { digest, waive, gate, settle } = await quarantined()
    await waive(digest)
    expect(await gate({ digest })).toMatchObject({ allow: true })
    expect(await gate({ tag: 'v1' })).toMatchObject({ allow: false, reasons: ['the tag is still being given back'] })
    await settle()
    expect(await gate({ tag: 'v1' })).toMatchObject({ allow: true })
  })

  it('is told of as waived, not as recovered, where its tags could be given back only later', async () => {
    const { outside, digest, id, waive, pass, at, told } = await quarantined()
    await waive(digest)
    const down = failing(outside.world, (port) => port === 'tagger')
    await expect(act(down, id(digest), 'me')).rejects.toThrow('no answer')
    await pass(3)
    expect([await at('v1'), told()]).toEqual([digest, ['waived', 'waived']])
  })

  it('is verified when its signature comes, and told of as any other', async () => {
    const { digest, waive, sign, pass, state, gate, told } = await quarantined()
    await waive(digest)
    await sign(digest)
    await pass(2)
    expect([await state(digest), told()]).toEqual(['verified', ['waived', 'recovered']])
    expect(await gate({ digest })).toMatchObject({ because: 'verified' })
  })
})

describe('before a tag is deleted', () => {
  it('a waiver that came after the verdict counts: nothing is taken', async () => {
    const { outside, digest, id: _, ...told } = await failedImage({}, ['v1', 'v2'])
    await people(outside).waive(digest)
    await told.pass(3)
    expect([await told.at('v1'), await told.at('v2')]).toEqual([digest, digest])
    expect(await told.record(digest)).toMatchObject({ state: 'failed', taken: [], todo: [] })
    expect(told.told()).toEqual(['failed', 'waived'])
  })

  it('the waiver is read again, for each tag (rule 4)', async () => {
    const { outside, digest, id, at, record, settle } = await failedImage({}, ['v1', 'v2'])
    // Written past the lease, as nothing of ours does
    const write = () =>
      updateImage(outside.world, id(digest), (now) =>
        withWaiver(now, {
          by: ALICE,
          reason: 'r',
          at: '2026-11-22T12:10:00.000Z',
          expiresAt: '2026-11-23T12:10:00.000Z',
        }),
      )
    await act(intercepted(outside.world, once('tagger', 'remove', write)), id(digest), 'me')
    expect([await at('v1'), await at('v2')]).toEqual([undefined, digest])
    outside.queue.messages.push({ to: 'act', image: id(digest), at: 0 })
    await settle()
    expect([await at('v1'), await record(digest)]).toMatchObject([digest, { taken: [], todo: [] }])
  })

  it('a waiver waits for whoever is taking tags, and what was taken comes back', async () => {
    const { outside, digest, id, at, settle } = await failedImage({}, ['v1', 'v2'])
    let waived: Promise<unknown> | undefined
    const busy = intercepted(
      outside.world,
      once('tagger', 'remove', () => {
        waived = people(outside, () => new Promise(setImmediate)).waive(digest)
      }),
    )
    await act(busy, id(digest), 'me')
    expect([await at('v1'), await at('v2')]).toEqual([undefined, undefined])
    expect(await waived).toMatchObject({ status: 200, body: { quarantined: true } })
    await settle()
    expect([await at('v1'), await at('v2')]).toEqual([digest, digest])
  })

  it('a waiver is refused while somebody is at work for long, and taken once nobody can be', async () => {
    const { outside, digest, id, record } = await failedImage({}, ['v1'])
    const until = new Date(outside.now().getTime() + 90_000).toISOString()
    await updateImage(outside.world, id(digest), (now) => ({ ...now, lease: { owner: 'dead', until } }))
    const { waive } = people(outside)
    const began = outside.now().getTime()
    await expect(waive(digest)).rejects.toThrow('are being moved; try again in a minute')
    expect(outside.now().getTime() - began).toBe(20_000)
    expect(await record(digest)).not.toHaveProperty('waiver')
    outside.advance(60)
    expect(await waive(digest)).toMatchObject({ status: 200 })
  })

  it('a waiver is refused where somebody has begun in the moment before it was written', async () => {
    const { outside, digest, id, record } = await failedImage({}, ['v1'])
    const until = new Date(outside.now().getTime() + 90_000).toISOString()
    const begin = () => updateImage(outside.world, id(digest), (now) => ({ ...now, lease: { owner: 'other', until } }))
    const world = intercepted(outside.world, once('store', 'image', begin, 2))
    await expect(people({ ...outside, world }).waive(digest)).rejects.toThrow('are being moved')
    expect(await record(digest)).not.toHaveProperty('waiver')
  })

  it('an image accepted while it is pending is failed in its time, told of, and left in place', async () => {
    const outside = await memory()
    const { push, settle, pass, state, at, told } = story(outside)
    const digest = push(app, 'v1')
    await settle()
    await people(outside).waive(digest, DAY)
    await pass(15)
    expect([await state(digest), await at('v1'), told()]).toEqual(['failed', digest, ['waived', 'failed']])
  })
})

it('an image that was deleted is not to be deployed, accepted or not, until it is pushed again', async () => {
  const { outside, digest, waive, push, pass, settle, gate } = await quarantined()
  await waive(digest, DAY)
  await settle()
  for (const tag of ['v1', `quarantined.${digest.replace(':', '-')}`])
    await outside.registry.tagger.remove(NAME, tag, digest)
  await judge(outside.world, { host: HOST, name: NAME, digest })
  expect(await gate({ digest })).toMatchObject({
    allow: false,
    reasons: expect.arrayContaining(['the image is no longer in the registry, or archived']),
  })
  expect(await waive(digest)).toMatchObject({ status: 404 })
  push(app, 'v1')
  await pass(1)
  expect(await gate({ tag: 'v1' })).toMatchObject({ allow: true, because: 'waiver' })
})

it('a waiver outlives other policies, and the gate does not wait for them', async () => {
  const { outside, digest, waive, settle, gate } = await quarantined()
  await waive(digest, DAY)
  await settle()
  const [policy] = outside.world.policies.policies
  const changed = { ...outside.world.policies, policies: [{ ...policy!, name: 'renamed' }] }
  const after = people({ ...outside, world: { ...outside.world, policies: changed } })
  expect(await after.gate({ digest })).toMatchObject({ allow: true, because: 'waiver' })
  expect(await gate({ digest })).toMatchObject({ allow: true, because: 'waiver' })
})
