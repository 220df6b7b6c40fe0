import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { Misconfigured } from '../../lambda/errors.ts'
import type { Delivered } from '../../local/inbox.ts'
import { startRegistry } from '../../local/registry/server.ts'
import { pushImage } from '../../local/signing/image.ts'
import { pullManifest } from '../../local/signing/push.ts'
import type { Stack } from '../../local/stack.ts'
import { advance, get, hostOf, start } from './stacked.ts'
import { temporaryFolder } from './temporary-folder.ts'

const policies = new URL('../../policies', import.meta.url).pathname
const GRACE = 10 * 60

type State = { readonly state: string; readonly quarantined: boolean }

function alertsOf(stack: Stack): Promise<Delivered[]> {
  return get(stack, '/local/alerts')
}

async function stateOf(stack: Stack, image: string): Promise<State> {
  const { state, quarantined } = await get<State>(stack, `/v1/status?image=${hostOf(stack)}/${image}`)
  return { state, quarantined }
}

test('samples are judged; past their grace the unsigned one is quarantined and told of; a restart keeps it all; then a person accepts it', async () => {
  const dataDir = temporaryFolder()
  const first = await start({ dataDir })
  await first.idle()
  expect(await stateOf(first, 'samples/signed:v1')).toEqual({ state: 'verified', quarantined: false })
  expect(await stateOf(first, 'samples/unsigned:v1')).toEqual({ state: 'pending', quarantined: false })
  expect(await alertsOf(first)).toEqual([])

  const before = first.clock.now().getTime()
  const moved = await advance(first, JSON.stringify({ advanceSeconds: GRACE }))
  expect(moved.status).toBe(200)
  const { now } = (await moved.json()) as { now: string }
  expect(Date.parse(now)).toBeGreaterThanOrEqual(before + GRACE * 1000)
  await first.idle()
  expect(await stateOf(first, 'samples/unsigned:v1')).toEqual({ state: 'failed', quarantined: true })
  expect(await pullManifest({ registry: first.registryUrl, name: 'samples/unsigned' }, 'v1')).toBeUndefined()
  const alerts = await alertsOf(first)
  expect(alerts).toEqual([
    {
      channel: 'email',
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      subject: expect.stringContaining('samples/unsigned:v1'),
      text: expect.stringContaining('v1: taken away'),
      image: expect.stringContaining(`${hostOf(first)}/samples/unsigned`),
      state: 'failed',
    },
  ])
  expect(Date.parse(alerts[0]!.at)).toBeGreaterThanOrEqual(before + GRACE * 1000)
  await first.close()

  const lines: string[] = []
  const registryPort = Number(new URL(first.registryUrl).port)
  const second = await start({ dataDir, registryPort, samples: false, log: (line) => lines.push(line) })
  await second.idle()
  expect(second.sigstoreUrl).toBe(first.sigstoreUrl)
  expect(second.clock.now().getTime()).toBeGreaterThanOrEqual(before + GRACE * 1000)
  expect(await stateOf(second, 'samples/signed:v1')).toEqual({ state: 'verified', quarantined: false })
  expect(await stateOf(second, 'samples/unsigned:v1')).toEqual({ state: 'failed', quarantined: true })
  expect(await alertsOf(second)).toEqual(alerts)
  expect(lines).toEqual([])
  await acceptedForAnHour(second)
})

/** The waiver of a quarantined sample, from the answer that names its digest to its end. */
async function acceptedForAnHour(stack: Stack): Promise<void> {
  const image = `${hostOf(stack)}/samples/unsigned`
  const expiresAt = new Date(stack.clock.now().getTime() + 3600_000).toISOString()
  const release = (reference: string) =>
    fetch(`${stack.apiUrl}/v1/releases`, {
      method: 'POST',
      body: JSON.stringify({ image: reference, reason: 'for a test', expiresAt }),
    })
  const refused = await release(`${image}:v1`)
  const { detail } = (await refused.json()) as { detail: string }
  const [byDigest = ''] = /\S+@sha256:[0-9a-f]{64}/.exec(detail) ?? []
  expect([refused.status, byDigest]).toEqual([400, expect.stringMatching(`^${image}@sha256:`)])

  const waiver = { by: 'arn:aws:iam::000000000000:user/local', reason: 'for a test', expiresAt }
  const granted = await release(byDigest)
  expect([granted.status, await granted.json()]).toMatchObject([200, { state: 'failed', waiver }])
  await stack.idle()
  expect(await stateOf(stack, 'samples/unsigned:v1')).toEqual({ state: 'failed', quarantined: false })
  expect(await get(stack, `/v1/gate?image=${image}:v1`)).toMatchObject({ allow: true, because: 'waiver' })
  expect(await get(stack, '/v1/waivers')).toMatchObject({ waivers: [{ image: byDigest, ...waiver }] })
  expect((await alertsOf(stack)).at(-1)?.text).toContain(`- by ${waiver.by}, until ${expiresAt}: for a test`)
  expect((await fetch(`${stack.apiUrl}/v1/releases/`, { method: 'POST', body: '{}' })).status).toBe(403)

  await advance(stack, '{"advanceSeconds":3600}')
  await stack.idle()
  expect(await stateOf(stack, 'samples/unsigned:v1')).toEqual({ state: 'degraded', quarantined: false })
  expect(await get(stack, `/v1/gate?image=${image}:v1`)).toMatchObject({ allow: false, state: 'degraded' })
  expect(await get(stack, '/v1/waivers')).toEqual({ waivers: [] })
  const gone = await fetch(`${stack.apiUrl}/v1/waivers?image=${byDigest}`, { method: 'DELETE' })
  expect([gone.status, await gone.json()]).toMatchObject([404, { detail: `no waiver stands for ${byDigest}` }])
  await aMonthLater(stack)
}

/** Nothing happens for thirty days: what is good is judged anew and stays so, and no tag is taken. */
async function aMonthLater(stack: Stack): Promise<void> {
  await advance(stack, JSON.stringify({ advanceSeconds: 30 * 24 * 3600 }))
  await stack.idle()
  expect(await stateOf(stack, 'samples/signed:v1')).toEqual({ state: 'verified', quarantined: false })
  expect(await stateOf(stack, 'samples/unsigned:v1')).toEqual({ state: 'degraded', quarantined: false })
  const { checkedAt } = await get<{ checkedAt: string }>(stack, `/v1/status?image=${hostOf(stack)}/samples/signed:v1`)
  expect(stack.clock.now().getTime() - Date.parse(checkedAt)).toBeLessThan(24 * 3600_000)
}

test('a stack killed at work goes on where it was', async () => {
  const dataDir = temporaryFolder()
  const module = new URL('../../local/stack.ts', import.meta.url).href
  const options = { apiPort: 0, registryPort: 0, dataDir, policies, samples: true }
  const script = `const { startStack } = await import(${JSON.stringify(module)})
    const stack = await startStack({ ...${JSON.stringify(options)}, log: () => {} })
    console.log(new URL(stack.registryUrl).port)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script])
  onTestFinished(() => void child.kill('SIGKILL'))
  const [port] = await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')

  const stack = await start({ dataDir, registryPort: Number(port), samples: false })
  await stack.idle()
  expect((await stateOf(stack, 'samples/signed:v1')).state).toBe('verified')
  expect((await stateOf(stack, 'samples/unsigned:v1')).state).toBe('pending')
})

test('a push whose event was lost is found by the sweep, and nothing that is our own', async () => {
  const dataDir = temporaryFolder()
  const now = () => new Date()
  const registry = await startRegistry({ dir: join(dataDir, 'registry'), port: 0, now, onEvent: async () => {} })
  const files = { 'lost.txt': 'nobody was told of this image' }
  await pushImage({ registry: registry.url, name: 'team/lost', files, tag: 'v1' })
  await registry.close()

  const stack = await start({ dataDir, samples: false })
  await advance(stack, JSON.stringify({ advanceSeconds: 1 }))
  await stack.idle()
  const { images } = await get<{ readonly images: readonly { readonly image: string }[] }>(stack, '/v1/images')
  expect(images.map(({ image }) => image)).toEqual([expect.stringContaining(`${hostOf(stack)}/team/lost`)])
})

test('where the registry deletes whole images it is never asked to: a tombstone takes the place of the tag', async () => {
  const stack = await start({ deleteMeaning: () => 'image' })
  await stack.idle()
  await advance(stack, JSON.stringify({ advanceSeconds: GRACE }))
  await stack.idle()
  expect(await stateOf(stack, 'samples/unsigned:v1')).toEqual({ state: 'failed', quarantined: true })
  const { digest } = await get<{ digest: string }>(stack, `/v1/status?image=${hostOf(stack)}/samples/unsigned:v1`)
  const pull = (reference: string) => fetch(`${stack.registryUrl}/v2/samples/unsigned/manifests/${reference}`)
  expect((await pull(digest)).status).toBe(200)
  expect(await (await pull('v1')).json()).toMatchObject({ artifactType: 'application/vnd.assay.tombstone.v1+json' })
  expect(await get(stack, '/v1/operations')).toMatchObject({ registries: [{ means: 'overwrite' }] })
})

test('it starts empty, takes pushes, and refuses bad requests to its clock', async () => {
  const stack = await start({ samples: false })
  expect(await get(stack, '/v1/images')).toEqual({ images: [] })
  await pushImage({ registry: stack.registryUrl, name: 'elsewhere/app', tag: 'v1', files: { a: 'b' } })
  await stack.idle()
  expect((await stateOf(stack, 'elsewhere/app:v1')).state).toBe('unmanaged')

  for (const body of ['', '{', '{}', '{"advanceSeconds":"60"}', '{"advanceSeconds":-1}', '{"advanceSeconds":1e9}']) {
    const refused = await advance(stack, body)
    expect(refused.status, body).toBe(400)
    expect(refused.headers.get('content-type')).toBe('application/problem+json')
    expect(await refused.json()).toMatchObject({ status: 400, detail: expect.stringContaining('advanceSeconds') })
  }
  const clock = await get<{ now: string }>(stack, '/local/clock')
  expect(Date.parse(clock.now)).toBeLessThanOrEqual(Date.now())
  expect(await get(stack, '/local/other')).toMatchObject({ status: 404, title: 'Not found' })
})

test('roots and keys are refreshed from the start on, and their age is measured as the alarm reads it', async () => {
  const dataDir = temporaryFolder()
  const stack = await start({ dataDir, samples: false })
  await stack.idle()
  const measured = () => {
    const lines = readFileSync(join(dataDir, 'logs', 'trust.log'), 'utf8').split('\n')
    return lines.filter((line) => line.includes('"TrustAge"')).map((line) => JSON.parse(line))
  }
  await expect.poll(measured).toMatchObject([
    {
      service: 'assay',
      TrustAge: 0,
      _aws: { CloudWatchMetrics: [{ Namespace: 'Assay', Dimensions: [['service']] }] },
    },
  ])
})

test('a second stack on the same data folder is refused', async () => {
  const dataDir = temporaryFolder()
  await start({ dataDir, samples: false })
  await expect(start({ dataDir })).rejects.toThrow('another "npm start" uses the data folder')
})

test.each([
  ['apiPort', 'ASSAY_API_PORT'],
  ['registryPort', 'ASSAY_REGISTRY_PORT'],
] as const)('a taken %s is named, with the variable to set, and nothing is left running', async (option, variable) => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as { port: number }
  const dataDir = temporaryFolder()
  const refused = start({ dataDir, [option]: port, samples: false })
  await expect(refused).rejects.toThrow(Misconfigured)
  await expect(refused).rejects.toThrow(new RegExp(`127\\.0\\.0\\.1:${port}; .*${variable}$`))
  taken.close()
  await start({ dataDir, [option]: port, samples: false })
})

test('policies with mistakes are refused before anything is there', async () => {
  const folder = temporaryFolder()
  const dataDir = join(folder, 'data')
  await expect(start({ dataDir, policies: join(folder, 'none') })).rejects.toThrow(Misconfigured)
  expect(existsSync(dataDir)).toBe(false)
})
