import { expect } from 'vitest'
import { readSafety } from '../../lambda/acting/safety.ts'
import { buriedIn } from '../../lambda/core/tombstone.ts'
import { digestIn, runnable } from '../memory/images.ts'
import { pushed } from '../memory/story.ts'
import { type Memory, NAME, policies } from '../memory/world.ts'
import { push, resume, type Scenario, type Step, signLate, stateOf, undo, wait, waive } from './steps.ts'

const bad = runnable('bad')
const other = runnable('other')

/** What operators do, and what registries are that cannot remove a tag alone. */
export const operatorScenarios: Readonly<Record<string, Scenario>> = {
  'what was taken is undone': {
    steps: [push(bad, 'v1', 12), undo(bad), push(bad, 'v2', 4)],
    end: async (memory) => {
      const { record, tag, digest } = await stateOf(memory, bad)
      expect(record).toMatchObject({ state: 'failed', taken: [], todo: [] })
      expect([tag, (await stateOf(memory, bad, 'v2')).tag]).toEqual([digest, digest])
      expect(memory.published.map(({ event }) => event)).toEqual(expect.arrayContaining(['failed', 'undone']))
    },
  },
  'a dead event is put back twice': {
    steps: [deadPush(), redrive(), redrive()],
    end: async (memory) => {
      const { record, tag } = await stateOf(memory, bad)
      expect(record).toMatchObject({ state: 'failed', taken: ['v1'], todo: [] })
      expect(tag).toBeUndefined()
    },
  },
  'the breaker stops at the second image, and a person goes on': {
    options: { policies: policies('onFailure: quarantine, breaker: { images: 1 }') },
    steps: [push(bad, 'v1', 1), push(other, 'v2', 14), resume, wait(10), resume],
    end: async (memory) => {
      const [one, two] = [await stateOf(memory, bad), await stateOf(memory, other, 'v2')]
      expect([one.tag, two.tag]).toEqual([undefined, undefined])
      expect([one.record, two.record]).toMatchObject([
        { taken: ['v1'], todo: [] },
        { taken: ['v2'], todo: [] },
      ])
      expect(memory.published.map(({ event }) => event)).toContain('stopped')
      expect((await readSafety(memory.world.store)).tripped).toBeUndefined()
    },
  },
  'a tag is overwritten, then the signature comes': {
    options: { means: 'overwrite' },
    steps: [push(bad, 'v1'), signLate(bad)],
    end: givenBack,
  },
  'a tag is overwritten, and stays so': {
    options: { means: 'overwrite' },
    steps: [push(bad, 'v1')],
    end: buried,
  },
  'a freed name is held, then the signature comes': {
    options: { policies: policies('onFailure: quarantine, tombstone: true'), immutable: (tag) => tag === 'v1' },
    steps: [push(bad, 'v1'), signLate(bad)],
    end: givenBack,
  },
  'a freed name is held': {
    options: { policies: policies('onFailure: quarantine, tombstone: true'), immutable: (tag) => tag === 'v1' },
    steps: [push(bad, 'v1')],
    end: buried,
  },
  'an image is archived': {
    options: { policies: policies('onFailure: archive') },
    steps: [push(bad, 'v1')],
    end: async (memory) => {
      const { record, digest, tag } = await stateOf(memory, bad)
      expect(record).toMatchObject({ state: 'failed', archivedAt: expect.any(String), todo: [] })
      expect([tag, await memory.registry.tagger.storage(NAME, digest)]).toEqual([digest, 'archived'])
      expect(memory.published.flatMap(({ tags }) => tags)).toContainEqual({ tag: 'v1', outcome: 'archived' })
    },
  },
  'an image is archived, and a person accepts it': {
    options: { policies: policies('onFailure: archive') },
    steps: [push(bad, 'v1', 12), waive(bad)],
    end: async (memory) => {
      const { record, digest } = await stateOf(memory, bad)
      expect(record).toMatchObject({ state: 'failed', todo: [] })
      expect(record).not.toHaveProperty('archivedAt')
      expect(await memory.registry.tagger.storage(NAME, digest)).toBe('active')
    },
  },
}

/** Pushed, and its event lies in the dead-letter queue. */
function deadPush(): Step {
  return async ({ registry }) => {
    registry.push(NAME, bad, 'v1')
    return 1
  }
}

function redrive(): Step {
  return async ({ queue }) => {
    queue.send(pushed(digestIn(bad), 'v1'))
    return 14
  }
}

async function givenBack(memory: Memory): Promise<void> {
  const { record, tag, digest } = await stateOf(memory, bad)
  expect(record).toMatchObject({ state: 'verified', taken: [], todo: [] })
  expect(tag).toBe(digest)
  expect(memory.published.map(({ event }) => event)).toEqual(expect.arrayContaining(['failed', 'recovered']))
}

async function buried(memory: Memory): Promise<void> {
  const { record, digest } = await stateOf(memory, bad)
  expect(record).toMatchObject({ state: 'failed', taken: ['v1'], todo: [] })
  const there = await memory.registry.registry.manifest(NAME, 'v1')
  expect(there && buriedIn(there)).toBe(digest)
  expect(await memory.registry.registry.manifest(NAME, digest)).toBeDefined()
}
