import { expect, it } from 'vitest'
import { currentPolicyHash } from '../lambda/examine.ts'
import { rejudgeOnNewRules } from '../lambda/reconciling/rejudge.ts'
import { BASES, basePolicies } from './bases/based.ts'
import { digest, record } from './core/records.ts'
import { Crash, crashAfter } from './memory/crash.ts'
import { HOST, type Memory, memory, NAME, policies } from './memory/world.ts'

const START = Date.parse('2026-11-22T00:00:00.000Z')

/** An image that was first seen so many seconds after another. */
function image(n: number, policyHash: string) {
  const firstSeenAt = new Date(START + n * 1000).toISOString()
  return record({ host: HOST, name: NAME, digest: digest(n), version: 1, state: 'verified', firstSeenAt, policyHash })
}

/** So many images, judged by other policies than those of now. */
async function outdated(images: number, policyHash = 'of other policies') {
  const outside = await memory()
  for (let n = 0; n < images; n++) await outside.world.store.putImage(image(n, policyHash), undefined)
  return outside
}

function asked({ queue }: Memory) {
  const digests = queue.messages.flatMap((message) => (message.to === 'verify' ? [message.push.digest] : []))
  return { messages: digests.length, images: new Set(digests).size }
}

it('asks for a thousand images a minute, and then is done with these rules', async () => {
  const outside = await outdated(2150)
  const counts = []
  for (let minute = 0; minute < 4; minute++) counts.push(await rejudgeOnNewRules(outside.world))
  expect(counts).toEqual([1000, 1000, 150, 0])
  expect(asked(outside)).toEqual({ messages: 2150, images: 2150 })
})

it('reads fifty pages a minute where few images are touched', async () => {
  const outside = await outdated(0)
  const hash = currentPolicyHash(outside.world.policies, image(0, ''))
  for (let n = 0; n < 5050; n++) await outside.world.store.putImage(image(n, n === 0 ? 'other' : hash), undefined)
  expect([await rejudgeOnNewRules(outside.world), await rejudgeOnNewRules(outside.world)]).toEqual([0, 1])
})

it('asks for bases a sweep before those that may stand on them, and for these at once where no base is touched', async () => {
  const outside = await memory({ policies: basePolicies() })
  const { store, policies: set } = outside.world
  const base = { ...image(0, 'other'), name: BASES }
  await store.putImage(base, undefined)
  for (const n of [1, 2]) await store.putImage(image(n, 'other'), undefined)
  expect([await rejudgeOnNewRules(outside.world), asked(outside)]).toEqual([1, { messages: 1, images: 1 }])
  // As if it had been judged by then
  await store.putImage({ ...base, version: 2, policyHash: currentPolicyHash(set, base) }, 1)
  expect([await rejudgeOnNewRules(outside.world), await rejudgeOnNewRules(outside.world)]).toEqual([2, 0])
  const others = basePolicies({ onFailure: 'observe' })
  expect(await rejudgeOnNewRules({ ...outside.world, policies: others })).toBe(2)
})

it('misses none, whatever port call the process dies after', async () => {
  const play = async (calls: number) => {
    const outside = await outdated(110)
    const crashing = crashAfter(outside.world, calls)
    await rejudgeOnNewRules(crashing.world).catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error
    })
    await rejudgeOnNewRules(outside.world)
    const { images, messages } = asked(outside)
    expect(images).toBe(110)
    // Only the page at work is asked for again
    expect(messages).toBeLessThanOrEqual(210)
    expect(await rejudgeOnNewRules(outside.world)).toBe(0)
    return crashing.made()
  }
  const whole = await play(Number.POSITIVE_INFINITY)
  for (let calls = 1; calls < whole; calls++) await play(calls)
})

it('begins anew where the rules change while it is under way', async () => {
  const outside = await outdated(1500)
  await rejudgeOnNewRules(outside.world)
  const changed = { ...outside.world, policies: policies('onFailure: observe') }
  outside.queue.messages.length = 0
  for (let minute = 0; minute < 3; minute++) await rejudgeOnNewRules(changed)
  expect(asked(outside)).toEqual({ messages: 1500, images: 1500 })
  outside.queue.messages.length = 0
  // What it had done under the first rules counts no more
  for (let minute = 0; minute < 3; minute++) await rejudgeOnNewRules(outside.world)
  expect(asked(outside)).toEqual({ messages: 1500, images: 1500 })
})

it('misses none of those there were while others are added', async () => {
  const outside = await outdated(1500)
  await rejudgeOnNewRules(outside.world)
  for (let n = 1500; n < 1700; n++) await outside.world.store.putImage(image(n, 'of now'), undefined)
  await rejudgeOnNewRules(outside.world)
  expect(asked(outside)).toEqual({ messages: 1500, images: 1500 })
})
