import { ECRClient } from '@aws-sdk/client-ecr'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { ENV } from '../../lambda/env.ts'
import type { Registry } from '../../lambda/ports.ts'
import { ecrRegistry } from '../../lambda/registry/ecr.ts'
import { ociRegistry } from '../../lambda/registry/oci.ts'
import { sweep } from '../../lambda/sweep.ts'
import { pushed } from '../memory/story.ts'
import { HOST, memory, NAME } from '../memory/world.ts'
import { ACCOUNT, ecrClient } from '../registry/local-registry.ts'
import { nobody } from '../registry/scripted-server.ts'
import type { Asked } from './proxy.ts'
import { LAST, receive } from './receive.ts'
import { type FaultyRegistry, faultyRegistry, type PushedImage, READER } from './world.ts'

let registry: FaultyRegistry
let image: PushedImage

beforeAll(async () => {
  vi.stubEnv(ENV.maxReceives, `${LAST}`)
  registry = await faultyRegistry({ unchanging: false })
  image = await registry.push({ tag: 'v1', signed: 'bundle' })
})
afterEach(() => registry.proxy.heal())
afterAll(() => registry.end())

const oci = (options: Partial<Parameters<typeof ociRegistry>[0]> = {}) =>
  ociRegistry({ host: registry.proxy.host, scheme: 'http', credentials: READER, ...options })
const ecr = (url: string) => ecrRegistry({ client: ecrClient(url), registryId: ACCOUNT })
const noName = async () => {
  throw new TypeError('fetch failed', { cause: new Error('getaddrinfo ENOTFOUND registry.example') })
}

describe('a registry that cannot be reached', () => {
  it.each<[string, () => Promise<Registry> | Registry, () => Registry]>([
    ['OCI: nobody listens', async () => oci({ host: await nobody() }), oci],
    ['OCI: no such name', () => oci({ fetch: noName }), oci],
    ['OCI: not TLS', () => oci({ scheme: 'https' }), oci],
    ['ECR: nobody listens', async () => ecr(`http://${await nobody()}`), () => ecr(registry.proxy.url)],
    ['ECR: not TLS', () => ecr(registry.proxy.url.replace('http:', 'https:')), () => ecr(registry.proxy.url)],
  ])('%s: asked again with growing pauses, then an error, then judged when it is back', async (_, down, back) => {
    const outside = await memory()
    const world = (adapter: Registry) => ({ ...outside.world, registries: new Map([[HOST, adapter]]) })
    const record = () => outside.world.store.image({ host: HOST, name: NAME, digest: image.digest })
    const gone = world(await down())
    const pauses = []
    for (let nth = 1; nth <= LAST; nth++) pauses.push(await receive(gone, pushed(image.digest, 'v1'), nth))
    expect(pauses).toEqual([5, 10, 20, 40, undefined])
    expect(await record()).toMatchObject({ state: 'error', checks: [{ reason: 'unavailable' }], taken: [] })

    outside.advance(15 * 60)
    expect(await sweep(gone)).toMatchObject({ due: 1 })
    const again = outside.queue.messages.findLast(({ to }) => to === 'verify')
    if (again?.to !== 'verify') throw new Error('nobody looks again')
    expect(await receive(world(back()), again.push, 1)).toBeUndefined()
    expect(await record()).toMatchObject({ state: 'verified' })
  })
})

describe('an ECR that is overrun', () => {
  /** With the SDK's own tries, as on AWS. */
  async function patient() {
    const outside = await memory()
    const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' }
    const client = new ECRClient({ endpoint: registry.proxy.url, region: 'us-east-1', credentials })
    return { ...outside.world, registries: new Map([[HOST, ecrRegistry({ client, registryId: ACCOUNT })]]) }
  }
  const lists = ({ operation }: Asked) => operation === 'ListImageReferrers'

  it.each([429, 500, 503])('with %i once is asked again by the SDK, within the look', async (status) => {
    const world = await patient()
    registry.proxy.spoil(
      (asked) => lists(asked) && registry.proxy.hits() === 0,
      ({ response }) => void response.writeHead(status, { 'retry-after': '0' }).end('{}'),
    )
    expect(await receive(world, pushed(image.digest, 'v1'), 1)).toBeUndefined()
    expect(registry.proxy.hits()).toBe(1)
    expect(await world.store.image({ host: HOST, name: NAME, digest: image.digest })).toMatchObject({
      state: 'verified',
    })
  })

  it('and wants to be left alone for an hour is waited for no longer than the deadline', async () => {
    registry.proxy.spoil(lists, ({ response, expire }) => {
      response.writeHead(429, { 'retry-after': '3600' }).end('{}')
      expire()
    })
    expect(await receive(await patient(), pushed(image.digest, 'v1'), 1)).toBe(5)
    expect(registry.proxy.hits()).toBe(1)
  })
})
