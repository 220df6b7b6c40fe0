import { describe, expect, it, vi } from 'vitest'
import { layerFiles } from '../../lambda/bases/layer-files.ts'
import type { Digest } from '../../lambda/core/image.ts'
import { Incomplete, Misconfigured, Unavailable } from '../../lambda/errors.ts'
import { sweep } from '../../lambda/sweep.ts'
import { deliver } from '../memory/drain.ts'
import { memoryEvidence } from '../memory/evidence.ts'
import { intercepted } from '../memory/faults.ts'
import { sign } from '../memory/images.ts'
import { layer, layered } from '../memory/layered.ts'
import { sha256 } from '../memory/registry.ts'
import { memoryStore } from '../memory/store.ts'
import { HOST, KEYS, type World } from '../memory/world.ts'
import { APP, APP_FILES, BASES, based, baseImage, NODE, OS } from './based.ts'
import { THEIRS, theirImage } from './strangers.ts'

const naming = (name: string, digest?: Digest) => ({
  'org.opencontainers.image.base.name': `${HOST}/${name}:latest`,
  ...(digest && { 'org.opencontainers.image.base.digest': digest }),
})

/** The world while one repository ends in an error. */
const without = (world: World, name: string, error: Error) =>
  intercepted(world, (port, _, [asked]) => {
    if (port === 'registry' && asked === name) throw error
  })

describe('a base that nobody could judge yet', () => {
  it.each([
    ['is not the one beneath it', layer({ 'etc/more': 'new' }), '{ from: [golden] }'],
    ['may have changed the one beneath it', layer({ 'usr/lib/libssl.so.3': 'newer' }), '{}'],
  ])('%s: what is said to stand on it keeps its tag', async (_, own, rule) => {
    const bases = ['os', 'golden'].map((name) => baseImage('', name, `${HOST}/bases/${name}`))
    const world = await based({ bases, rule })
    const { outside } = world
    await world.put('bases/os', { layers: [OS] }, 'latest', KEYS.privateKey)
    await world.settle()
    const golden = outside.registry.push(
      'bases/golden',
      layered(outside.registry, 'bases/golden', { layers: [OS, own] }),
    )
    await sign(outside.registry, 'bases/golden', golden, KEYS.privateKey)
    const image = await world.image({ layers: [OS, own, APP_FILES], annotations: naming('bases/golden', golden) })
    const down = without(outside.world, 'bases/golden', new Unavailable(HOST, 'no answer'))
    for (let minute = 0; minute < 15; minute++) {
      await deliver(outside, down)
      await sweep({ ...down, watched: [] })
      outside.advance(60)
    }
    expect([await world.state(image), await world.at('v1')]).toEqual(['error', image])
    await world.pass(30)
    expect([await world.state(image), (await world.facts(image))?.digest]).toEqual(['verified', golden])
  })

  it('and lies where we are turned away keeps no image from being judged', async () => {
    const world = await based()
    const image = await world.image({ layers: [OS, APP_FILES], annotations: naming('bases/private') })
    await deliver(world.outside, without(world.outside.world, 'bases/private', new Misconfigured('turned away')))
    expect(await world.state(image)).toBe('verified')
    expect(await world.facts(image)).toMatchObject({ rung: 'claimed', claims: [{ outcome: 'asked' }] })
  })
})

describe('what stands on our base is not failed', () => {
  it('by as many images of others that add no layer to it', async () => {
    const world = await based({ bases: [baseImage(), theirImage()], rule: '{ from: [ours] }' })
    await world.base([OS, NODE])
    await world.settle()
    for (let n = 0; n < 21; n++) {
      const made = { layers: [OS, NODE], config: { Labels: { n: `${n}` } } }
      await world.put('theirs/node', made, `t${n}`, THEIRS.privateKey)
    }
    await world.settle()
    const image = await world.image({ layers: [OS, NODE, APP_FILES] })
    await world.settle()
    expect(await world.state(image)).toBe('verified')
  })

  it('by a registry that has lost the config of the base', async () => {
    const world = await based({ rule: '{}' })
    const { registry, queue } = world.outside
    const { config } = layered(registry, BASES, { layers: [OS, NODE] })
    const base = await world.base([OS, NODE])
    await world.settle()
    const image = await world.image({ layers: [OS, NODE, APP_FILES] })
    await world.settle()
    registry.removeBlob(BASES, config.digest)
    await queue.queue.verify({ host: HOST, name: BASES, digest: base }, 0)
    await world.pass(3)
    expect([await world.state(image), world.told()]).toEqual(['verified', []])
    expect(await world.standing(base)).toMatchObject({ vouched: ['ours'], chains: [{ layers: 2 }] })
  })

  it('by another that says of one of its layers that it is too large', async () => {
    const world = await based({ rule: '{ intact: true }' })
    await world.base([OS, NODE])
    await world.settle()
    const { layers, ...rest } = layered(world.outside.registry, APP, { layers: [OS, NODE, layer({ other: '' })] })
    world.push({ ...rest, layers: layers.map((one) => ({ ...one, size: 2 ** 32 })) } as typeof rest, 'v0')
    await world.settle()
    const image = await world.image({ layers: [OS, NODE, APP_FILES] })
    await world.settle()
    expect([await world.state(image), (await world.facts(image))?.intact]).toEqual(['verified', 'yes'])
  })

  it('by the loss of what was kept of a layer: it is read again', async () => {
    const world = await based({ rule: '{ intact: true }' })
    await world.base([OS, NODE])
    await world.settle()
    const image = await world.image({ layers: [OS, NODE, APP_FILES] })
    await world.settle()
    const { outside } = world
    const key = `layer#${sha256(OS.stored)}`
    await outside.world.store.putSystem(key, {
      ...(await outside.world.store.system(key)),
      listing: sha256(Buffer.from('lost')),
    })
    await outside.world.queue.verify(world.id(image), 0)
    await expect(world.settle()).rejects.toThrow(Incomplete)
    await world.settle()
    expect([await world.state(image), (await world.facts(image))?.intact]).toEqual(['verified', 'yes'])
  })
})

describe('layers that were not read in time', () => {
  it('and were not begun, or hardly, are not given up for it', async () => {
    const [store, evidence] = [memoryStore(), memoryEvidence()]
    const files = layerFiles({ now: () => new Date('2026-11-22T12:00:00Z'), store, evidence })
    const begun: string[] = []
    const registry = {
      layer: async (_: string, digest: string, signal: AbortSignal) => {
        begun.push(digest)
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
      },
    } as unknown as Parameters<typeof files>[0]
    const layers = Array.from({ length: 6 }, (_, n) => ({ digest: sha256(Buffer.from(`${n}`)), size: 1 }))
    for (let look = 0; look < 4; look++) {
      const clock = new AbortController()
      vi.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(clock.signal)
      const read = files(registry, { host: HOST, name: APP, digest: sha256(Buffer.from('image')) })
      const all = Promise.all(layers.map(read))
      await vi.waitFor(() => expect(begun).toHaveLength(4 * (look + 1)))
      clock.abort(new Error('late'))
      expect((await all).map((one) => 'again' in one)).toEqual(layers.map(() => true))
    }
    // Four at a time in one process
    expect(begun).toHaveLength(16)
    expect(await Promise.all(layers.map(({ digest }) => store.system(`layer#${digest}`)))).toEqual(
      layers.map(() => undefined),
    )
  })
})
