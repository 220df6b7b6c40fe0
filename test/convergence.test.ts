import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Push } from '../lambda/core/push.ts'
import { quarantineTag } from '../lambda/core/tags.ts'
import { drain } from './memory/drain.ts'
import { echoing } from './memory/echo.ts'
import { indexOver, runnable, sign } from './memory/images.ts'
import { pushed } from './memory/story.ts'
import { HOST, KEYS, type Memory, memory, NAME, SURROUNDINGS } from './memory/world.ts'

const TAGS = ['v1', 'v2', 'v3', 'latest']
const [unsigned, signed, child] = [runnable('unsigned'), runnable('signed'), runnable('child')]

/** One thing done to the registry, and the event of it. */
type Deed = (memory: Memory) => Push | Promise<Push>
const push =
  (manifest: { readonly mediaType: string }, tag?: string): Deed =>
  ({ registry }) =>
    pushed(registry.push(NAME, manifest, tag), tag)
const signing: Deed = async ({ registry }) =>
  pushed(await sign(registry, NAME, registry.push(NAME, signed), KEYS.privateKey))

const deeds: readonly Deed[] = [
  push(unsigned, 'v1'),
  push(signed, 'v2'),
  signing,
  push(child),
  push(indexOver(child), 'v3'),
  push(unsigned, 'latest'),
]

/** All that must be the same whatever the order: states, checks, what was taken, where the tags are. */
async function ending({ world, registry }: Memory) {
  const { items } = await world.store.images({ limit: 100 })
  const images = items.map(({ digest, state, checks, taken, todo }) => {
    const told = checks.map(({ name, outcome, reason }) => `${name} ${outcome} ${reason}`)
    return { digest, state, told, taken: taken.toSorted(), todo }
  })
  const tags = await Promise.all(
    [...TAGS, ...items.map(({ digest }) => quarantineTag(digest))]
      .toSorted()
      .map(async (tag) => [tag, await registry.registry.resolve(NAME, tag)]),
  )
  return { images: images.toSorted((a, b) => (a.digest < b.digest ? -1 : 1)), tags }
}

type Surroundings = Parameters<typeof memory>[0]

/** Does all deeds in order; after each, so many of the events so far are delivered, again and again as the numbers say. */
async function live(deliveries: readonly (readonly number[])[], surroundings: Surroundings = {}) {
  const outside = await memory(surroundings)
  const world = echoing(outside)
  const events: Push[] = []
  for (const [n, deed] of deeds.entries()) {
    events.push(await deed(outside))
    for (const which of deliveries[n] ?? []) outside.queue.send(events[which % events.length]!)
    await drain(outside, world, 1)
  }
  const rest = deliveries.at(-1) ?? []
  for (const event of [...events.keys()].toSorted((a, b) => (rest[a] ?? a) - (rest[b] ?? b)))
    outside.queue.send(events[event]!)
  await drain(outside, world, 20)
  return ending(outside)
}

describe.each(Object.entries(SURROUNDINGS))(
  'over %s, the same pushes, in any order and number (I9)',
  (_, surroundings) => {
    it('end as they should', async () => {
      const { images, tags } = await live([], surroundings)
      expect(images.map(({ state }) => state).toSorted()).toEqual(['failed', 'failed', 'verified'])
      expect(tags.filter(([tag, digest]) => TAGS.includes(String(tag)) && digest !== undefined)).toHaveLength(1)
      expect(images.every(({ todo }) => todo.length === 0)).toBe(true)
    })

    it('end the same, though events come late, often, and out of order, and our own writes come back as events (I10)', async () => {
      const expected = await live([])
      const deliveries = fc.array(fc.array(fc.nat(20), { maxLength: 5 }), { minLength: 7, maxLength: 7 })
      await fc.assert(
        fc.asyncProperty(deliveries, async (order) => {
          expect(await live(order, surroundings)).toEqual(expected)
        }),
        { numRuns: 40 },
      )
    })

    // Grace begins when a tag is seen on the image; where the event comes after the tag has moved, none is ever seen
    it('end the same for an image whose tag moves on', async () => {
      const states = await Promise.all(
        [0, 1].map(async (late) => {
          const outside = await memory(surroundings)
          const first = outside.registry.push(NAME, unsigned, 'v1')
          if (!late) outside.queue.send(pushed(first, 'v1'))
          await drain(outside, outside.world, 1)
          outside.queue.send(pushed(outside.registry.push(NAME, signed, 'v1'), 'v1'))
          outside.queue.send(pushed(first, 'v1'))
          await drain(outside, outside.world, 20)
          return (await outside.world.store.image({ host: HOST, name: NAME, digest: first }))?.state
        }),
      )
      expect(states[0]).toBe(states[1])
    })
  },
)
