import { describe, expect, it } from 'vitest'
import { layer } from '../memory/layered.ts'
import { story } from '../memory/story.ts'
import { APP_FILES, based, baseImage, basePolicies, NODE, OS } from './based.ts'

const NEWER = layer({ 'usr/bin/node': 'newer' })
const DAY = 24 * 60

describe('what stands on a base', () => {
  it('is told by itself where time alone makes the base too old, and keeps its tag', async () => {
    const world = await based({ rule: '{ maxAge: 2d }' })
    await world.base([OS, NODE])
    await world.settle()
    const image = await world.image({ layers: [OS, NODE, APP_FILES] })
    await world.settle()
    world.outside.advance((2 * DAY - 2) * 60)
    await world.pass(1)
    expect(await world.state(image)).toBe('verified')
    await world.pass(5)
    expect([await world.state(image), await world.at('v1'), world.told()]).toEqual(['degraded', image, ['degraded']])
  })

  it('and is told of with its base, recovers as quietly', async () => {
    const world = await based({ rule: '{ current: true }' })
    const base = await world.base([OS, NODE])
    await world.settle()
    const image = await world.image({ layers: [OS, NODE, APP_FILES] })
    await world.settle()
    await world.base([OS, NEWER])
    await world.settle()
    expect(await world.state(image)).toBe('degraded')
    // The tag goes back to what it was
    await world.base([OS, NODE])
    await world.settle()
    await world.pass(3)
    expect([await world.state(image), (await world.facts(image))?.digest, world.told()]).toEqual([
      'verified',
      base,
      ['replaced'],
    ])
  })

  it('is judged after its base when policies change', async () => {
    const world = await based({ bases: [] })
    const base = await world.base([OS, NODE])
    await world.settle()
    const image = await world.image({ layers: [OS, NODE, APP_FILES] })
    await world.settle()
    const { outside } = world
    const changed = {
      ...outside,
      world: { ...outside.world, policies: basePolicies({ rule: '{ current: true }', bases: [baseImage()] }) },
    }
    const { pass } = story(changed)
    await pass(6)
    expect(await world.facts(image)).toMatchObject({ rung: 'fresh', digest: base })
    expect([await world.state(image), world.told()]).toEqual(['verified', []])
  })

  it('is told of where a policy begins to ask for another base', async () => {
    const world = await based()
    await world.base([OS, NODE])
    await world.settle()
    const image = await world.image({ layers: [OS, NODE, APP_FILES] })
    await world.settle()
    const { outside } = world
    const others = [baseImage(), baseImage('', 'others', '127.0.0.1:5500/other/**')]
    const changed = {
      ...outside,
      world: { ...outside.world, policies: basePolicies({ rule: '{ from: [others] }', bases: others }) },
    }
    const { pass } = story(changed)
    await pass(6)
    expect([await world.state(image), await world.at('v1'), world.told()]).toEqual(['degraded', image, ['degraded']])
  })
})
