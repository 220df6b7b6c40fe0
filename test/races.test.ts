import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { act } from '../lambda/act.ts'
import type { Digest } from '../lambda/core/image.ts'
import { Unavailable } from '../lambda/errors.ts'
import { judge, verifyPush } from '../lambda/pipeline.ts'
import { drain } from './memory/drain.ts'
import { intercepted } from './memory/faults.ts'
import { runnable, sign } from './memory/images.ts'
import { ALICE, people } from './memory/people.ts'
import { pushed } from './memory/story.ts'
import { HOST, KEYS, type Memory, memory, NAME } from './memory/world.ts'

const app = runnable('app')
const other = runnable('other')
const id = (digest: Digest) => ({ host: HOST, name: NAME, digest })

type World = Memory['world']
/** What goes on at the same time, and how it must end once all work is done. */
type Race = {
  readonly before?: (outside: Memory, digest: Digest) => Promise<unknown>
  readonly workers: (world: World, outside: Memory, digest: Digest) => readonly Promise<unknown>[]
  readonly end: (outside: Memory, digest: Digest) => Promise<void>
}

async function look({ world, registry }: Memory, digest: Digest) {
  const [v1, v2] = await Promise.all(['v1', 'v2'].map((tag) => registry.registry.resolve(NAME, tag)))
  return { record: await world.store.image(id(digest)), v1, v2 }
}

async function pushAgain(world: World, outside: Memory, manifest: typeof app) {
  return verifyPush(world, pushed(outside.registry.push(NAME, manifest, 'v1'), 'v1'))
}

async function signLate(world: World, outside: Memory, digest: Digest) {
  return verifyPush(world, pushed(await sign(outside.registry, NAME, digest, KEYS.privateKey)))
}

const taken = async (outside: Memory, digest: Digest) => {
  const { record, v1, v2 } = await look(outside, digest)
  expect(record).toMatchObject({ state: 'failed', todo: [], taken: expect.arrayContaining(['v1', 'v2']) })
  expect([v1, v2]).toEqual([undefined, undefined])
}
const givenBack = async (outside: Memory, digest: Digest) => {
  const { record, v1, v2 } = await look(outside, digest)
  expect(record).toMatchObject({ state: 'verified', todo: [], taken: [] })
  expect([v1, v2]).toEqual([digest, digest])
}

const accepted = async (outside: Memory, digest: Digest) => {
  const { record, v1, v2 } = await look(outside, digest)
  expect(record).toMatchObject({ state: 'failed', todo: [], taken: [], waiver: { by: ALICE } })
  expect([v1, v2]).toEqual([digest, digest])
  expect(await people(outside).gate({ digest })).toMatchObject({ allow: true, because: 'waiver' })
}

const races: Readonly<Record<string, Race>> = {
  'two workers take the tags': {
    workers: (world, _, digest) => [act(world, id(digest), 'a'), act(world, id(digest), 'b')],
    end: taken,
  },
  'a tag is pushed again while it is taken': {
    workers: (world, outside, digest) => [act(world, id(digest), 'a'), pushAgain(world, outside, app)],
    end: taken,
  },
  'another image takes the tag while it is taken': {
    workers: (world, outside, digest) => [act(world, id(digest), 'a'), pushAgain(world, outside, other)],
    end: async (outside, digest) => {
      const { record, v1 } = await look(outside, digest)
      const [newer] = (await outside.world.store.images({ limit: 1 })).items
      expect([record?.state, newer?.state, v1]).toEqual(['failed', 'failed', undefined])
      expect([record?.todo, newer?.todo]).toEqual([[], []])
    },
  },
  'the signature comes while the tags are taken': {
    workers: (world, outside, digest) => [act(world, id(digest), 'a'), signLate(world, outside, digest)],
    end: givenBack,
  },
  'the signature comes, two judge, two act': {
    workers: (world, outside, digest) => [
      act(world, id(digest), 'a'),
      signLate(world, outside, digest),
      judge(world, id(digest)),
      act(world, id(digest), 'b'),
    ],
    end: givenBack,
  },
  'a tag is pushed again while it is given back': {
    before: async (outside, digest) => {
      await drain(outside, outside.world, 1)
      await signLate(outside.world, outside, digest)
    },
    workers: (world, outside, digest) => [
      act(world, id(digest), 'a'),
      pushAgain(world, outside, app),
      judge(world, id(digest)),
    ],
    end: givenBack,
  },
  'a person accepts the image while its tags are taken': {
    workers: (world, outside, digest) => [act(world, id(digest), 'a'), accept(world, outside, digest)],
    end: accepted,
  },
  'a person accepts the image, two judge, two act': {
    workers: (world, outside, digest) => [
      act(world, id(digest), 'a'),
      accept(world, outside, digest),
      judge(world, id(digest)),
      act(world, id(digest), 'b'),
    ],
    end: accepted,
  },
  'a waiver is taken back while the tags are given back': {
    before: async (outside, digest) => {
      await drain(outside, outside.world, 1)
      await people(outside).waive(digest)
    },
    workers: (world, outside, digest) => [
      act(world, id(digest), 'a'),
      people({ ...outside, world }).revoke(digest),
      judge(world, id(digest)),
    ],
    end: async (outside, digest) => {
      const { record, v1, v2 } = await look(outside, digest)
      expect(record).toMatchObject({ state: 'degraded', todo: [] })
      // Each is in its place, or on the list of those to be given back one day
      const away = [v1 === undefined ? ['v1'] : [], v2 === undefined ? ['v2'] : []].flat()
      expect(record?.taken.toSorted()).toEqual(away)
      expect(await people(outside).gate({ digest })).toMatchObject({ allow: false })
    },
  },
}

/** Tried again while the image's tags are moved, as its answer says. */
async function accept(world: World, outside: Memory, digest: Digest): Promise<unknown> {
  const { waive } = people({ ...outside, world }, async () => void (await world.store.image(id(digest))))
  return waive(digest).catch((error: unknown) => {
    if (error instanceof Unavailable) return accept(world, outside, digest)
    throw error
  })
}

/** An unsigned image under two tags whose time is up, its work open. */
async function failed(): Promise<{ outside: Memory; digest: Digest }> {
  const outside = await memory()
  outside.registry.push(NAME, app, 'v1')
  const digest = outside.registry.push(NAME, app, 'v2')
  await judge(outside.world, id(digest))
  outside.advance(600)
  await judge(outside.world, id(digest))
  return { outside, digest }
}

describe.each(Object.entries(races))('%s', (_, { before, workers, end }) => {
  it('ends as it should, in whatever order the calls come, and never loses the image (I1, I2, I3)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const { outside, digest } = await failed()
        await before?.(outside, digest)
        const world = intercepted(outside.world, async (port, method) => {
          await scheduler.schedule(Promise.resolve(), `${port}.${method}`)
          expect(await outside.registry.registry.manifest(NAME, digest)).toBeDefined()
        })
        const ended = await scheduler.waitFor(Promise.allSettled(workers(world, outside, digest)))
        for (const one of ended) if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(Unavailable)
        await drain(outside, outside.world, 15)
        await end(outside, digest)
        expect(outside.published.map(({ event }) => event)).toContain('failed')
      }),
      { numRuns: 60 },
    )
  })
})
