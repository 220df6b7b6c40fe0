import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { Digest, ImageId } from '../../lambda/core/image.ts'
import type { ImageRecord, TagRecord } from '../../lambda/core/status.ts'
import { ENV } from '../../lambda/env.ts'
import type { Clock, Registry } from '../../lambda/ports.ts'
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
  readonly adapter: (registry: FaultyRegistry, now: Clock) => Registry
  readonly endpoints: (images: readonly PushedImage[]) => Endpoints
}

/** Only what is signed is asked for these. */
const OF_SIGNATURES = ['`.sig` tag', 'signature', 'blob', 'GetDownloadUrlForLayer', 'download']

/**
 * While the fault lasts: the pause after which a first look at a new image is asked for again, what that look writes down, and
 * the last one; what is noted on an image verified earlier; and the state of an unsigned one whose grace is over.
 */
const UNDER = {
  again: {
    pause: 5,
    first: undefined,
    signed: { state: 'error', checks: [{ reason: 'unavailable' }], taken: [] },
    lastError: expect.anything(),
    unsigned: 'error',
  },
  'at once': {
    pause: undefined,
    first: expect.anything(),
    signed: { state: 'error', checks: [{ reason: 'over-limit' }], taken: [] },
    lastError: expect.anything(),
    unsigned: 'error',
  },
  read: {
    pause: undefined,
    first: expect.anything(),
    signed: { state: 'verified' },
    lastError: undefined,
    unsigned: 'failed',
  },
} satisfies Record<Exclude<Outcome, '–'>, object>

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
    const healthy = { ...world, registries: new Map([[HOST, adapter(registry, now)]]) }
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

  const tried = cells.flatMap(([endpoint, fault, outcome]) =>
    outcome === '–' ? [] : [[endpoint, fault, outcome] as const],
  )

  it.each(tried)('%s: %s: %s', async (endpoint, fault, outcome) => {
    const { pause, first, signed: written, lastError, unsigned: state } = UNDER[outcome]
    const { signed, old, unsigned } = images[endpoint === '`.sig` tag' ? 'legacy' : 'bundle']
    const others = OF_SIGNATURES.includes(endpoint) ? [old] : [old, unsigned]
    const outside = await memory({ policies: set })
    const world = { ...outside.world, registries: new Map([[HOST, adapter(registry, outside.now)]]) }
    for (const { record, tag } of known) {
      await world.store.putImage(record, undefined)
      await world.store.putTag(tag, undefined)
    }
    const record = (one: PushedImage) => world.store.image(idOf(one.digest))
    const recheck = (one: PushedImage, nth: number) => receive(world, { ...pushed(one.digest), kind: 'recheck' }, nth)

    // The grace of the unsigned image ends while the fault lasts
    outside.advance(600)
    registry.proxy.spoil(endpoints([signed, ...others])[endpoint]!, faults[fault]!)
    expect(await receive(world, pushed(signed.digest, signed.tag), 1)).toBe(pause)
    expect(await record(signed)).toEqual(first)
    if (pause !== undefined) await receive(world, pushed(signed.digest, signed.tag), LAST)
    for (const one of others) await recheck(one, LAST)
    expect(registry.proxy.hits()).toBeGreaterThan(0)
    registry.proxy.heal()
    expect(await record(signed)).toMatchObject(written)
    expect(await record(old)).toMatchObject({ state: 'verified', rev: 1, taken: [] })
    expect((await record(old))?.lastError).toEqual(lastError)
    expect(await record(unsigned)).toMatchObject({ state: others.includes(unsigned) ? state : 'pending' })

    outside.advance(900)
    for (const one of [signed, ...others]) expect(await recheck(one, 1)).toBeUndefined()
    expect(await record(signed)).toMatchObject({ state: 'verified' })
    expect(await record(old)).toMatchObject({ state: 'verified', rev: 1 })
    expect(await record(old)).not.toHaveProperty('lastError')
    expect(await record(unsigned)).toMatchObject({ state: others.includes(unsigned) ? 'failed' : 'pending' })
  })
}

function idOf(digest: Digest): ImageId {
  return { host: HOST, name: NAME, digest }
}
