import { expect } from 'vitest'
import { digestIn, type Manifest, sign } from '../memory/images.ts'
import { people } from '../memory/people.ts'
import { pushed } from '../memory/story.ts'
import { HOST, KEYS, type Memory, type memory, NAME, type World } from '../memory/world.ts'

/** What happens outside, step after step; between steps everything is drained for so many minutes. A person uses the world that may die. */
export type Step = (memory: Memory, world: World) => Promise<number>
export type Scenario = {
  readonly steps: readonly Step[]
  readonly end: (memory: Memory) => Promise<void>
  readonly options?: Parameters<typeof memory>[0]
  /** How far apart the points are at which a process dies, where all of them would take too long: over each of the surroundings others. */
  readonly apart?: number
}

export const push =
  (image: Manifest, tag?: string, minutes = 15): Step =>
  async ({ registry, queue }) => {
    queue.send(pushed(registry.push(NAME, image, tag), tag))
    return minutes
  }

export const signLate =
  (image: Manifest): Step =>
  async ({ registry, queue }) => {
    queue.send(pushed(await sign(registry, NAME, digestIn(image), KEYS.privateKey)))
    return 5
  }

export const waive =
  (image: Manifest): Step =>
  async (memory, world) => {
    expect(await people({ ...memory, world }).waive(digestIn(image), 600)).toMatchObject({ status: 200 })
    return 4
  }

export const undo =
  (image: Manifest): Step =>
  async (memory, world) => {
    expect(await people({ ...memory, world }).undo(digestIn(image))).toMatchObject({ status: 200 })
    return 4
  }

export const resume: Step = async (memory, world) => {
  await people({ ...memory, world }).resume()
  return 4
}

export const wait =
  (minutes: number): Step =>
  async () =>
    minutes

export async function stateOf({ world, registry }: Memory, image: Manifest, tag = 'v1') {
  const digest = digestIn(image)
  const record = await world.store.image({ host: HOST, name: NAME, digest })
  return { record, digest, tag: await registry.registry.resolve(NAME, tag) }
}
