import { expect, it } from 'vitest'
import { act } from '../lambda/act.ts'
import { quarantineTag } from '../lambda/core/tags.ts'
import { Crash } from './memory/crash.ts'
import { failedImage } from './memory/failed.ts'
import { intercepted } from './memory/faults.ts'
import { runnable } from './memory/images.ts'
import { people } from './memory/people.ts'
import { story } from './memory/story.ts'
import { HOST, NAME, policies } from './memory/world.ts'

const newer = runnable('newer')
type Options = Parameters<typeof failedImage>[0]

/** An image whose only tag was removed by a process that died before it could write that down. */
async function halfTaken(options: Options = {}) {
  const image = await failedImage(options, ['v1'])
  const { outside, id, digest } = image
  const dying = intercepted(outside.world, (port, method) => {
    if (port === 'store' && method === 'putTag') throw new Crash()
  })
  await act(dying, id(digest), 'first').catch(() => undefined)
  expect(await image.at('v1')).toBeUndefined()
  outside.advance(300)
  const marked = async () => (await outside.world.store.tag(HOST, NAME, 'v1'))?.quarantined?.digest
  expect(await marked()).toBeUndefined()
  return { ...image, marked }
}

it.each<[string, string, boolean]>([
  ['quarantine is disarmed', 'onFailure: quarantine', true],
  ['policy only observes by now', 'onFailure: observe', false],
])('a tag that was being taken is taken to the end though %s', async (_, enforcement, isDisarmed) => {
  const { outside, digest, marked, at, told } = await halfTaken()
  if (isDisarmed) await people(outside).disarm()
  await story(outside, { ...outside.world, policies: policies(enforcement) }).pass(3)
  expect([await marked(), await at(quarantineTag(digest))]).toEqual([digest, digest])
  expect(told().filter((event) => event === 'failed' || event === 'quarantined').length).toBeGreaterThan(0)
  expect(outside.published.flatMap(({ tags }) => tags)).toContainEqual({ tag: 'v1', outcome: 'taken' })
})

it('a tag that was taken from a newer image since stays that one’s', async () => {
  const { outside, push, sign, pass, at, digest, told } = await failedImage({}, ['v1'])
  await pass(3)
  const later = push(newer, 'v1')
  await pass(13)
  const marked = async () => (await outside.world.store.tag(HOST, NAME, 'v1'))?.quarantined?.digest
  expect(await marked()).toBe(later)
  push(runnable('app'), 'v3')
  await pass(3)
  expect(await marked()).toBe(later)
  await sign(later)
  await pass(3)
  expect(await at('v1')).toBe(later)
  expect(told().at(-1)).toBe('recovered')
  await sign(digest)
  await pass(3)
  expect(await at('v1')).toBe(later)
})
