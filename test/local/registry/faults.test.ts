import { DescribeImagesCommand, PutImageCommand } from '@aws-sdk/client-ecr'
import { expect, test } from 'vitest'
import { Misconfigured } from '../../../lambda/errors.ts'
import type { Fault, FaultRequest } from '../../../local/registry/context.ts'
import { startRegistry } from '../../../local/registry/server.ts'
import { ecr } from './ecr-client.ts'
import { image, push, put, testRegistry } from './support.ts'

const app = image('app')

async function faulty() {
  const seen: FaultRequest[] = []
  const plan: { next?: Fault | Promise<Fault | undefined> } = {}
  const registry = await testRegistry({
    faults: (request) => {
      seen.push(request)
      const { next } = plan
      delete plan.next
      return next
    },
  })
  await push(registry, 'a', app, 'v1')
  seen.length = 0
  return { registry, seen, plan }
}

test('an answer can be put in place of the real one', async () => {
  const { registry, plan, seen } = await faulty()
  plan.next = { status: 429, headers: { 'retry-after': '3' }, body: 'slow down' }
  const answer = await registry.fetch('GET', 'a/manifests/v1?x=1')
  expect([answer.status, answer.headers.get('retry-after'), await answer.text()]).toEqual([429, '3', 'slow down'])
  expect((await registry.fetch('GET', 'a/manifests/v1')).status).toBe(200)
  expect(seen[0]).toEqual({ method: 'GET', path: '/v2/a/manifests/v1?x=1' })
})

test('a hung-up request changes nothing', async () => {
  const { registry, plan } = await faulty()
  plan.next = 'hang-up'
  await expect(put(registry, 'a', 'v2', app)).rejects.toThrow('fetch failed')
  expect((await registry.fetch('GET', 'a/manifests/v2')).status).toBe(404)
})

test('a lost answer hides what was done', async () => {
  const { registry, plan } = await faulty()
  plan.next = 'lose-answer'
  await expect(put(registry, 'a', 'v2', app)).rejects.toThrow('fetch failed')
  expect((await registry.fetch('GET', 'a/manifests/v2')).status).toBe(200)
})

test('a request can be held', async () => {
  const { registry, plan } = await faulty()
  const held = Promise.withResolvers<undefined>()
  plan.next = held.promise
  const answer = put(registry, 'a', 'v2', app)
  expect((await registry.fetch('GET', 'a/manifests/v2')).status).toBe(404)
  held.resolve(undefined)
  expect((await answer).status).toBe(201)
})

test('ECR calls are told by name and fail as AWS would', async () => {
  const { registry, plan, seen } = await faulty()
  const body = JSON.stringify({ __type: 'ThrottlingException', message: 'rate exceeded' })
  plan.next = { status: 400, headers: { 'content-type': 'application/x-amz-json-1.1' }, body }
  const call = ecr(registry).send(new DescribeImagesCommand({ repositoryName: 'a' }))
  await expect(call).rejects.toMatchObject({ name: 'ThrottlingException' })
  expect(seen[0]).toEqual({ method: 'POST', path: '/', operation: 'DescribeImages' })

  plan.next = 'lose-answer'
  const put = new PutImageCommand({ repositoryName: 'a', imageManifest: app.text, imageTag: 'q' })
  await expect(ecr(registry).send(put)).rejects.toThrow()
  expect((await registry.fetch('GET', 'a/manifests/q')).status).toBe(200)
})

test('a port in use is said to be, with what to do', async () => {
  const { registry } = await faulty()
  const port = Number(new URL(registry.url).port)
  const again = startRegistry({ dir: registry.dir, port, now: () => new Date(), onEvent: async () => {} })
  await expect(again).rejects.toThrow(Misconfigured)
  await expect(again).rejects.toThrow(`127.0.0.1:${port}; free the port or set ASSAY_REGISTRY_PORT`)
})

test('close cuts every connection at once, and waits for what is being done', async () => {
  const begun = Promise.withResolvers<void>()
  const taking = Promise.withResolvers<void>()
  const order: string[] = []
  const registry = await testRegistry({
    onEvent: async () => {
      begun.resolve()
      await taking.promise
      order.push('taken')
    },
  })
  const pushed = push(registry, 'a', app, 'v1').catch(() => order.push('cut'))
  await begun.promise
  const closed = registry.close().then(() => order.push('closed'))
  await pushed
  await expect(registry.fetch('GET', '')).rejects.toThrow('fetch failed')
  expect(order).toEqual(['cut'])
  taking.resolve()
  await closed
  expect(order).toEqual(['cut', 'taken', 'closed'])
  await registry.restart()
  expect((await registry.fetch('GET', 'a/manifests/v1')).status).toBe(200)
})
