import { describe, expect, it } from 'vitest'
import { act } from '../lambda/act.ts'
import { quarantineTag } from '../lambda/core/tags.ts'
import { Unavailable } from '../lambda/errors.ts'
import { judge } from '../lambda/pipeline.ts'
import { intercepted, once } from './memory/faults.ts'
import { runnable, sign } from './memory/images.ts'
import { story } from './memory/story.ts'
import { HOST, KEYS, memory, NAME, policies } from './memory/world.ts'

const app = runnable('app')
const newer = runnable('newer')

/** An image whose tags were taken, and which is signed by now; giving back is still to be done. */
async function signedLate(tags: readonly string[] = ['v1']) {
  const outside = await memory()
  const told = story(outside)
  const digest = outside.registry.push(NAME, app)
  for (const tag of tags) told.push(app, tag)
  await told.pass(13)
  await sign(outside.registry, NAME, digest, KEYS.privateKey)
  outside.published.length = 0
  return {
    outside,
    ...told,
    digest,
    rejudge: async () => {
      await judge(outside.world, told.id(digest))
      outside.queue.messages.length = 0
    },
    work: (world = outside.world) => act(world, told.id(digest), 'me'),
  }
}

describe('release', () => {
  it('gives back every tag, keeps our own for ever, and tells of it', async () => {
    const { outside, digest, rejudge, work, record, at } = await signedLate(['v1', 'v2'])
    await rejudge()
    await work()
    expect([await at('v1'), await at('v2'), await at(quarantineTag(digest))]).toEqual([digest, digest, digest])
    expect(await record(digest)).toMatchObject({ state: 'verified', taken: [], todo: [] })
    expect(await outside.world.store.tag(HOST, NAME, 'v1')).not.toHaveProperty('quarantined')
    expect(outside.published).toMatchObject([
      {
        event: 'recovered',
        state: 'verified',
        tags: [
          { tag: 'v1', outcome: 'given-back' },
          { tag: 'v2', outcome: 'given-back' },
        ],
      },
    ])
  })

  it('leaves a tag to the newer image that has it by now, and tells of that', async () => {
    const { outside, digest, rejudge, work, record, at } = await signedLate()
    const other = outside.registry.push(NAME, newer, 'v1')
    await rejudge()
    await work()
    expect(await at('v1')).toBe(other)
    expect(await record(digest)).toMatchObject({ taken: [], todo: [] })
    expect(outside.published).toMatchObject([{ event: 'recovered', tags: [{ tag: 'v1', outcome: 'refused-newer' }] }])
  })

  it('leaves an immutable tag that was taken up in the moment before', async () => {
    const { outside, rejudge, work } = await signedLate()
    await rejudge()
    const late = { ...outside.registry.tagger, put: async () => 'taken' as const }
    await work({ ...outside.world, taggers: new Map([[HOST, late]]) })
    expect(outside.published[0]?.tags).toEqual([{ tag: 'v1', outcome: 'refused-newer' }])
  })

  it('stops before the next tag when the verdict is another one', async () => {
    const { outside, digest, rejudge, work, at, id, record } = await signedLate(['v1', 'v2'])
    await rejudge()
    const degrade = once('tagger', 'put', () => judge({ ...outside.world, policies: policiesOf('x') }, id(digest)))
    await work(intercepted(outside.world, degrade))
    expect([await at('v1'), await at('v2')]).toEqual([digest, undefined])
    expect(await record(digest)).toMatchObject({ state: 'degraded', taken: ['v2'] })
  })

  it('is content with a tag that somebody has put back already', async () => {
    const { outside, digest, rejudge, work, record } = await signedLate()
    outside.registry.push(NAME, app, 'v1')
    await rejudge()
    await work()
    expect(await record(digest)).toMatchObject({ taken: [] })
    expect(outside.published[0]?.tags).toEqual([{ tag: 'v1', outcome: 'given-back' }])
  })

  it('makes no new work by what it writes (I10)', async () => {
    const { outside, push, digest, rejudge, work, record, settle } = await signedLate()
    await rejudge()
    await work()
    const { rev } = (await record(digest))!
    push(app, 'v1')
    await settle()
    expect(await record(digest)).toMatchObject({ rev, todo: [] })
    expect(outside.published).toHaveLength(1)
  })

  it('also follows where no policy asks for the image any more', async () => {
    const { outside, digest, work, record, at, id } = await signedLate()
    await judge({ ...outside.world, policies: { ...outside.world.policies, policies: [] } }, id(digest))
    await work()
    expect([await at('v1'), (await record(digest))?.state]).toEqual([digest, 'unmanaged'])
  })

  // ECR has no put that compares; the push of the newer image comes back as an event, and nobody looks at `ownPut` then (rule 8)
  it('puts back what it displaced in the moment before it put its own', async () => {
    const { outside, rejudge, work, push, pass, at } = await signedLate()
    await rejudge()
    let other: string | undefined
    await work(
      intercepted(
        outside.world,
        once('tagger', 'put', () => {
          other = push(newer, 'v1')
        }),
      ),
    )
    await pass(3)
    expect(await at('v1')).toBe(other)
  })
})

describe('a degraded image', () => {
  it('is told of and keeps its tags, where nothing else is asked for (I11)', async () => {
    const outside = await memory()
    const { push, sign, pass, at, state, told } = story(outside)
    const digest = push(app, 'v1')
    await sign(digest)
    await pass(1)
    const stricter = { ...outside.world, policies: policiesOf('another key') }
    await story(outside, stricter).pass(20)
    expect([await state(digest), await at('v1'), told()]).toEqual(['degraded', digest, ['degraded']])
  })

  it('loses its tags only where that is asked for, and has them back when it is good again', async () => {
    const outside = await memory({ policies: policies('onFailure: observe, onDegraded: quarantine') })
    const { push, sign, pass, at, state, told } = story(outside)
    const digest = push(app, 'v1')
    await sign(digest)
    await pass(1)
    const stricter = policiesOf('another key', 'onFailure: observe, onDegraded: quarantine')
    await story(outside, { ...outside.world, policies: stricter }).pass(3)
    expect([await state(digest), await at('v1'), told()]).toEqual(['degraded', undefined, ['degraded']])
    await pass(3)
    expect([await state(digest), await at('v1'), told()]).toEqual(['verified', digest, ['degraded', 'recovered']])
  })
})

/** The same policies, asking for a signature that is not there. */
function policiesOf(name: string, enforcement?: string) {
  const set = policies(enforcement)
  const authorities = set.policies
    .flatMap((policy) => policy.authorities)
    .map((one) => ({ ...one, name, annotations: { name } }))
  return { ...set, policies: set.policies.map((policy) => ({ ...policy, authorities })) }
}

describe('a release that is interrupted', () => {
  // The alert goes out with what had happened by then; what is given back afterwards is added to an alert without an event, which tells nobody
  it('is told of when it is done', async () => {
    const { outside, digest, rejudge, work, pass, at } = await signedLate()
    await rejudge()
    let down = true
    const flaky = intercepted(outside.world, (port, method) => {
      if (down && port === 'tagger' && method === 'put') throw new Unavailable('ECR', 'no answer')
    })
    await expect(work(flaky)).rejects.toThrow(Unavailable)
    down = false
    await pass(3)
    expect(await at('v1')).toBe(digest)
    expect(outside.published.flatMap(({ tags }) => tags)).toContainEqual({ tag: 'v1', outcome: 'given-back' })
  })

  it('ends with every tag given back', async () => {
    const { outside, digest, rejudge, work, pass, at, record } = await signedLate(['v1', 'v2'])
    await rejudge()
    const flaky = intercepted(
      outside.world,
      once(
        'tagger',
        'put',
        () => {
          throw new Unavailable('ECR', 'no answer')
        },
        2,
      ),
    )
    await expect(work(flaky)).rejects.toThrow(Unavailable)
    await pass(3)
    expect([await at('v1'), await at('v2')]).toEqual([digest, digest])
    expect(await record(digest)).toMatchObject({ taken: [], todo: [] })
  })
})

describe.each(['remove', 'overwrite'] as const)(
  'a tag that was taken from two images, one after the other, by means %s',
  (means) => {
    async function takenTwice() {
      const outside = await memory({ means })
      const told = story(outside)
      const first = told.push(app, 'v1')
      await told.pass(13)
      const second = told.push(newer, 'v1')
      await told.pass(13)
      return { outside, ...told, first, second }
    }

    it('is the later one’s to come back to, whichever is signed first', async () => {
      const { outside, first, second, sign, pass, at, record } = await takenTwice()
      await sign(first)
      await pass(3)
      expect(await at('v1')).not.toBe(first)
      expect(await record(first)).toMatchObject({ state: 'verified', taken: [], todo: [] })
      expect(outside.published.at(-1)?.tags).toEqual([{ tag: 'v1', outcome: 'refused-newer' }])
      await sign(second)
      await pass(3)
      expect(await at('v1')).toBe(second)
      expect(await record(second)).toMatchObject({ state: 'verified', taken: [], todo: [] })
    })
  },
)
