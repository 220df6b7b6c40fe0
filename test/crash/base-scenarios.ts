import { expect } from 'vitest'
import type { Digest } from '../../lambda/core/image.ts'
import { signStatement } from '../../local/signing/bundle.ts'
import { withKey } from '../../local/signing/signing.ts'
import { signatureStatement } from '../../local/signing/statement.ts'
import { APP_FILES, BASES, basePolicies, NODE, OS } from '../bases/based.ts'
import { attach } from '../memory/images.ts'
import { type Layer, layer, layered } from '../memory/layered.ts'
import { memoryRegistry } from '../memory/registry.ts'
import { pushed } from '../memory/story.ts'
import { HOST, KEYS, type Memory, NAME } from '../memory/world.ts'
import type { Scenario, Step } from './steps.ts'

const NEWER = layer({ 'usr/bin/node': 'newer' })
const OTHER_FILES = layer({ 'app/other.js': 'run()' })
const BASE = [OS, NODE]
const RENEWED = [OS, NEWER]
const ONE = [OS, NODE, APP_FILES]
const TWO = [OS, NODE, OTHER_FILES]
const options = { policies: basePolicies({ rule: '{ from: [ours], intact: true, current: true }' }) }

/** What becomes of bases and of those that stand on them. */
export const baseScenarios: Readonly<Record<string, Scenario>> = {
  'a base is pushed, then an image on it': {
    options,
    steps: [pushSigned(BASES, BASE, 'node', 3), pushSigned(NAME, ONE, 'v1')],
    end: async (memory) => {
      const base = await found(memory, BASES, BASE)
      expect(base).toMatchObject({ state: 'verified', todo: [], standing: { vouched: ['ours'] } })
      const image = await found(memory, NAME, ONE)
      expect(image).toMatchObject({ state: 'verified', taken: [], todo: [] })
      expect(image?.base).toMatchObject({ rung: 'fresh', digest: base?.digest })
      expect(await memory.registry.registry.resolve(NAME, 'v1')).toBe(image?.digest)
      expect(memory.published).toEqual([])
    },
  },
  'a base is pushed anew under two derived images': {
    options,
    // Three surroundings: each point once
    apart: 3,
    steps: [
      pushSigned(BASES, BASE, 'node', 1),
      pushSigned(NAME, ONE, 'v1', 1),
      pushSigned(NAME, TWO, 'v2', 1),
      pushSigned(BASES, RENEWED, 'node'),
    ],
    end: async (memory) => {
      const [old, renewed] = [await found(memory, BASES, BASE), await found(memory, BASES, RENEWED)]
      expect(renewed).toMatchObject({ state: 'verified', todo: [], standing: { vouched: ['ours'] } })
      expect(renewed?.standing).not.toHaveProperty('replaced')
      expect(old).toMatchObject({ todo: [], standing: { replaced: { tag: 'node', by: renewed?.digest } } })
      for (const [layers, tag] of [
        [ONE, 'v1'],
        [TWO, 'v2'],
      ] as const) {
        const image = await found(memory, NAME, layers)
        expect(image).toMatchObject({ state: 'degraded', taken: [], todo: [] })
        expect(image?.base).toMatchObject({ digest: old?.digest, current: 'no', replaced: { by: renewed?.digest } })
        expect(await memory.registry.registry.resolve(NAME, tag)).toBe(image?.digest)
      }
      expect(memory.published.length).toBeGreaterThan(0)
      for (const { event, digest, derived } of memory.published) {
        expect([event, digest, derived?.count]).toEqual(['replaced', old?.digest, 2])
      }
    },
  },
}

/** Signed before it is told of, so that no crash decides what it is judged by. */
function pushSigned(name: string, layers: readonly Layer[], tag: string, minutes = 6): Step {
  return async ({ registry, queue }) => {
    const digest = registry.push(name, layered(registry, name, { layers }), tag)
    attach(registry, name, digest, await signatureOf(digest))
    queue.send(pushed(digest, tag, name))
    return minutes
  }
}

/** The same each time: what is judged the same is replayed once. */
const signatures = new Map<Digest, ReturnType<typeof signStatement>>()

function signatureOf(digest: Digest): ReturnType<typeof signStatement> {
  const made = signatures.get(digest) ?? signStatement(signatureStatement(digest), withKey(KEYS.privateKey))
  signatures.set(digest, made)
  return made
}

function found({ world }: Memory, name: string, layers: readonly Layer[]) {
  const elsewhere = memoryRegistry()
  const digest = elsewhere.push(name, layered(elsewhere, name, { layers }))
  return world.store.image({ host: HOST, name, digest })
}
