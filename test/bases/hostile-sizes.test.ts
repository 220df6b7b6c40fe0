import { describe, expect, it } from 'vitest'
import { asking } from '../../lambda/bases/follow-claims.ts'
import { turns } from '../../lambda/bases/turns.ts'
import type { PlatformFacts } from '../../lambda/core/bases/base-facts.ts'
import { keptBaseFacts } from '../../lambda/core/bases/kept-base-facts.ts'
import type { Digest } from '../../lambda/core/image.ts'
import { digest } from '../core/records.ts'
import { deliver } from '../memory/drain.ts'
import { type Before, intercepted } from '../memory/faults.ts'
import { indexOf, layer } from '../memory/layered.ts'
import { HOST, KEYS } from '../memory/world.ts'
import { APP, APP_FILES, BASES, based, baseImage, basePolicies, NODE, OS } from './based.ts'

/** Counts the calls of ports, by `port.method`. */
function counting() {
  const calls = new Map<string, number>()
  const before: Before = (port, method) =>
    void calls.set(`${port}.${method}`, (calls.get(`${port}.${method}`) ?? 0) + 1)
  return { before, of: (call: string) => calls.get(call) ?? 0 }
}

describe('bases that were judged by other policies', () => {
  it.each([3, 8])('are judged anew once each, where %d of them end at the same layer', async (count) => {
    const world = await based()
    for (let n = 0; n < count; n++) await world.base([OS, NODE], `t${n}`, { Labels: { n: `${n}` } })
    await world.settle()
    const image = await world.image({ layers: [OS, NODE, APP_FILES] })
    await world.settle()
    const policies = basePolicies({ bases: [baseImage('  expected: []\n')] })
    const { before, of } = counting()
    await world.outside.world.queue.verify(world.id(image), 0)
    await deliver(world.outside, intercepted({ ...world.outside.world, policies }, before))
    expect(await world.facts(image)).toMatchObject({ rung: 'fresh' })
    // The image, and each base; each with the events that its news bring
    expect(of('store.putImage')).toBeLessThanOrEqual(2 * (count + 1))
    expect(of('registry.manifest')).toBeLessThanOrEqual(20 * (count + 1))
  })
})

describe('an image of 30 layers at each of which a base ends', () => {
  it.each([
    ['stands on the topmost', 'ours', 'verified'],
    ['is not judged where it would need one beneath the topmost sixteen', 'bottom', 'error'],
  ])('%s', async (_, from, state) => {
    const bases = [baseImage(), baseImage('', 'bottom', `${HOST}/bottom`)]
    const world = await based({ rule: `{ from: [${from}] }`, bases })
    const layers = Array.from({ length: 30 }, (_, n) => layer({ [`f${n}`]: `${n}` }))
    await world.put('bottom', { layers: layers.slice(0, 1) }, 'latest', KEYS.privateKey)
    for (let n = 2; n < 30; n++) {
      await world.put(BASES, { layers: layers.slice(0, n) }, `t${n}`, KEYS.privateKey)
      await world.settle()
    }
    const { before, of } = counting()
    const image = await world.image({ layers })
    await deliver(world.outside, intercepted(world.outside.world, before))
    expect(of('store.image')).toBeLessThan(60)
    await world.pass(12)
    expect([await world.state(image), await world.at('v1')]).toEqual([state, image])
  })
})

describe('a base that somebody begins to vouch for', () => {
  it('has those judged anew that begin as it does and lack a base, and none that stand well on another', async () => {
    const world = await based({ rule: '{}' })
    await world.base([OS, NODE])
    await world.settle()
    for (let n = 0; n < 20; n++) await world.image({ layers: [OS, NODE, layer({ n: `${n}` })] }, `v${n}`)
    const lacking = await world.image({ layers: [OS, APP_FILES, layer({ own: '' })] }, 'lacking')
    await world.settle()
    expect(await world.state(lacking)).toBe('pending')
    const { before, of } = counting()
    const { outside } = world
    await world.put('bases/other', { layers: [OS, APP_FILES] }, 'latest', KEYS.privateKey)
    await deliver(outside, intercepted(outside.world, before))
    expect(await world.state(lacking)).toBe('verified')
    // It, and the other base, which stands on none itself
    expect(of('queue.verify')).toBe(2)
  })
})

describe('claims', () => {
  it('of 64 platforms, each of others, ask registries for fifty things at most', async () => {
    const world = await based()
    const named = (name: string) => ({ 'org.opencontainers.image.base.name': `${HOST}/bases/${name}:1` })
    const made = Array.from({ length: 64 }, (_, n) => ({
      layers: [layer({ n: `${n}` })],
      architecture: `cpu${n}`,
      annotations: named(`x${n}`),
      config: { Labels: named(`y${n}`) },
    }))
    const { before, of } = counting()
    world.of(APP).push(indexOf(world.outside.registry, APP, made), 'v1')
    await deliver(world.outside, intercepted(world.outside.world, before))
    expect(of('registry.peek')).toBe(50)
  })

  it('in a loop come to an end', async () => {
    const world = await based({ rule: '{}', bases: [baseImage('', 'ours', `${HOST}/**`)] })
    const names = ['prod/a', 'prod/b', 'prod/c']
    for (const [n, name] of names.entries()) {
      const annotations = { 'org.opencontainers.image.base.name': `${HOST}/${names[(n + 1) % 3]}:v1` }
      await world.image({ layers: [layer({ n: `${n}` })], annotations }, 'v1', name)
    }
    await world.pass(30)
    expect(world.outside.queue.messages).toEqual([])
  })

  it('are each asked about once', async () => {
    let asked = 0
    const { digestOf } = asking(() => ({ peek: async () => void asked++ }) as never)
    await Promise.all(Array.from({ length: 9 }, () => digestOf(HOST, APP, 'v1')))
    expect(asked).toBe(1)
  })
})

describe('what an item keeps of a base', () => {
  it('is small, whatever is found of 64 platforms', () => {
    const long = '\u20ac'.repeat(2_000)
    const change = { what: long.slice(0, 200), kind: 'replaced' }
    const material = { added: 1, removed: 1, changed: 1, listed: Array(10).fill(long.slice(0, 200)) as string[] }
    const facts: PlatformFacts = {
      platform: long.slice(0, 80),
      rung: 'verified',
      proof: 'layers',
      signature: 'verified',
      intact: 'no',
      current: 'no',
      image: `${'h'.repeat(253)}/${'n'.repeat(255)}`,
      digest: digest(1),
      by: Array(100).fill('b'.repeat(253)) as string[],
      replaced: { tag: 't'.repeat(128), by: digest(2), behind: 50, material },
      layers: { base: 1, above: 999 },
      changes: {
        unexpected: Array(20).fill(change) as (typeof change)[],
        unexpectedCount: 1e6,
        expectedCount: 1e6,
        filesAdded: 1e6,
        bytesAdded: 1e12,
        setuidAdded: Array(20).fill(change.what) as string[],
      },
      claims: Array(15).fill({ from: 'f'.repeat(80), image: 'i'.repeat(600), outcome: 'asked', detail: long }) as never,
      beneath: Array(16).fill(digest(3)) as Digest[],
      message: long,
    }
    const { platform: _, ...weakest } = facts
    const kept = keptBaseFacts({ ...weakest, platforms: Array(64).fill(facts) as PlatformFacts[] })
    expect(Buffer.byteLength(JSON.stringify(kept))).toBeLessThan(200_000)
  })
})

describe('whoever waits for his turn', () => {
  it('has it in order, and leaves by his signal; who takes too long holds up nobody', async () => {
    const seen: string[] = []
    const inTurn = turns(1, 0.05)
    const signal = new AbortController()
    const never = inTurn(() => new Promise(() => {}))
    const gone = inTurn(async () => void seen.push('gone'), signal.signal)
    const [second, third] = ['second', 'third'].map((name) => inTurn(async () => void seen.push(name)))
    signal.abort()
    await gone
    expect(seen).toEqual(['gone'])
    await Promise.all([second, third])
    expect(seen).toEqual(['gone', 'second', 'third'])
    expect(await Promise.race([never, Promise.resolve('waits')])).toBe('waits')
  })

  it('passes it on where he fails', async () => {
    const inTurn = turns(2, 10)
    const failing = Array.from({ length: 5 }, () => inTurn(() => Promise.reject(new Error('no'))))
    await Promise.allSettled(failing)
    await expect(inTurn(async () => 'mine')).resolves.toBe('mine')
  })
})
