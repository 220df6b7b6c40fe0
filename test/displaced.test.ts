import { expect, it } from 'vitest'
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
