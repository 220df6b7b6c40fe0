import { expect, it } from 'vitest'
import { tellDerived } from '../../lambda/acting/tell-derived.ts'
import type { ImageRecord } from '../../lambda/core/status.ts'
import { openTodo } from '../../lambda/core/todo.ts'
import { verifyPush } from '../../lambda/pipeline.ts'
import { intercepted, once } from '../memory/faults.ts'
import { pushed } from '../memory/story.ts'
import { HOST } from '../memory/world.ts'
import { APP, APP_FILES, BASES, based, NODE, OS } from './based.ts'

it('an image that is judged while its base loses its signature is judged again', async () => {
  const world = await based({ rule: '{}' })
  const { outside } = world
  const base = { host: HOST, name: BASES, digest: await world.base([OS, NODE]) }
  await world.settle()
  const image = await world.image({ layers: [OS, NODE, APP_FILES] })
  outside.queue.messages.length = 0
  const lose = async () => {
    const { store } = outside.world
    const known = (await store.image(base))!
    const standing = { ...known.standing!, vouched: [] }
    const next: ImageRecord = openTodo({ ...known, standing, version: known.version + 1 }, 'derived', {
      news: 'unvouched',
    })
    await store.putImage(next, known.version)
    await tellDerived(outside.world, base)
  }
  await verifyPush(intercepted(outside.world, once('store', 'putImage', lose)), pushed(image, 'v1', APP))
  await world.settle()
  expect(await world.facts(image)).toMatchObject({ signature: 'unverified' })
  expect(await world.state(image)).toBe('degraded')
})
