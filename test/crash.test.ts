import { describe, expect, it } from 'vitest'
import { quarantineTag } from '../lambda/core/tags.ts'
import { randomOf } from './hostile/random.ts'
import { Crash, crashAfter } from './memory/crash.ts'
import { drain } from './memory/drain.ts'
import { indexOver, runnable, sign } from './memory/images.ts'
import { people } from './memory/people.ts'
import { pushed } from './memory/story.ts'
import { HOST, KEYS, type Memory, memory, NAME, SURROUNDINGS } from './memory/world.ts'

/** How many pairs of crashes are tried for each scenario, and the seed by which they are chosen: all pairs would take hours. */
const PAIRS = Number(process.env.ASSAY_CRASH_PAIRS ?? 8)
const SEED = Number(process.env.ASSAY_CRASH_SEED ?? 1)
const PATIENCE = 30_000 + PAIRS * 100
type Surroundings = Parameters<typeof memory>[0]

/** What happens outside, step after step; between steps everything is drained for some minutes. */
type Step = (memory: Memory) => Promise<number>
type Scenario = { readonly steps: readonly Step[]; readonly end: (memory: Memory) => Promise<void> }

const bad = runnable('bad')
const other = runnable('other')
const child = runnable('child')
const index = indexOver(child)
type Manifest = { readonly mediaType: string }

const push =
  (image: Manifest, tag?: string, minutes = 15): Step =>
  async ({ registry, queue }) => {
    queue.send(pushed(registry.push(NAME, image, tag), tag))
    return minutes
  }
const signLate =
  (image: Manifest): Step =>
  async ({ registry, queue }) => {
    const digest = registry.push(NAME, image)
    queue.send(pushed(await sign(registry, NAME, digest, KEYS.privateKey)))
    return 5
  }

const waive =
  (image: Manifest): Step =>
  async (memory) => {
    expect(await people(memory).waive(memory.registry.push(NAME, image), 600)).toMatchObject({ status: 200 })
    return 4
  }
const wait =
  (minutes: number): Step =>
  async () =>
    minutes

async function stateOf({ world, registry }: Memory, image: Manifest, tag = 'v1') {
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
  'an image whose tag was taken gets another': {
    steps: [push(bad, 'v1'), push(bad, 'v2', 3)],
    end: async (memory) => {
      const { record, tag } = await stateOf(memory, bad, 'v2')
      expect(record).toMatchObject({ state: 'failed', taken: ['v1', 'v2'], todo: [] })
      expect(tag).toBeUndefined()
    },
  },
  'an index is pushed, then its signature comes': {
    steps: [push(child), push(index, 'v1'), signLate(index)],
    end: async (memory) => {
      const { record, tag, digest } = await stateOf(memory, index)
      expect(record).toMatchObject({ state: 'verified', taken: [], todo: [] })
      expect(tag).toBe(digest)
      expect((await stateOf(memory, child)).record).toBeUndefined()
      expect(memory.published.map(({ event }) => event)).toEqual(expect.arrayContaining(['failed', 'recovered']))
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

/** Runs a scenario; the first process dies after so many port calls, the next one after as many as come next, and so on. */
async function run({ steps }: Scenario, surroundings: Surroundings, [calls, ...later]: readonly number[] = []) {
  const outside = await memory(surroundings)
  const deaths = [...later]
  const first = crashAfter(outside.world, calls ?? Number.POSITIVE_INFINITY)
  let { world } = first
  for (const step of steps) {
    const minutes = await step(outside)
    for (let alive = false; !alive; ) {
      try {
        await drain(outside, world, minutes)
        alive = true
      } catch (error) {
        if (!(error instanceof Crash)) throw error
        world = crashAfter(outside.world, deaths.shift() ?? Number.POSITIVE_INFINITY).world
      }
    }
  }
  return { memory: outside, made: first.made() }
}

async function endsWell(scenario: Scenario, surroundings: Surroundings, deaths: readonly number[]): Promise<void> {
  const { memory } = await run(scenario, surroundings, deaths)
  await scenario.end(memory).catch((error: unknown) => {
    throw new Error(`after crashes behind port call ${deaths.join(', and again behind ')}`, { cause: error })
  })
}

// All points over the first; over the others so many apart, from a place of their own
const STEPS = [1, 4, 4]

describe.each(Object.entries(SURROUNDINGS))('over %s', (over, surroundings) => {
  const place = Object.keys(SURROUNDINGS).indexOf(over)
  describe.each(Object.entries(scenarios))('%s', (_, scenario) => {
    it('ends as it should, whatever port call the process dies after', async () => {
      const whole = await run(scenario, surroundings)
      await scenario.end(whole.memory)
      expect(whole.made).toBeGreaterThan(40)
      const step = STEPS[place] ?? 1
      for (let calls = 1 + place; calls < whole.made; calls += step) await endsWell(scenario, surroundings, [calls])
    })

    it(
      'ends as it should, though the process that takes over dies too',
      async () => {
        const { made } = await run(scenario, surroundings)
        for (let pair = 0; pair < PAIRS; pair++) {
          const random = randomOf(SEED, pair)
          await endsWell(scenario, surroundings, [1 + random.below(made), 1 + random.below(made)])
        }
      },
      PATIENCE,
    )
  })
})
