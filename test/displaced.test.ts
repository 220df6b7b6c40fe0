import { expect, it } from 'vitest'
import { verifyPush } from '../lambda/pipeline.ts'
import { echoing } from './memory/echo.ts'
import { runnable } from './memory/images.ts'
import { pushed, story } from './memory/story.ts'
import { memory, NAME } from './memory/world.ts'

const app = runnable('app')
const newer = runnable('newer')

/** An image that was quarantined and given its tag back; another one had the tag in between, and lost it again. */
async function givenBack() {
  const outside = await memory()
  const told = story(outside)
  const digest = told.push(app, 'v1')
  await told.pass(13)
  const between = told.push(newer, 'v1')
  await told.sign(between)
  await told.pass(2)
  await outside.registry.tagger.remove(NAME, 'v1', between)
  outside.registry.push(NAME, newer, 'keep')
  await told.sign(digest)
  await told.pass(5)
  expect(await told.at('v1')).toBe(digest)
  return { outside, digest, between, ...told }
}

it('an old event told late takes nothing back from an image that got its tag back', async () => {
  const { outside, digest, between, pass, at } = await givenBack()
  const hourAgo = new Date(outside.now().getTime() - 3_600_000).toISOString()
  outside.queue.send({ ...pushed(between, 'v1'), at: hourAgo })
  await pass(3)
  expect(await at('v1')).toBe(digest)
})

it.each(['giving back', 'a tombstone'])(
  'a push that was handled before our own %s landed, late, gets its tag back',
  async (put) => {
    const outside = await memory(put === 'a tombstone' ? { means: 'overwrite' } : {})
    let late: (() => Promise<void>) | undefined
    const { tagger } = outside.registry
    const slow: typeof tagger = {
      ...tagger,
      put: async (name, tag, manifest) => {
        if (tag === 'v1') {
          const happens = late
          late = undefined
          await happens?.()
        }
        return tagger.put(name, tag, manifest)
      },
    }
    const world = { ...echoing({ ...outside, registry: { ...outside.registry, tagger: slow } }) }
    const { push, sign, pass, at } = story(outside, world)
    const digest = push(app, 'v1')
    const between = async () => {
      const pushedNewer = push(newer, 'v1')
      await sign(pushedNewer)
      for (const message of [...outside.queue.messages]) {
        if (message.to === 'verify') await verifyPush(world, message.push)
      }
    }
    if (put === 'a tombstone') late = between
    await pass(13)
    if (put === 'giving back') {
      late = between
      await sign(digest)
    }
    await pass(10)
    expect(await at('v1')).toBe(outside.registry.push(NAME, newer))
  },
)
