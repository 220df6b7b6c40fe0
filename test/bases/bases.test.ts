import { describe, expect, it } from 'vitest'
import { generateKeys } from '../../local/signing/key.ts'
import { layer, recompressed } from '../memory/layered.ts'
import { sha256 } from '../memory/registry.ts'
import { APP_FILES, BASES, based, NODE, OS } from './based.ts'

const STRANGER = generateKeys().privateKey
const ENTRY = { Entrypoint: ['node'], Env: ['PATH=/usr/bin'] }

describe('an image on a base', () => {
  it('is found by its layers alone, verified, intact and current', async () => {
    const world = await based()
    const base = await world.base([OS, NODE])
    await world.settle()
    const image = await world.image({ layers: [OS, NODE, APP_FILES] })
    await world.settle()
    expect(await world.facts(image)).toMatchObject({
      rung: 'fresh',
      proof: 'layers',
      signature: 'verified',
      intact: 'yes',
      current: 'yes',
      digest: base,
      by: ['ours'],
      layers: { base: 2, above: 1 },
    })
    expect(await world.standing(base)).toMatchObject({ vouched: ['ours'], chains: [{ layers: 2 }] })
    await world.pass(3)
  })

  it('stands on the longest base that is vouched for', async () => {
    const world = await based()
    await world.base([OS], 'os')
    const node = await world.base([OS, NODE], 'node')
    await world.base([OS, NODE, APP_FILES], 'app', {}, STRANGER)
    await world.settle()
    const image = await world.image({ layers: [OS, NODE, APP_FILES] })
    await world.settle()
    const facts = await world.facts(image)
    expect(facts).toMatchObject({ rung: 'fresh', digest: node })
    expect(facts?.platforms[0]?.beneath).toHaveLength(2)
  })

  it('stands on none that was signed by somebody else', async () => {
    const world = await based()
    await world.base([OS, NODE], 'latest', {}, STRANGER)
    await world.settle()
    const image = await world.image({ layers: [OS, NODE, APP_FILES] })
    await world.settle()
    expect(await world.facts(image)).toMatchObject({ rung: 'none', proof: 'none' })
  })

  it('is proved where its layers are stored otherwise', async () => {
    const world = await based()
    const base = await world.base([OS, NODE])
    await world.settle()
    const image = await world.image({ layers: [OS, NODE].map(recompressed).concat(APP_FILES) })
    await world.settle()
    expect(await world.facts(image)).toMatchObject({ rung: 'fresh', digest: base })
  })

  it('is not believed where its config names other layers than it has', async () => {
    const world = await based()
    await world.base([OS, NODE])
    await world.settle()
    const evil = layer({ 'usr/bin/node': 'evil' })
    const lie = { layers: [OS, evil, APP_FILES], diffIds: diffIdsOf([OS, NODE, APP_FILES]) }
    const image = await world.image(lie)
    await world.settle()
    expect(await world.facts(image)).toMatchObject({
      rung: 'none',
      proof: 'none',
      message: expect.stringContaining('layer 2 unpacks to'),
    })
  })

  it.each([
    ['a file of the base is overwritten', { 'usr/lib/libssl.so.3': 'evil' }, '/usr/lib/libssl.so.3 (replaced)'],
    ['a file of the base is deleted', { 'usr/bin/.wh.node': '' }, '/usr/bin/node (deleted)'],
    ['a directory of the base is hidden', { 'usr/lib/.wh..wh..opq': '' }, '/usr/lib/libssl.so.3 (deleted)'],
    ['a shell becomes setuid', { 'bin/sh': { mode: 0o4755, content: 'sh' } }, '/bin/sh (setuid)'],
    ['a directory is led elsewhere', { 'usr/lib': { type: '2', link: '/tmp' } }, 'usr/lib'],
  ])('is not intact where %s', async (_, files, told) => {
    const world = await based()
    await world.base([OS, NODE])
    await world.settle()
    const image = await world.image({ layers: [OS, NODE, layer(files)] })
    await world.settle()
    expect(await world.facts(image)).toMatchObject({
      rung: 'proved',
      intact: 'no',
      message: expect.stringContaining(told),
    })
  })

  it.each([
    ['the loader is told what to load', { ...ENTRY, Env: ['PATH=/usr/bin', 'LD_PRELOAD=/app/x.so'] }, 'proved', 'no'],
    ['folders of PATH are gone', { ...ENTRY, Env: ['PATH=/app'] }, 'proved', 'no'],
    ['folders of PATH come first', { ...ENTRY, Env: ['PATH=/app:/usr/bin'] }, 'fresh', 'yes'],
    ['it is started otherwise', { ...ENTRY, Entrypoint: ['node', 'app'] }, 'fresh', 'yes'],
  ])('where %s', async (_, config, rung, intact) => {
    const world = await based()
    await world.base([OS, NODE], 'latest', ENTRY)
    await world.settle()
    const image = await world.image({ layers: [OS, NODE], config })
    await world.settle()
    expect(await world.facts(image)).toMatchObject({ rung, intact })
  })

  it('is no base of its own', async () => {
    const world = await based()
    const base = await world.base([OS, NODE])
    await world.settle()
    await world.pass(2)
    expect(await world.facts(base, BASES)).toMatchObject({ rung: 'none' })
  })

  it('is said to stand on nothing where it has a single layer', async () => {
    const world = await based()
    await world.base([OS, NODE])
    await world.settle()
    const image = await world.image({ layers: [layer({ 'etc/os-release': 'NAME=base', 'usr/bin/node': 'node' })] })
    await world.settle()
    expect(await world.facts(image)).toMatchObject({ rung: 'none', message: expect.stringContaining('a single layer') })
  })

  it('is looked at for nothing of this where no BaseImage is declared', async () => {
    const world = await based({ bases: [] })
    const image = await world.image({ layers: [OS, NODE] })
    await world.settle()
    expect([await world.state(image), await world.facts(image)]).toEqual(['verified', undefined])
  })
})

describe('what an image claims', () => {
  const name = `127.0.0.1:5500/${BASES}:latest`
  const naming = (digest: string, of = name) => ({
    'org.opencontainers.image.base.name': of,
    'org.opencontainers.image.base.digest': digest,
  })

  it('is looked at, and the image again when it is known', async () => {
    const world = await based()
    const base = await world.base([OS, NODE])
    // Nobody was told of it
    world.outside.queue.messages.length = 0
    const image = await world.image({ layers: [OS, NODE, APP_FILES], annotations: naming(base) })
    await world.settle()
    expect(await world.facts(image)).toMatchObject({ rung: 'fresh', digest: base, claims: [{ outcome: 'holds' }] })
  })

  it('proves a base that nobody vouches for, and no more', async () => {
    const world = await based()
    const base = await world.base([OS, NODE], 'latest', {}, STRANGER)
    const image = await world.image({ layers: [OS, NODE, APP_FILES], annotations: naming(base) })
    await world.settle()
    await world.pass(2)
    expect(await world.facts(image)).toMatchObject({ rung: 'proved', signature: 'unverified', digest: base })
  })

  it('is told of where it is a lie, and where nobody looks', async () => {
    const world = await based()
    const base = await world.base([OS, NODE])
    await world.settle()
    const other = layer({ 'etc/other': 'x' })
    const liar = await world.image({ layers: [other, APP_FILES], annotations: naming(base) })
    const stranger = await world.image(
      { layers: [other, APP_FILES], annotations: naming(base, 'ghcr.io/other/node:1') },
      'v2',
    )
    await world.settle()
    expect(await world.facts(liar)).toMatchObject({ rung: 'none', claims: [{ outcome: 'false' }] })
    expect((await world.record(liar))?.checks).toContainEqual(
      expect.objectContaining({ name: 'base/claim', outcome: 'warn', reason: 'base-claim-false' }),
    )
    expect(await world.facts(stranger)).toMatchObject({ rung: 'claimed', claims: [{ outcome: 'unknown' }] })
  })
})

describe('a policy that asks for a base', () => {
  it('verifies what stands on one, and fails what does not', async () => {
    const world = await based({ rule: '{ from: [ours], intact: true, current: true }' })
    await world.base([OS, NODE])
    await world.settle()
    const good = await world.image({ layers: [OS, NODE, APP_FILES] })
    const none = await world.image({ layers: [APP_FILES] }, 'v2')
    await world.settle()
    expect(await world.state(good)).toBe('verified')
    await world.pass(12)
    expect([await world.state(good), await world.state(none)]).toEqual(['verified', 'failed'])
    expect(await world.at('v2')).toBeUndefined()
  })
})

describe('when a base is pushed anew', () => {
  it('those that stand on it are judged again, and told of once', async () => {
    const world = await based({ rule: '{ current: true }' })
    const old = await world.base([OS, NODE])
    await world.settle()
    const images = [
      await world.image({ layers: [OS, NODE, APP_FILES] }),
      await world.image({ layers: [OS, NODE, layer({ b: 'b' })] }, 'v2'),
    ]
    await world.settle()
    world.outside.advance(3600)
    const renewed = await world.base([OS, layer({ 'usr/bin/node': 'newer' })])
    await world.settle()
    for (const image of images) {
      expect(await world.state(image)).toBe('degraded')
      expect(await world.facts(image)).toMatchObject({
        rung: 'verified',
        current: 'no',
        replaced: { tag: 'latest', by: renewed, behind: 1, at: '2026-11-22T13:00:00.000Z' },
      })
    }
    await world.pass(5)
    expect(world.told()).toEqual(['replaced'])
    expect(world.outside.published[0]).toMatchObject({ digest: old, derived: { count: 2, replaced: { by: renewed } } })
    expect(await world.at('v1')).toBe(images[0])
  })

  it('the same layers under another config are as good', async () => {
    const world = await based({ rule: '{ current: true }' })
    await world.base([OS, NODE])
    await world.settle()
    const image = await world.image({ layers: [OS, NODE, APP_FILES] })
    await world.settle()
    const renewed = await world.base([OS, NODE], 'latest', { Labels: { built: 'again' } })
    await world.settle()
    expect([await world.state(image), (await world.facts(image))?.digest]).toEqual(['verified', renewed])
  })

  it('who stands on it through another is told of in a later wave', async () => {
    const world = await based()
    const os = await world.base([OS], 'os')
    const node = await world.base([OS, NODE], 'node')
    await world.settle()
    const image = await world.image({ layers: [OS, NODE, APP_FILES] })
    await world.settle()
    await world.pass(2)
    await world.base([layer({ 'etc/os-release': 'NAME=newer' })], 'os')
    await world.settle()
    const [alert] = world.outside.published
    expect(alert).toMatchObject({ event: 'replaced', digest: os })
    expect(alert?.derived?.images.map(({ image: named, wave }) => [named.replace(/.*@/, ''), wave])).toEqual([
      [node, 1],
      [image, 2],
    ])
  })

  it('an image that was never verified is not taken for it', async () => {
    const world = await based({ rule: '{ current: true }' })
    await world.base([OS, NODE])
    await world.base([OS, layer({ 'usr/bin/node': 'newer' })])
    await world.settle()
    const late = await world.image({ layers: [OS, NODE, APP_FILES] })
    await world.pass(15)
    expect([await world.state(late), await world.at('v1')]).toEqual(['degraded', late])
    expect(world.told()).toEqual(['degraded'])
  })
})

function diffIdsOf(layers: readonly { readonly tar: Buffer }[]) {
  return layers.map(({ tar }) => sha256(tar))
}
