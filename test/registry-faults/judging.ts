import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { Digest, ImageId } from '../../lambda/core/image.ts'
import type { ImageRecord, TagRecord } from '../../lambda/core/status.ts'
import { ENV } from '../../lambda/env.ts'
import type { Clock, Registry } from '../../lambda/ports.ts'
import type { Verifier } from '../../lambda/world.ts'
import { pushed } from '../memory/story.ts'
import { HOST, memory, NAME, policies } from '../memory/world.ts'
import { documented, type Outcome } from './documented.ts'
import type { Endpoints } from './endpoints.ts'
import { faults } from './faults.ts'
import { LAST, receive } from './receive.ts'
import { type FaultyRegistry, faultyRegistry, type PushedImage } from './world.ts'

/** An adapter, to be tried against every fault of its table. */
export type Judged = {
  readonly heading: string
  readonly adapter: (proxy: FaultyRegistry['proxy'], now: Clock) => Registry
  readonly endpoints: (images: readonly PushedImage[]) => Endpoints
}

/** Only what is signed is asked for these. */
const OF_SIGNATURES = ['`.sig` tag', 'signature', 'blob', 'GetDownloadUrlForLayer', 'download']

type Images = { readonly signed: PushedImage; readonly old: PushedImage; readonly unsigned: PushedImage }

/** What every adapter promises of images that are judged while a registry misbehaves, cell by cell of its table. */
export function testJudging({ heading, adapter, endpoints }: Judged): void {
  let registry: FaultyRegistry
  const set = policies()
  const known: { readonly record: ImageRecord; readonly tag: TagRecord }[] = []
  let images: Readonly<Record<'bundle' | 'legacy', Images>>

  beforeAll(async () => {
    vi.stubEnv(ENV.maxReceives, `${LAST}`)
    registry = await faultyRegistry({ unchanging: true })
    const unsigned = await registry.push({ tag: 'unsigned' })
    const pair = async (kind: 'bundle' | 'legacy') => ({
      signed: await registry.push({ tag: `${kind}-signed`, signed: kind }),
      old: await registry.push({ tag: `${kind}-old`, signed: kind }),
      unsigned,
    })
    images = { bundle: await pair('bundle'), legacy: await pair('legacy') }
    const { world, now } = await memory({ policies: set })
    const healthy = { ...world, registries: new Map([[HOST, adapter(registry.proxy, now)]]) }
    for (const { tag, digest } of [images.bundle.old, images.legacy.old, unsigned]) {
      await receive(healthy, pushed(digest, tag), 1)
      known.push({ record: (await world.store.image(idOf(digest)))!, tag: (await world.store.tag(HOST, NAME, tag))! })
    }
    expect(known.map(({ record }) => record.state)).toEqual(['verified', 'verified', 'pending'])
  })
  afterEach(() => registry.proxy.heal())
  afterAll(() => registry.end())

  const cells = documented(heading).map((cell) => [cell.endpoint, cell.fault, cell.outcome] as const)

  it('covers every fault and every endpoint', () => {
    expect(new Set(cells.map(([, fault]) => fault))).toEqual(new Set(Object.keys(faults)))
    expect(new Set(cells.map(([endpoint]) => endpoint))).toEqual(new Set(Object.keys(endpoints([]))))
  })

  it.each(cells)('%s: %s: %s', async (endpoint, fault, outcome) => {
    const { signed, old, unsigned } = images[endpoint === '`.sig` tag' ? 'legacy' : 'bundle']
    const where = endpoints([signed, old, ...(OF_SIGNATURES.includes(endpoint) ? [] : [unsigned])])[endpoint]!
    const outside = await memory({ policies: set })
    const world: Verifier = {
      ...outside.world,
      registries: new Map([[HOST, adapter(registry.proxy, outside.now)]]),
    }
    for (const { record, tag } of known) {
      await world.store.putImage(record, undefined)
      await world.store.putTag(tag, undefined)
    }
    const record = (digest: Digest) => world.store.image(idOf(digest))
    const recheck = (one: PushedImage, nth = 1) => receive(world, { ...pushed(one.digest), kind: 'recheck' }, nth)

    // The grace of the unsigned image ends while the fault lasts
    outside.advance(600)
    registry.proxy.spoil(where, faults[fault]!)
    expect(await receive(world, pushed(signed.digest, signed.tag), 1)).toBe(outcome === 'again' ? 5 : undefined)
    expect(await record(signed.digest)).toEqual(outcome === 'again' ? undefined : expect.anything())
    await receive(world, pushed(signed.digest, signed.tag), LAST)
    await recheck(old, LAST)
    if (!OF_SIGNATURES.includes(endpoint)) await recheck(unsigned, LAST)
    expect(registry.proxy.hits()).toBeGreaterThan(0)
    registry.proxy.heal()

    expect(await record(signed.digest)).toMatchObject(newUnder(outcome))
    expect(await record(old.digest)).toMatchObject({ state: 'verified', rev: 1, taken: [] })
    expect((await record(old.digest))?.lastError).toEqual(outcome === 'read' ? undefined : expect.anything())
    if (outcome !== 'read') expect(await record(unsigned.digest)).not.toMatchObject({ state: 'failed' })

    outside.advance(900)
    for (const one of [signed, old, unsigned]) expect(await recheck(one)).toBeUndefined()
    expect(await record(signed.digest)).toMatchObject({ state: 'verified' })
    expect(await record(old.digest)).toMatchObject({ state: 'verified', rev: 1 })
    expect(await record(old.digest)).not.toHaveProperty('lastError')
    expect(await record(unsigned.digest)).toMatchObject({ state: 'failed' })
  })
}

function idOf(digest: Digest): ImageId {
  return { host: HOST, name: NAME, digest }
}

/** What is written down of an image that was never judged before. */
function newUnder(outcome: Outcome): object {
  if (outcome === 'read') return { state: 'verified' }
  const reason = outcome === 'again' ? 'unavailable' : 'over-limit'
  return { state: 'error', checks: [{ reason }], lastError: {}, taken: [] }
}
