import { describe, expect, it } from 'vitest'
import { act } from '../lambda/act.ts'
import { isRunnable, parseManifest } from '../lambda/core/manifest.ts'
import { quarantineTag } from '../lambda/core/tags.ts'
import { Unavailable } from '../lambda/errors.ts'
import { judge } from '../lambda/pipeline.ts'
import { failedImage } from './memory/failed.ts'
import { intercepted } from './memory/faults.ts'
import { runnable } from './memory/images.ts'
import { memoryRegistry } from './memory/registry.ts'
import { story } from './memory/story.ts'
import { HOST, memory, NAME, policies } from './memory/world.ts'

const app = runnable('app')

async function failed(options: Parameters<typeof memory>[0] = {}, tags: readonly string[] = ['v1']) {
  const image = await failedImage(options, tags)
  const { outside, id, digest } = image
  return { ...image, work: (owner = 'me') => act(outside.world, id(digest), owner) }
}

describe('quarantine', () => {
  it('puts our tag and sees it there before it takes another, marks what it took, and tells people last', async () => {
    const { outside, digest, id } = await failed()
    const calls: string[] = []
    const watched = intercepted(outside.world, (port, method) => void calls.push(`${port}.${method}`))
    await act(watched, id(digest), 'me')
    const effects = [
      'tagger.put',
      'registry.resolve',
      'store.putImage',
      'tagger.remove',
      'store.putTag',
      'alerts.publish',
    ]
    const order = effects.map((effect) => calls.indexOf(effect, calls.indexOf('tagger.put')))
    expect(order).toEqual(order.toSorted((a, b) => a - b))
    expect(order).not.toContain(-1)
  })

  it('takes every tag, keeps the image under ours, and says so', async () => {
    const { outside, digest, work, record, at } = await failed({}, ['v1', 'v2'])
    await work()
    expect(await record(digest)).toMatchObject({ state: 'failed', taken: ['v1', 'v2'], todo: [] })
    expect(await record(digest)).not.toHaveProperty('lease')
    expect([await at('v1'), await at('v2'), await at(quarantineTag(digest))]).toEqual([undefined, undefined, digest])
    expect(await outside.world.store.tag(HOST, NAME, 'v1')).toMatchObject({ quarantined: { digest } })
    expect(outside.published).toMatchObject([
      {
        event: 'failed',
        image: `${HOST}/${NAME}:v1@${digest}`,
        state: 'failed',
        checks: [{ reason: 'no-signature' }],
        tags: [
          { tag: 'v1', outcome: 'taken' },
          { tag: 'v2', outcome: 'taken' },
        ],
      },
    ])
  })

  it('leaves the bytes where they are, and keeps them as evidence (I2)', async () => {
    const { outside, digest, work } = await failed()
    await work()
    const fetched = await outside.registry.registry.manifest(NAME, digest)
    const manifest = fetched && parseManifest(fetched)
    expect(typeof manifest === 'object' && isRunnable(manifest)).toBe(true)
    expect(outside.kept.get(digest)).toEqual(fetched?.bytes)
  })

  it.each([
    ['onFailure: observe', 'remove', 'would-take'],
    ['onFailure: quarantine', 'none', 'not-armed'],
    ['onFailure: archive', 'none', 'not-armed'],
    ['onFailure: quarantine, protect: ["**:v1"]', 'remove', 'protected'],
    ['onFailure: archive, protect: ["**:v1"]', 'remove', 'protected'],
  ] as const)('under %s, by means %s, tells of the tag as %s and leaves it', async (enforcement, means, outcome) => {
    const { outside, digest, work, at, record } = await failed({ policies: policies(enforcement), means })
    await work()
    expect(await at('v1')).toBe(digest)
    expect(await record(digest)).toMatchObject({ taken: [], tagWork: { tags: [{ tag: 'v1', outcome }] } })
    expect(outside.published).toMatchObject([{ event: 'failed', tags: [{ tag: 'v1', outcome }] }])
    expect(await at(quarantineTag(digest))).toBeUndefined()
  })

  it('takes the tags that are not protected', async () => {
    const enforcement = policies('onFailure: quarantine, protect: ["**:latest"]')
    const { outside, digest, work, at } = await failed({ policies: enforcement }, ['latest', 'v1'])
    await work()
    expect([await at('latest'), await at('v1')]).toEqual([digest, undefined])
    expect(outside.published[0]?.tags).toEqual([
      { tag: 'v1', outcome: 'taken' },
      { tag: 'latest', outcome: 'protected' },
    ])
  })

  it('takes nothing of a registry it has no hands in', async () => {
    const { outside, digest, id, at } = await failed()
    await act({ ...outside.world, taggers: new Map() }, id(digest), 'me')
    expect(await at('v1')).toBe(digest)
    expect(outside.published[0]?.tags).toEqual([{ tag: 'v1', outcome: 'not-armed' }])
  })

  it('leaves a tag that another image has by now (I1)', async () => {
    const { outside, digest, id, at, record } = await failed()
    const newer = runnable('newer')
    let pushed: string | undefined
    const raced = intercepted(outside.world, (port, method) => {
      if (port === 'tagger' && method === 'remove') pushed ??= outside.registry.push(NAME, newer, 'v1')
    })
    await act(raced, id(digest), 'me')
    expect(await at('v1')).toBe(pushed)
    expect((await record(digest))?.taken).toEqual([])
    expect(outside.published[0]?.tags).toEqual([{ tag: 'v1', outcome: 'moved' }])
  })

  it('takes a tag again that was pushed again, and tells of that once more', async () => {
    const { outside, digest, work, push, pass, at, record, told } = await failed()
    await work()
    push(app, 'v1')
    await pass(2)
    expect(await at('v1')).toBeUndefined()
    expect(await record(digest)).toMatchObject({ taken: ['v1'], todo: [] })
    expect(told()).toEqual(['failed', 'quarantined'])
    expect(outside.published[1]).toMatchObject({ tags: [{ tag: 'v1', outcome: 'taken' }] })
  })

  it('takes a tag that is pushed while it works', async () => {
    const { outside, digest, id, push, pass, at, record } = await failed()
    const busy = intercepted(outside.world, async (port, method) => {
      if (port === 'store' && method === 'putTag' && (await at('v2')) === undefined) {
        push(app, 'v2')
        await judge(outside.world, id(digest))
      }
    })
    await act(busy, id(digest), 'me')
    expect(await record(digest)).toMatchObject({ todo: [{ kind: 'quarantine' }] })
    await pass(2)
    expect([await at('v2'), (await record(digest))?.taken]).toEqual([undefined, ['v1', 'v2']])
  })

  it('stops before the next tag when the verdict is another one', async () => {
    const { outside, digest, id, sign, settle, pass, at, record } = await failed({}, ['v1', 'v2'])
    const overtaken = intercepted(outside.world, async (port, method) => {
      if (port !== 'tagger' || method !== 'remove') return
      await sign(digest)
      await judge(outside.world, id(digest))
    })
    await act(overtaken, id(digest), 'me')
    expect([await at('v1'), await at('v2')]).toEqual([undefined, digest])
    await settle()
    await pass(2)
    expect([await at('v1'), await at('v2')]).toEqual([digest, digest])
    expect(await record(digest)).toMatchObject({ state: 'verified', taken: [], todo: [] })
  })

  it('does nothing where the image is gone', async () => {
    const { outside, digest, id, record } = await failed()
    await outside.registry.tagger.remove(NAME, 'v1', digest)
    await act(outside.world, id(digest), 'me')
    expect(await record(digest)).toMatchObject({ taken: [], todo: [] })
    expect(outside.published).toMatchObject([{ event: 'failed', tags: [] }])
  })

  it('takes nothing while our own tag is not on the image', async () => {
    const { outside, digest, id, at } = await failed()
    const forgetful = { ...outside.registry.tagger, put: async () => 'put' as const }
    const world = { ...outside.world, taggers: new Map([[HOST, forgetful]]) }
    await expect(act(world, id(digest), 'me')).rejects.toThrow(Unavailable)
    expect(await at('v1')).toBe(digest)
  })

  it('puts the image back where a registry lets it go with its tag, ours notwithstanding', async () => {
    const { outside, digest, id, at } = await failed()
    const { registry, tagger } = outside.registry
    const careless = {
      ...tagger,
      remove: async (name: string, tag: string) => {
        for (const one of [tag, quarantineTag(digest)]) await tagger.remove(name, one, digest)
        return 'removed' as const
      },
    }
    await act({ ...outside.world, taggers: new Map([[HOST, careless]]) }, id(digest), 'me')
    expect(await at(quarantineTag(digest))).toBe(digest)
    expect(await registry.manifest(NAME, digest)).toBeDefined()
  })
})

describe('a tag named as ours', () => {
  // Whoever may push can put another image under the tag that we must have; where tags are immutable we never get it
  it('does not keep a failed image in place, though a good image holds it for ever', async () => {
    const outside = await memory()
    const { push, sign, at } = story(outside)
    const registry = memoryRegistry((tag) => tag.startsWith('quarantined.'))
    Object.assign(outside.registry, registry)
    const world = {
      ...outside.world,
      registries: new Map([[HOST, registry.registry]]),
      taggers: new Map([[HOST, registry.tagger]]),
    }
    const digest = push(app, 'v1')
    await sign(push(runnable('signed'), quarantineTag(digest)))
    await story(outside, world).pass(15)
    expect(await at('v1')).toBeUndefined()
  })
})

describe('the lease', () => {
  it('lets one worker at a time work, and sends the other away to come again', async () => {
    const { outside, digest, id, work } = await failed()
    const busy = intercepted(outside.world, async (port, method) => {
      if (port === 'tagger' && method === 'remove') await expect(work('other')).rejects.toThrow(Unavailable)
    })
    await act(busy, id(digest), 'me')
    expect(outside.published).toHaveLength(1)
  })

  it('is taken over from a worker that has died', async () => {
    const { outside, digest, id, record, work } = await failed()
    const kept = (await record(digest))!
    await outside.world.store.putImage(
      {
        ...kept,
        version: kept.version + 1,
        lease: { owner: 'dead', until: new Date(outside.now().getTime() + 90_000).toISOString() },
      },
      kept.version,
    )
    await expect(act(outside.world, id(digest), 'me')).rejects.toThrow('another worker')
    outside.advance(90)
    await work()
    expect(await record(digest)).toMatchObject({ taken: ['v1'], todo: [] })
  })

  it('is given up by a worker whose work ends in an outage', async () => {
    const { outside, digest, id, record, work } = await failed()
    const down = intercepted(outside.world, (port) => {
      if (port === 'tagger') throw new Unavailable('ECR', 'no answer')
    })
    await expect(act(down, id(digest), 'me')).rejects.toThrow('no answer')
    expect(await record(digest)).not.toHaveProperty('lease')
    await work('other')
    expect(await record(digest)).toMatchObject({ taken: ['v1'], todo: [] })
  })

  it('is not taken where there is nothing to do', async () => {
    const { outside, digest, work, record } = await failed()
    await work()
    const before = await record(digest)
    await work()
    await act(outside.world, { host: HOST, name: NAME, digest: `sha256:${'0'.repeat(64)}` }, 'me')
    expect(await record(digest)).toEqual(before)
  })
})
