import { expect, it } from 'vitest'
import { TAG_TRANSITIONS, type TagPlace } from '../lambda/core/transitions.ts'
import { operatorScenarios } from './crash/operator-scenarios.ts'
import { scenarios } from './crash/scenarios.ts'
import { push, type Scenario } from './crash/steps.ts'
import { drain } from './memory/drain.ts'
import { intercepted } from './memory/faults.ts'
import { runnable } from './memory/images.ts'
import { HOST, type Memory, memory, NAME } from './memory/world.ts'

/** A tag that people move on before anybody takes it. */
const MOVED: Pick<Scenario, 'steps' | 'options'> = {
  steps: [push(runnable('bad'), 'v1', 1), push(runnable('other'), 'v1', 1)],
}

/** Where each tag stands that was ever seen on an image that we know, by table and registry. */
async function placesOf({ world, registry }: Memory): Promise<ReadonlyMap<string, TagPlace>> {
  const { items } = await world.store.images({ limit: 100 })
  const places = new Map<string, TagPlace>()
  for (const { digest, taken } of items) {
    for (const tag of ['v1', 'v2']) {
      const isThere = (await registry.registry.resolve(NAME, tag)) === digest
      const isMarked = (await world.store.tag(HOST, NAME, tag))?.quarantined?.digest === digest
      const gone = isMarked ? 'taken' : 'claimed'
      places.set(`${digest} ${tag}`, taken.includes(tag) ? gone : isThere ? 'in place' : 'moved')
    }
  }
  return places
}

it('tags move as the transitions say, in every scenario, and each of these moves is seen', async () => {
  const moves = new Set<string>()
  for (const { steps, options } of [...Object.values({ ...scenarios, ...operatorScenarios }), MOVED]) {
    const outside = await memory(options)
    let before = await placesOf(outside)
    const look = async () => {
      const after = await placesOf(outside)
      for (const [tag, to] of after) {
        const from = before.get(tag)
        if (from !== undefined && from !== to) moves.add(`${from} > ${to}`)
      }
      before = after
    }
    const world = intercepted(outside.world, look)
    for (const step of steps) {
      const minutes = await step(outside, world)
      await look()
      await drain(outside, world, minutes)
    }
  }
  const allowed = TAG_TRANSITIONS.map(({ from, to }) => `${from} > ${to}`)
  expect([...moves].filter((move) => !allowed.includes(move))).toEqual([])
  expect(allowed.filter((move) => !moves.has(move))).toEqual([])
})
