import { expect, it } from 'vitest'
import { act } from '../../lambda/act.ts'
import { judge } from '../../lambda/pipeline.ts'
import { deliver } from '../memory/drain.ts'
import { failing, intercepted } from '../memory/faults.ts'
import { HOST } from '../memory/world.ts'
import { APP, APP_FILES, basePolicies, NODE, OS } from './based.ts'
import { elsewhere, GOLDEN, watching } from './elsewhere.ts'

const RULE = '{ required: true }'

/** An image that stands on no base, under two tags, failed; and the world in which its base may be one that nobody has judged yet. */
async function failed() {
  const world = await elsewhere([watching(GOLDEN, ['none:latest'])], undefined, RULE)
  const image = await world.ours({ layers: [OS, NODE, APP_FILES] })
  await world.ours({ layers: [OS, NODE, APP_FILES] }, 'v2')
  await world.look()
  await world.settle()
  world.minutes(11)
  const open = { ...world.world, policies: basePolicies({ rule: RULE, bases: [watching(GOLDEN, ['node:latest'])] }) }
  return { ...world, image, open }
}

it('a tag that was being taken when its base turned out not to be judged is taken to the end, and no other is', async () => {
  const { world, outside, open, image, at, id } = await failed()
  // It dies before it marks the first tag
  await deliver(
    outside,
    failing(world, (port, method) => port === 'store' && method === 'putTag'),
  )
  const [taken, left] = (await at('v1')) === undefined ? ['v1', 'v2'] : ['v2', 'v1']
  expect([await at(taken), await at(left)]).toEqual([undefined, image])
  outside.advance(300)
  await judge(open, id(image))
  await act(open, id(image), 'next')
  expect(await world.store.tag(HOST, APP, taken)).toMatchObject({ quarantined: { digest: image } })
  expect(await world.store.image(id(image))).toMatchObject({ state: 'failed', taken: [taken], todo: [] })
  expect(await at(left)).toBe(image)
})

it('a tag is not taken when that turns out right before', async () => {
  const { world, outside, open, image, at, id } = await failed()
  const racing = intercepted(world, async (port, method) => {
    if (port === 'tagger' && method === 'put') await judge(open, id(image))
  })
  await deliver(outside, racing)
  expect([await at('v1'), await at('v2')]).toEqual([image, image])
})
