import { expect, test } from 'vitest'
import {
  CONFIG,
  INDEX,
  image,
  index,
  MANIFEST,
  push,
  pushContent,
  put,
  referrer,
  refusal,
  testRegistry,
} from './support.ts'

const app = image('app')

test('a push by tag is told as ECR tells it', async () => {
  const registry = await testRegistry({ account: '123456789012', region: 'eu-central-1' })
  await push(registry, 'team/app', app, 'v1')
  expect(registry.events).toEqual([
    {
      version: '0',
      id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      'detail-type': 'ECR Image Action',
      source: 'aws.ecr',
      account: '123456789012',
      time: '2026-03-01T10:20:30Z',
      region: 'eu-central-1',
      resources: [],
      detail: {
        result: 'SUCCESS',
        'repository-name': 'team/app',
        'image-digest': app.digest,
        'action-type': 'PUSH',
        'image-tag': 'v1',
        'manifest-media-type': MANIFEST,
        'artifact-media-type': CONFIG,
      },
    },
  ])
})

test('a push by digest has an empty tag, and an artifact its own type', async () => {
  const registry = await testRegistry()
  const signature = referrer(app, 'application/example.signature')
  await push(registry, 'a', signature)
  expect(registry.events.map(({ detail }) => detail)).toMatchObject([
    { 'image-digest': signature.digest, 'image-tag': '', 'artifact-media-type': 'application/example.signature' },
  ])
})

test('an index is told after its children, without an artifact type', async () => {
  const registry = await testRegistry()
  const all = index([app, image('other')])
  await push(registry, 'a', all, 'v1')
  expect(registry.events.map(({ detail }) => detail['image-tag'])).toEqual(['', '', 'v1'])
  const last = registry.events[2]!.detail
  expect(last).toMatchObject({ 'image-digest': all.digest, 'manifest-media-type': INDEX })
  expect(last).not.toHaveProperty('artifact-media-type')
})

test('every push is told, also one that changes nothing, each under an id of its own', async () => {
  const registry = await testRegistry()
  await push(registry, 'a', app, 'v1')
  await put(registry, 'a', 'v1', app)
  expect(new Set(registry.events.map(({ id }) => id)).size).toBe(2)
})

test('a deleted tag is told, and an image deleted by digest once for each tag', async () => {
  const registry = await testRegistry()
  await push(registry, 'a', app, 'v1')
  await put(registry, 'a', 'v2', app)
  await put(registry, 'a', 'v3', app)
  const untagged = image('untagged')
  await push(registry, 'a', untagged)
  registry.events.length = 0

  await registry.fetch('DELETE', 'a/manifests/v2')
  await registry.fetch('DELETE', `a/manifests/${app.digest}`)
  await registry.fetch('DELETE', `a/manifests/${untagged.digest}`)
  const deleted = (digest: string, tag: string) => ({
    result: 'SUCCESS',
    'repository-name': 'a',
    'image-digest': digest,
    'action-type': 'DELETE',
    'image-tag': tag,
  })
  expect(registry.events.map(({ detail }) => detail)).toEqual([
    deleted(app.digest, 'v2'),
    deleted(app.digest, 'v1'),
    deleted(app.digest, 'v3'),
    deleted(untagged.digest, ''),
  ])
})

test.each(['PUT', 'DELETE'])('a %s is answered only when its event was taken', async (method) => {
  const order: string[] = []
  const taking = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  let waits = false
  const registry = await testRegistry({
    onEvent: async () => {
      if (!waits) return
      begun.resolve()
      await taking.promise
      order.push('taken')
    },
  })
  await push(registry, 'a', app, 'v1')
  waits = true
  const init = method === 'PUT' ? { headers: { 'content-type': MANIFEST }, body: app.text } : {}
  const answer = registry.fetch(method, 'a/manifests/v1', init).then(({ status }) => {
    order.push('answered')
    return status
  })
  await begun.promise
  // The change itself is there already: whoever takes the event can look.
  expect((await registry.fetch('GET', `a/manifests/${app.digest}`)).status).toBe(200)
  taking.resolve()
  expect([await answer, order]).toEqual([method === 'PUT' ? 201 : 202, ['taken', 'answered']])
})

test('a push whose event nobody took is not acknowledged, and can be tried again', async () => {
  let fails = true
  const registry = await testRegistry({
    onEvent: async () => {
      if (fails) throw new Error('the bus is down')
    },
  })
  await pushContent(registry, 'a', app)
  expect(await refusal(await put(registry, 'a', 'v1', app))).toEqual([500, 'UNKNOWN'])
  fails = false
  expect((await put(registry, 'a', 'v1', app)).status).toBe(201)
})

test('whoever takes an event may push to the same repository before it is answered', async () => {
  const other = image('other')
  const registry = await testRegistry({
    onEvent: async ({ detail }) => {
      if (detail['image-tag'] !== 'v1') return
      const headers = { 'content-type': MANIFEST }
      await fetch(`${registry.url}/v2/a/manifests/mark`, { method: 'PUT', headers, body: other.text })
    },
  })
  await pushContent(registry, 'a', other)
  await push(registry, 'a', app, 'v1')
  expect((await registry.fetch('GET', 'a/manifests/mark')).status).toBe(200)
})
