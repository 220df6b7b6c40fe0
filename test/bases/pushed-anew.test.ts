import { describe, expect, it } from 'vitest'
import { layer } from '../memory/layered.ts'
import { HOST, signedPolicy } from '../memory/world.ts'
import { APP_FILES, BASES, based, baseImage, NODE, OS } from './based.ts'

const NEWER = layer({ 'usr/bin/node': 'newer' })
const AGAIN = { Labels: { built: 'again' } }

describe('a base that is pushed anew', () => {
  async function built(...more: Parameters<typeof based>) {
    const world = await based(...more)
    await world.base([OS, NODE])
    await world.settle()
    const image = await world.image({ layers: [OS, NODE, APP_FILES] })
    await world.pass(2)
    return { ...world, image }
  }

  it('with the same layers has nobody rebuild, and those that stand on it are good', async () => {
    const world = await built({ rule: '{ current: true }' })
    const renewed = await world.base([OS, NODE], 'latest', AGAIN)
    await world.pass(5)
    expect([world.told(), await world.state(world.image)]).toEqual([[], 'verified'])
    expect(await world.facts(world.image)).toMatchObject({ digest: renewed, current: 'yes' })
  })

  it('with the same layers is not outdated by itself', async () => {
    const own = '  base: { required: false, current: true }\n'
    const bases = [baseImage(), signedPolicy('on-bases', own).replace(`${HOST}/prod/**`, `${HOST}/bases/**`)]
    const world = await built({ bases })
    const renewed = await world.base([OS, NODE], 'latest', AGAIN)
    await world.pass(5)
    // Judged again, when what was there before is known to be replaced
    world.outside.advance(24 * 3600)
    await world.pass(3)
    expect((await world.of(BASES).record(renewed))?.state).toBe('verified')
  })

  it('with others later has all rebuild that stand on either, and neither of the two', async () => {
    const world = await built()
    await world.base([OS, NODE], 'latest', AGAIN)
    await world.pass(5)
    await world.base([OS, NEWER])
    await world.pass(5)
    expect(world.told()).toEqual(['replaced'])
    for (const { event, derived } of world.outside.published) {
      const images = [{ image: `${HOST}/prod/app@${world.image}`, tags: ['v1'], wave: 1 }]
      expect([event, derived]).toMatchObject(['replaced', { count: 1, images }])
    }
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
