import { describe, expect, it } from 'vitest'
import { act } from '../lambda/act.ts'
import type { Alert } from '../lambda/core/alert.ts'
import { Unavailable } from '../lambda/errors.ts'
import { judge, recordOutage } from '../lambda/pipeline.ts'
import { Crash, crashAfter } from './memory/crash.ts'
import { failedImage } from './memory/failed.ts'
import { failing, intercepted, once } from './memory/faults.ts'
import { runnable, sign } from './memory/images.ts'
import { people } from './memory/people.ts'
import { story } from './memory/story.ts'
import { HOST, KEYS, memory, NAME } from './memory/world.ts'

const app = runnable('app')

const failed = (...tags: readonly string[]) => failedImage({}, tags)

const outcomes = (published: readonly Alert[]) =>
  published.flatMap(({ tags }) => tags).map(({ tag, outcome }) => `${tag} ${outcome}`)

describe('people are told', () => {
  it('although the registry does not answer, and again when the tag is taken (rule 10)', async () => {
    const { outside, digest, id, pass } = await failed('v1')
    const down = failing(outside.world, (port) => port === 'tagger')
    await expect(act(down, id(digest), 'me')).rejects.toThrow(Unavailable)
    expect(outside.published).toMatchObject([{ event: 'failed', tags: [{ tag: 'v1', outcome: 'failed' }] }])
    await pass(2)
    expect(outside.published.slice(1)).toMatchObject([
      { event: 'quarantined', tags: [{ tag: 'v1', outcome: 'taken' }] },
    ])
  })

  it('although the registry cannot even be asked for tags', async () => {
    const { outside, digest, id } = await failed('v1')
    const down = failing(outside.world, (port) => port === 'registry' || port === 'tagger')
    await expect(act(down, id(digest), 'me')).rejects.toThrow(Unavailable)
    expect(outside.published).toMatchObject([{ event: 'failed', image: `${HOST}/${NAME}:v1@${digest}` }])
  })

  it('as soon as the topic takes it again; until then the alert is open (I5)', async () => {
    const { outside, digest, id, record, pass } = await failed('v1')
    const mute = failing(outside.world, (port) => port === 'alerts')
    await expect(act(mute, id(digest), 'me')).rejects.toThrow(Unavailable)
    expect(await record(digest)).toMatchObject({ taken: ['v1'], todo: [{ kind: 'alert' }] })
    await pass(2)
    expect(outside.published).toMatchObject([{ event: 'failed', tags: [{ tag: 'v1', outcome: 'taken' }] }])
    expect(await record(digest)).toMatchObject({ todo: [] })
  })

  it('once of an image that cannot be judged, however often it is tried', async () => {
    const outside = await memory()
    const { push, id, pass, told } = story(outside)
    const digest = push(app, 'v1')
    outside.queue.messages.length = 0
    for (let n = 0; n < 3; n++) await recordOutage(outside.world, id(digest), 'no answer')
    const down = failing(outside.world, (port) => port === 'registry')
    await story(outside, down).pass(5)
    expect(told()).toEqual(['error'])
    await pass(1)
  })

  it('of two events that came before the first alert went out, in the order they came', async () => {
    const { outside, digest, id, told } = await failed('v1')
    await sign(outside.registry, NAME, digest, KEYS.privateKey)
    await judge(outside.world, id(digest))
    await act(outside.world, id(digest), 'me')
    expect(told()).toEqual(['failed', 'recovered'])
  })

  it('twice at most where the process dies once, whenever it does', async () => {
    for (let calls = 1; calls < 40; calls++) {
      const { outside, digest, id, told, pass } = await failed('v1')
      const { world } = crashAfter(outside.world, calls)
      await act(world, id(digest), 'me').catch((error: unknown) => expect(error).toBeInstanceOf(Crash))
      await pass(4)
      expect([calls, told()]).toEqual([
        calls,
        expect.toSatisfy((events) => ['failed', 'failed,failed'].includes(`${events}`)),
      ])
    }
  })

  // A new event merges into the entry, whose other events went out while it came; all of them go out again
  it('once, where something new happens while the alert goes out (I5)', async () => {
    const { outside, digest, id, told, pass } = await failed('v1')
    const meanwhile = once('alerts', 'publish', async () => {
      await sign(outside.registry, NAME, digest, KEYS.privateKey)
      await judge(outside.world, id(digest))
    })
    await act(intercepted(outside.world, meanwhile), id(digest), 'me')
    await pass(3)
    expect(told()).toEqual(['failed', 'recovered'])
  })

  // What was done before an interruption is told by nobody: the outcomes of a run are lost with it
  it('of every tag that was taken, though the work was interrupted between two', async () => {
    const { outside, digest, id, pass } = await failed('v1', 'v2')
    const down = once('tagger', 'remove', () => Promise.reject(new Unavailable('ECR', 'no answer')), 2)
    await expect(act(intercepted(outside.world, down), id(digest), 'me')).rejects.toThrow(Unavailable)
    await pass(3)
    expect(outcomes(outside.published)).toEqual(expect.arrayContaining(['v1 taken', 'v2 taken']))
  })

  // The same where a crash comes between taking a tag and telling: the next run finds no tag, and has nothing to say
  it('of the tag that was taken, though the process died right after', async () => {
    const { outside, digest, id, pass, at } = await failed('v1')
    const dying = intercepted(outside.world, async () => {
      if ((await at('v1')) === undefined) throw new Crash()
    })
    await expect(act(dying, id(digest), 'me')).rejects.toThrow(Crash)
    await pass(4)
    expect(outside.published).not.toEqual([])
    expect(outcomes(outside.published)).toContain('v1 taken')
  })

  // Found by npm run model: neither taking nor giving back is to be done any more, so that nobody looked at the tag again
  it('of the tag that was taken before the process died, though a person accepts the image and takes that back', async () => {
    const { outside, digest, id, pass, at } = await failed('v1')
    const dying = intercepted(outside.world, async () => {
      if ((await at('v1')) === undefined) throw new Crash()
    })
    await expect(act(dying, id(digest), 'me')).rejects.toThrow(Crash)
    outside.advance(100)
    const { waive, revoke } = people(outside)
    await waive(digest)
    await revoke(digest)
    await pass(4)
    expect(outcomes(outside.published)).toContain('v1 taken')
    expect(await outside.world.store.tag(HOST, NAME, 'v1')).toMatchObject({ quarantined: { digest } })
  })
})
