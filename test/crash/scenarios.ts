import { expect } from 'vitest'
import { quarantineTag } from '../../lambda/core/tags.ts'
import { indexOver, runnable } from '../memory/images.ts'
import { HOST, NAME } from '../memory/world.ts'
import { push, type Scenario, signLate, stateOf, wait, waive } from './steps.ts'

const bad = runnable('bad')
const other = runnable('other')
const child = runnable('child')
const index = indexOver(child)

/** What pushes and signatures do. */
export const scenarios: Readonly<Record<string, Scenario>> = {
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
