import { describe, expect, it } from 'vitest'
import { randomOf } from '../hostile/random.ts'
import { Crash, crashAfter } from '../memory/crash.ts'
import { drain } from '../memory/drain.ts'
import { memory, SURROUNDINGS } from '../memory/world.ts'
import type { Scenario } from './steps.ts'

/** How many pairs of crashes are tried for each scenario, and the seed by which they are chosen: all pairs would take hours. */
const PAIRS = Number(process.env.ASSAY_CRASH_PAIRS ?? 8)
const SEED = Number(process.env.ASSAY_CRASH_SEED ?? 1)
const PATIENCE = 60_000 + PAIRS * 100
type Surroundings = Parameters<typeof memory>[0]

/** Runs a scenario; the first process dies after so many port calls, the next one after as many as come next, and so on. */
async function run({ steps, options }: Scenario, over: Surroundings, [calls, ...later]: readonly number[] = []) {
  const outside = await memory({ ...over, ...options })
  const deaths = [...later]
  const first = crashAfter(outside.world, calls ?? Number.POSITIVE_INFINITY)
  let { world } = first
  for (const step of steps) {
    const minutes = await surviving(() => step(outside, world))
    await surviving(() => drain(outside, world, minutes))
  }
  return { memory: outside, made: first.made() }

  /** Whoever dies is started again, and so does what it did. */
  async function surviving<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof Crash)) throw error
        world = crashAfter(outside.world, deaths.shift() ?? Number.POSITIVE_INFINITY).world
      }
    }
  }
}

async function endsWell(scenario: Scenario, surroundings: Surroundings, deaths: readonly number[]): Promise<void> {
  const { memory } = await run(scenario, surroundings, deaths)
  await scenario.end(memory).catch((error: unknown) => {
    throw new Error(`after crashes behind port call ${deaths.join(', and again behind ')}`, { cause: error })
  })
}

// All points over the first; over the others so many apart, from a place of their own
const STEPS = [1, 10, 10]

/** Has the process die after each port call of each scenario, over each of the surroundings. */
export function dieEverywhere(all: Readonly<Record<string, Scenario>>): void {
  describe.each(Object.entries(SURROUNDINGS))('over %s', (over, surroundings) => {
    const place = Object.keys(SURROUNDINGS).indexOf(over)
    describe.each(Object.entries(all))('%s', (_, scenario) => {
      it(
        'ends as it should, whatever port call the process dies after',
        async () => {
          const whole = await run(scenario, surroundings)
          await scenario.end(whole.memory)
          expect(whole.made).toBeGreaterThan(40)
          const step = scenario.apart ?? STEPS[place] ?? 1
          for (let calls = 1 + place; calls < whole.made; calls += step) await endsWell(scenario, surroundings, [calls])
        },
        PATIENCE,
      )

      it(
        'ends as it should, though the process that takes over dies too',
        async () => {
          const { made } = await run(scenario, surroundings)
          for (let pair = 0; pair < (place === 0 ? PAIRS : PAIRS / 4); pair++) {
            const random = randomOf(SEED, pair)
            await endsWell(scenario, surroundings, [1 + random.below(made), 1 + random.below(made)])
          }
        },
        PATIENCE,
      )
    })
  })
}
