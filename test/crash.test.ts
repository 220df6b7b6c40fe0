import { describe, expect, it } from 'vitest'
import type { Digest } from '../lambda/core/image.ts'
import type { Push } from '../lambda/core/push.ts'
import { quarantineTag } from '../lambda/core/tags.ts'
import { Crash, crashAfter } from './memory/crash.ts'
import { drain } from './memory/drain.ts'
import { runnable, sign } from './memory/images.ts'
import { people } from './memory/people.ts'
import { HOST, KEYS, type Memory, memory, NAME } from './memory/world.ts'

function pushed(digest: Digest, tag?: string): Push {
  return { id: 'e', source: 'ecr', kind: 'push', host: HOST, name: NAME, digest, at: '2026', ...(tag && { tag }) }
}

/** What happens outside, step after step; between steps everything is drained for some minutes. */
type Step = (memory: Memory) => Promise<number>
type Scenario = { readonly steps: readonly Step[]; readonly end: (memory: Memory) => Promise<void> }

const bad = runnable('bad')
const other = runnable('other')

const push =
  (image: typeof bad, tag: string, minutes = 15): Step =>
  async ({ registry, queue }) => {
    queue.send(pushed(registry.push(NAME, image, tag), tag))
    return minutes
  }
const signLate =
  (image: typeof bad): Step =>
  async ({ registry, queue }) => {
    const digest = registry.push(NAME, image)
    queue.send(pushed(await sign(registry, NAME, digest, KEYS.privateKey)))
    return 5
  }

const waive =
  (image: typeof bad): Step =>
  async (memory) => {
    expect(await people(memory).waive(memory.registry.push(NAME, image), 600)).toMatchObject({ status: 200 })
    return 4
  }
const wait =
  (minutes: number): Step =>
  async () =>
    minutes

async function stateOf({ world, registry }: Memory, image: typeof bad, tag = 'v1') {
  const digest = registry.push(NAME, image)
  const record = await world.store.image({ host: HOST, name: NAME, digest })
  return { record, digest, tag: await registry.registry.resolve(NAME, tag) }
}

const scenarios: Readonly<Record<string, Scenario>> = {
  'an unsigned image is pushed': {
    steps: [push(bad, 'v1')],
    end: async (memory) => {
      const { record, tag, digest } = await stateOf(memory, bad)
      expect(record).toMatchObject({ state: 'failed', taken: ['v1'], todo: [] })
      expect(tag).toBeUndefined()
      expect(await memory.registry.registry.resolve(NAME, quarantineTag(digest))).toBe(digest)
      expect(memory.published.map(({ event }) => event)).toContain('failed')
      expect(await memory.world.store.tag(HOST, NAME, 'v1')).toMatchObject({ quarantined: { digest } })
    },
  },
  'two tags, then the signature comes': {
    steps: [push(bad, 'v1', 1), push(bad, 'v2'), signLate(bad)],
    end: async (memory) => {
      const { record, tag, digest } = await stateOf(memory, bad)
      expect(record).toMatchObject({ state: 'verified', taken: [], todo: [] })
      expect(tag).toBe(digest)
      expect(await memory.registry.registry.resolve(NAME, 'v2')).toBe(digest)
      expect(memory.published.map(({ event }) => event)).toEqual(expect.arrayContaining(['failed', 'recovered']))
    },
  },
  'a taken tag is pushed again': {
    steps: [push(bad, 'v1'), push(bad, 'v1', 3)],
    end: async (memory) => {
      const { record, tag } = await stateOf(memory, bad)
      expect(record).toMatchObject({ state: 'failed', taken: ['v1'], todo: [] })
      expect(tag).toBeUndefined()
    },
  },
  'a person accepts it, and the waiver ends': {
    steps: [push(bad, 'v1', 12), waive(bad), wait(10)],
    end: async (memory) => {
      const { record, tag, digest } = await stateOf(memory, bad)
      expect(record).toMatchObject({ state: 'degraded', taken: [], todo: [] })
      expect(tag).toBe(digest)
      expect(memory.published.map(({ event }) => event)).toEqual(
        expect.arrayContaining(['failed', 'waived', 'degraded']),
      )
    },
  },
  'another image takes the tag meanwhile, then the signature comes': {
    steps: [push(bad, 'v1'), push(other, 'v1', 2), signLate(other), signLate(bad)],
    end: async (memory) => {
      const { record, tag } = await stateOf(memory, bad)
      const { digest } = await stateOf(memory, other)
      expect(record).toMatchObject({ state: 'verified', taken: [], todo: [] })
      expect(tag).toBe(digest)
    },
  },
}

/** Runs a scenario; after so many port calls the process dies once, and a new one takes over. */
async function run({ steps }: Scenario, calls: number): Promise<{ memory: Memory; made: number }> {
  const outside = await memory()
  const crashing = crashAfter(outside.world, calls)
  let world = crashing.world
  for (const step of steps) {
    const minutes = await step(outside)
    try {
      await drain(outside, world, minutes)
    } catch (error) {
      if (!(error instanceof Crash)) throw error
      world = outside.world
      await drain(outside, world, minutes)
    }
  }
  return { memory: outside, made: crashing.made() }
}

describe.each(Object.entries(scenarios))('%s', (_, scenario) => {
  it('ends as it should, whatever port call the process dies after', async () => {
    const whole = await run(scenario, Number.POSITIVE_INFINITY)
    await scenario.end(whole.memory)
    expect(whole.made).toBeGreaterThan(40)
    for (let calls = 1; calls < whole.made; calls++) {
      const { memory } = await run(scenario, calls)
      await scenario.end(memory).catch((error: unknown) => {
        throw new Error(`after a crash behind port call ${calls} of ${whole.made}`, { cause: error })
      })
    }
  })
})
