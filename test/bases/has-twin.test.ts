import { describe, expect, it } from 'vitest'
import { hasTwin } from '../../lambda/bases/has-twin.ts'
import type { Digest } from '../../lambda/core/image.ts'
import type { ImageRecord } from '../../lambda/core/status.ts'
import { digest, HOST, NOW } from '../core/records.ts'
import { memoryBaseCatalogue } from '../memory/base-catalogue.ts'
import { layer } from '../memory/layered.ts'
import { memoryStore } from '../memory/store.ts'
import { APP_FILES, BASES, based, basePolicies, NODE, OS } from './based.ts'
import { endingAt, know } from './derived.ts'

const [AMD, ARM] = [1001, 1002].map(digest) as [Digest, Digest]
const ONE = digest(1)

type Twin = Partial<ImageRecord> & { readonly at?: readonly string[] }
const twin = (n: number, fields: Twin = {}): Twin => ({
  name: BASES,
  digest: digest(n),
  standing: endingAt(AMD, ARM),
  seenTags: ['latest'],
  at: ['latest'],
  ...fields,
})

/** Whether a base has a twin among these, in the order in which they were pushed. */
async function isFound(...twins: readonly Twin[]): Promise<boolean> {
  const at = { policies: basePolicies(), store: memoryStore(), catalogue: memoryBaseCatalogue() }
  const base = await know(at, { name: BASES, digest: ONE, standing: endingAt(AMD, ARM), seenTags: ['old'] })
  for (const { at: tags = [], ...fields } of twins) {
    const { host, name, digest: its } = await know(at, fields)
    for (const tag of tags) {
      const before = await at.store.tag(host, name, tag)
      const left = before?.digest === undefined ? [] : [{ digest: before.digest, until: NOW }]
      const rev = (before?.rev ?? 0) + 1
      await at.store.putTag({ host, name, tag, rev, digest: its, observedAt: NOW, left }, before?.rev)
    }
  }
  return hasTwin(at, base)
}

describe('a base', () => {
  it.each([
    ['beside one that ends at the same layers', [twin(2)]],
    ['in another repository too', [twin(2, { name: 'bases/mirror' })]],
    [
      'beside one for each of its platforms',
      [twin(2, { standing: endingAt(AMD), at: ['a'], seenTags: ['a'] }), twin(3, { standing: endingAt(ARM) })],
    ],
    ['that others vouch for as well', [twin(2, { standing: { ...endingAt(AMD, ARM), vouched: ['more', 'ours'] } })]],
  ])('has a twin %s', async (_, twins) => {
    expect(await isFound(...twins)).toBe(true)
  })

  it.each([
    ['is alone', []],
    ['is found itself', [twin(1)]],
    ['has one for another platform only', [twin(2, { standing: endingAt(ARM) })]],
    ['has one that ends elsewhere by now', [twin(2), twin(2, { standing: endingAt(digest(1003)) })]],
    ['has one that is gone', [twin(2, { goneAt: NOW })]],
    ['has one that nobody vouches for', [twin(2), twin(2, { standing: { ...endingAt(AMD, ARM), vouched: [] } })]],
    ['has one that others vouch for', [twin(2, { standing: { ...endingAt(AMD, ARM), vouched: ['others'] } })]],
    ['has one that is replaced', [twin(2), twin(3, { standing: endingAt(digest(1003)) })]],
    ['has one under no tag', [twin(2, { seenTags: [], at: [] })]],
  ])('has none where it %s', async (_, twins) => {
    expect(await isFound(...twins)).toBe(false)
  })
})

describe('a base that is pushed anew', () => {
  async function built() {
    const world = await based({ rule: '{ current: true }' })
    await world.base([OS, NODE])
    await world.settle()
    const image = await world.image({ layers: [OS, NODE, APP_FILES] })
    await world.pass(2)
    return { ...world, image }
  }

  it('with the same layers has nobody rebuild, and those that stand on it are good', async () => {
    const world = await built()
    const renewed = await world.base([OS, NODE], 'latest', { Labels: { built: 'again' } })
    await world.pass(5)
    expect([world.told(), await world.state(world.image)]).toEqual([[], 'verified'])
    expect(await world.facts(world.image)).toMatchObject({ digest: renewed, current: 'yes' })
  })

  it('with others later has all rebuild that stand on either, and neither of the two', async () => {
    const world = await built()
    await world.base([OS, NODE], 'latest', { Labels: { built: 'again' } })
    await world.pass(5)
    await world.base([OS, layer({ 'usr/bin/node': 'newer' })])
    await world.pass(5)
    expect(world.told()).toEqual(['replaced'])
    const [alert] = world.outside.published
    expect(alert?.derived?.images).toEqual([{ image: `${HOST}/prod/app@${world.image}`, tags: ['v1'], wave: 1 }])
  })

  it('as what it was built on has all rebuild that stand on what was there', async () => {
    const world = await based({ rule: '{ current: true }' })
    await world.base([OS])
    await world.settle()
    const patched = await world.base([OS, NODE])
    await world.settle()
    const image = await world.image({ layers: [OS, NODE, APP_FILES] })
    await world.settle()
    const back = await world.base([OS])
    await world.pass(5)
    expect([await world.state(image), world.told()]).toEqual(['degraded', ['replaced']])
    const [alert] = world.outside.published
    expect(alert).toMatchObject({ digest: patched, derived: { count: 1, replaced: { by: back } } })
  })
})
