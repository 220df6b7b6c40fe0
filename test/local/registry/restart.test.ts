import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DescribeImagesCommand } from '@aws-sdk/client-ecr'
import { expect, test } from 'vitest'
import { update } from './archived.ts'
import { ecr } from './ecr-client.ts'
import {
  type Image,
  INDEX,
  image,
  index,
  push,
  put,
  referrer,
  sha256,
  type TestRegistry,
  testRegistry,
} from './support.ts'

const app = image('app')

async function text(registry: TestRegistry, path: string): Promise<string> {
  const answer = await registry.fetch('GET', path)
  return `${answer.status} ${answer.headers.get('content-type')} ${await answer.text()}`
}

test('everything is the same after a restart', async () => {
  const registry = await testRegistry()
  const all = index([app, image('other')])
  await push(registry, 'team/app', app, 'v1')
  await push(registry, 'team/app', all, 'All')
  await push(registry, 'team/app', referrer(app, 'application/example'))
  await push(registry, 'b', app, 'v1')

  const paths = [
    '_catalog',
    'team/app/tags/list',
    'team/app/manifests/v1',
    'team/app/manifests/All',
    `team/app/manifests/${app.digest}`,
    `team/app/blobs/${app.blobs[0]!.digest}`,
    `team/app/referrers/${app.digest}`,
    'b/tags/list',
  ]
  const described = async () => {
    const { imageDetails } = await ecr(registry).send(new DescribeImagesCommand({ repositoryName: 'team/app' }))
    return imageDetails
  }
  const served = () => Promise.all(paths.map((path) => text(registry, path)))
  const before = { served: await served(), described: await described() }
  for (const one of before.served) expect(one).toMatch(/^200 /)

  registry.clock.now = new Date('2027-01-01T00:00:00Z')
  await registry.restart()
  expect({ served: await served(), described: await described() }).toEqual(before)
})

test('what a killed process left on its way is cleared away', async () => {
  const registry = await testRegistry()
  await writeFile(join(registry.dir, 'drafts', 'half'), 'half a manif')
  await registry.restart()
  expect(await readdir(join(registry.dir, 'drafts'))).toEqual([])
})

/** A registry in a process of its own, to be killed. */
async function killable() {
  const dir = await mkdtemp(join(tmpdir(), 'registry-'))
  const child = spawn(process.execPath, [fileURLToPath(new URL('killed-registry.ts', import.meta.url)), dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const url = line.toString().trim()
  const call = (method: string, path: string, init = {}) => fetch(`${url}/v2/${path}`, { ...init, method })
  return { dir, registry: { url, fetch: call } as TestRegistry, kill: () => child.kill('SIGKILL') }
}

test('a killed registry has kept every push it answered, and nothing by halves', async () => {
  const { dir, registry: killed, kill } = await killable()
  const answered: { tag: string; image: Image; next: Image }[] = []
  async function pushUntilKilled(worker: number): Promise<void> {
    for (let n = 0; ; n += 1) {
      const one = image(`${worker} ${n}`)
      const tag = `v${worker}.${n % 5}`
      await push(killed, 'a', one, tag)
      answered.push({ tag, image: one, next: image(`${worker} ${n + 5}`) })
      if (answered.length === 40) kill()
    }
  }
  const outcomes = await Promise.allSettled([0, 1, 2, 3].map(pushUntilKilled))
  expect(outcomes.map(({ status }) => status)).toEqual(Array(4).fill('rejected'))
  expect(answered.length).toBeGreaterThanOrEqual(40)

  const registry = await testRegistry({ dir })
  for (const { image } of answered) {
    expect(await text(registry, `a/manifests/${image.digest}`)).toBe(`200 ${image.mediaType} ${image.text}`)
  }
  const { tags } = (await (await registry.fetch('GET', 'a/tags/list')).json()) as { tags: string[] }
  // A tag is where it was last put, or where the push that was cut off had already put it.
  for (const [tag, last] of new Map(answered.map((one) => [one.tag, one]))) {
    const head = await registry.fetch('HEAD', `a/manifests/${tag}`)
    expect(head.headers.get('docker-content-digest')).toBeOneOf([last.image.digest, last.next.digest])
  }
  for (const tag of tags) {
    const manifest = await registry.fetch('GET', `a/manifests/${tag}`)
    const body = await manifest.text()
    expect(manifest.headers.get('docker-content-digest')).toBe(sha256(body))
    for (const { digest } of [JSON.parse(body).config, ...JSON.parse(body).layers]) {
      expect(sha256(await (await registry.fetch('GET', `a/blobs/${digest}`)).text())).toBe(digest)
    }
  }
})

test('a killed registry has kept every image it said is archived, or restored, as it was', async () => {
  const { dir, registry: killed, kill } = await killable()
  const change = (one: Image, target: 'ARCHIVE' | 'STANDARD') => update(killed, target, { imageDigest: one.digest })
  const archived: Image[] = []
  const restored: Image[] = []
  async function changeUntilKilled(worker: number): Promise<void> {
    for (let n = 0; ; n += 1) {
      const one = image(`${worker} ${n}`)
      await push(killed, 'a', one)
      await change(one, 'ARCHIVE')
      if (n % 2 === 0) archived.push(one)
      else restored.push(await change(one, 'STANDARD').then(() => one))
      if (archived.length === 20) kill()
    }
  }
  await Promise.allSettled([0, 1, 2, 3].map(changeUntilKilled))

  const registry = await testRegistry({ dir })
  for (const [all, imageStatus] of [
    [archived, 'ARCHIVED'],
    [restored, 'ACTIVE'],
  ] as const) {
    const imageIds = all.map(({ digest }) => ({ imageDigest: digest }))
    const command = new DescribeImagesCommand({ repositoryName: 'a', imageIds, filter: { imageStatus } })
    const { imageDetails } = await ecr(registry).send(command)
    expect(imageDetails?.map(({ imageDigest }) => ({ imageDigest }))).toEqual(imageIds)
  }
  for (const one of archived) await put(registry, 'a', one.digest, one)
  for (const one of [...archived, ...restored]) {
    expect(await text(registry, `a/manifests/${one.digest}`)).toBe(`200 ${one.mediaType} ${one.text}`)
  }
})

test('pushes to one tag at the same time leave it on one of them', async () => {
  const registry = await testRegistry()
  const images = Array.from({ length: 8 }, (_, n) => image(`${n}`))
  await Promise.all(images.map((one) => push(registry, 'a', one, 'v1')))
  const digest = (await registry.fetch('HEAD', 'a/manifests/v1')).headers.get('docker-content-digest')
  expect(images.map((one) => one.digest)).toContain(digest)
  await registry.restart()
  expect((await registry.fetch('HEAD', 'a/manifests/v1')).headers.get('docker-content-digest')).toBe(digest)
  const { imageDetails } = await ecr(registry).send(new DescribeImagesCommand({ repositoryName: 'a' }))
  expect(imageDetails?.filter(({ imageTags }) => imageTags !== undefined)).toMatchObject([{ imageTags: ['v1'] }])
  expect(imageDetails).toHaveLength(8)
  expect(imageDetails?.some(({ imageManifestMediaType }) => imageManifestMediaType === INDEX)).toBe(false)
})
