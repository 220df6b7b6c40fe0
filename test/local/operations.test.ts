import { expect, it } from 'vitest'
import type { Stack } from '../../local/stack.ts'
import { advance, get, hostOf, start } from './stacked.ts'

type Status = { readonly digest: string; readonly state: string; readonly quarantined: boolean }

async function post(stack: Stack, path: string, body: unknown): Promise<unknown> {
  return (await fetch(stack.apiUrl + path, { method: 'POST', body: JSON.stringify(body) })).json()
}

async function minutes(stack: Stack, count: number): Promise<void> {
  await advance(stack, JSON.stringify({ advanceSeconds: count * 60 }))
  await stack.idle()
}

it('operators make the self-test, disarm, arm, undo and look, through the API', async () => {
  const stack = await start()
  await stack.idle()
  const registry = hostOf(stack)
  const reason = 'for a test'
  const status = () => get<Status>(stack, `/v1/status?image=${registry}/samples/unsigned:v1`)

  const [tested] = (await get<{ registries: { means: string; testedAt: string }[] }>(stack, '/v1/operations'))
    .registries
  const again = (await post(stack, '/v1/self-tests', { registry })) as { means: string; testedAt: string }
  expect([tested?.means, again.means]).toEqual(['remove', 'remove'])
  expect(again.testedAt > (tested?.testedAt ?? '')).toBe(true)

  expect(await post(stack, '/v1/operations/disarm', { reason })).toMatchObject({ armed: false, disarmed: { reason } })
  await minutes(stack, 10)
  expect(await status()).toMatchObject({ state: 'failed', quarantined: false, tags: [{ outcome: 'disarmed' }] })
  expect(await post(stack, '/v1/operations/arm', { reason })).toMatchObject({ armed: true })
  await minutes(stack, 1)
  expect(await status()).toMatchObject({ state: 'failed', quarantined: true, tags: [{ outcome: 'taken' }] })

  const { digest } = await status()
  const image = `${registry}/samples/unsigned@${digest}`
  const plan = await get(stack, '/v1/undo?since=2026-01-01T00:00:00Z')
  expect(plan).toMatchObject({ images: [{ image, tags: [{ tag: 'v1', would: 'give-back' }] }] })
  expect(await post(stack, '/v1/undo', { images: [image], reason })).toEqual({ images: [{ image, undone: true }] })
  await stack.idle()
  await minutes(stack, 30)
  expect(await status()).toMatchObject({ digest, state: 'failed', quarantined: false })
  expect(await get(stack, `/v1/gate?image=${image}`)).toMatchObject({ allow: false })

  expect(await post(stack, '/v1/redrive', { queue: 'verify' })).toMatchObject({ moved: 0 })
  expect(await get(stack, '/v1/operations')).toMatchObject({
    breaker: { tripped: false },
    reconciliation: [{ registry, finishedAt: expect.any(String) }],
    queues: [
      { queue: 'verify', waiting: 0, dead: 0 },
      { queue: 'act', waiting: 0, dead: 0 },
    ],
  })
  const bad = await fetch(`${stack.apiUrl}/v1/operations/disarm`, { method: 'POST', body: '{"reason": " "}' })
  expect([bad.status, await bad.json()]).toMatchObject([400, { detail: expect.stringContaining('reason of 0') }])
})
