import { describe, expect, it } from 'vitest'
import { Unavailable } from '../../lambda/errors.ts'
import { sweep } from '../../lambda/sweep.ts'
import { deliver, drain } from '../memory/drain.ts'
import { layer } from '../memory/layered.ts'
import { pushed } from '../memory/story.ts'
import { APP, APP_FILES, based, baseImage, basePolicies, NODE, OS } from './based.ts'
import { elsewhere, GOLDEN, watching } from './elsewhere.ts'

/** Has the tags looked at, and what was pushed judged, until its grace is over. */
async function pastGrace({ look, settle, minutes }: Awaited<ReturnType<typeof elsewhere>>): Promise<void> {
  await look()
  await settle()
  minutes(11)
  await settle()
}

describe('an image that was judged before its base was', () => {
  it('is judged again when somebody vouches for the base, and gets its tags back', async () => {
    const world = await based({ rule: '{ required: true }' })
    const image = await world.image({ layers: [OS, NODE, APP_FILES] })
    const other = await world.image({ layers: [OS, layer({ 'usr/bin/other': 'other' })] }, 'v2')
    await world.settle()
    world.outside.advance(11 * 60)
    await sweep(world.outside.world)
    await world.settle()
    expect([(await world.record(image))?.state, (await world.record(other))?.state]).toEqual(['failed', 'failed'])
    await world.base([OS, NODE])
    await world.settle()
    expect(await world.record(image)).toMatchObject({ state: 'verified', base: { rung: 'fresh' } })
    expect((await world.record(other))?.state).toBe('failed')
  })

  it('is found where the base ends with its first layer', async () => {
    const world = await based()
    const image = await world.image({ layers: [OS, APP_FILES] })
    await world.settle()
    expect((await world.facts(image))?.rung).toBe('none')
    await world.base([OS])
    await deliver(world.outside, world.outside.world)
    await world.settle()
    expect((await world.facts(image))?.rung).toBe('fresh')
  })
})

it('an image that stands on a shorter base is found when the longer one is vouched for', async () => {
  const world = await based()
  const shorter = await world.base([OS], 'os')
  await world.settle()
  const image = await world.image({ layers: [OS, NODE, APP_FILES] })
  await world.settle()
  expect(await world.facts(image)).toMatchObject({ rung: 'fresh', digest: shorter })
  const longer = await world.base([OS, NODE], 'node')
  await world.settle()
  expect(await world.facts(image)).toMatchObject({ rung: 'fresh', digest: longer })
})

describe('that an image stands on no base is no verdict on it', () => {
  const RULE = '{ required: true }'

  it('until its registry has been walked through once', async () => {
    const world = await based({ rule: RULE }, { walked: false })
    const image = await world.image({ layers: [OS, NODE, APP_FILES] })
    await world.settle()
    world.outside.advance(11 * 60)
    await world.settle()
    expect(await world.record(image)).toMatchObject({
      state: 'error',
      base: { message: expect.stringContaining('has not been walked through once') },
    })
    await world.pass(20)
    expect([await world.state(image), world.told()]).toEqual(['failed', ['error', 'failed']])
  })

  it('while a tag that a BaseImage watches has not been judged', async () => {
    let isDown = true
    const world = await elsewhere(
      [watching(GOLDEN, ['node:latest', 'none:latest'])],
      () => (isDown ? new Unavailable(GOLDEN, 'is down') : undefined),
      RULE,
    )
    await world.push('node', [OS, NODE])
    const image = await world.ours({ layers: [OS, NODE, APP_FILES] })
    const other = await world.ours({ layers: [OS, layer({ 'usr/bin/other': 'other' })] }, 'v2')
    await pastGrace(world)
    expect([await world.state(image), await world.state(other)]).toEqual(['error', 'error'])
    isDown = false
    for (const minutes of [5, 1, 15]) {
      world.minutes(minutes)
      await world.look()
      await world.settle()
    }
    await drain(world.outside, world.world, 20)
    expect([await world.state(image), await world.state(other)]).toEqual(['verified', 'failed'])
  })

  it('is again where a tag that is watched is not there', async () => {
    const world = await elsewhere([watching(GOLDEN, ['none:latest'])], undefined, RULE)
    const image = await world.ours({ layers: [OS, NODE, APP_FILES] })
    await pastGrace(world)
    expect(await world.state(image)).toBe('failed')
  })

  it('is where what was not judged is another base than is asked for', async () => {
    const isDown = () => new Unavailable(GOLDEN, 'is down')
    const world = await elsewhere([baseImage(), watching(GOLDEN, ['node:latest'])], isDown, '{ from: [ours] }')
    const image = await world.ours({ layers: [OS, NODE, APP_FILES] })
    await pastGrace(world)
    expect(await world.state(image)).toBe('failed')
  })

  it('while another BaseImage watches what the one that is asked for covers too', async () => {
    let isDown = true
    const world = await elsewhere(
      [watching(GOLDEN, ['node:latest']), baseImage('', 'other', `${GOLDEN}/**`)],
      () => (isDown ? new Unavailable(GOLDEN, 'is down') : undefined),
      '{ from: [other] }',
    )
    await world.push('node', [OS, NODE])
    const image = await world.ours({ layers: [OS, NODE, APP_FILES] })
    await pastGrace(world)
    expect(await world.state(image)).toBe('error')
    isDown = false
    world.minutes(15)
    await world.look()
    await drain(world.outside, world.world, 20)
    expect(await world.state(image)).toBe('verified')
  })

  it('nor why anything is taken of one that failed before, while a base may be it', async () => {
    const world = await elsewhere([watching(GOLDEN, ['none:latest'])], () => undefined, RULE)
    const image = await world.ours({ layers: [OS, NODE, APP_FILES] })
    await pastGrace(world)
    expect([await world.state(image), await world.at('v1')]).toEqual(['failed', undefined])
    const again = { ...pushed(image, 'v2', APP), at: world.outside.now().toISOString() }
    const { registry, addManifest } = world.outside.registry
    addManifest(APP, (await registry.manifest(APP, image))!, ['v2'])
    const policies = basePolicies({ rule: RULE, bases: [watching(GOLDEN, ['node:latest'])] })
    world.outside.queue.send(again)
    await deliver(world.outside, { ...world.world, policies })
    expect([await world.state(image), await world.at('v2')]).toEqual(['failed', image])
  })
})
