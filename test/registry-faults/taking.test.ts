import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { ENV } from '../../lambda/env.ts'
import { Misconfigured, Unavailable } from '../../lambda/errors.ts'
import { documented } from './documented.ts'
import { failed } from './failed.ts'
import { faults } from './faults.ts'
import type { Asked } from './proxy.ts'
import { LAST } from './receive.ts'
import { type FaultyRegistry, faultyRegistry } from './world.ts'

const GIVING_BACK = 'PutImage, giving back'

let registry: FaultyRegistry

beforeAll(async () => {
  vi.stubEnv(ENV.maxReceives, `${LAST}`)
  registry = await faultyRegistry({ unchanging: false })
})
afterEach(() => registry.proxy.heal())
afterAll(() => registry.end())

const cells = documented('Taking and giving back')
  .filter(({ outcome }) => outcome !== '–')
  .map((cell) => [cell.endpoint, cell.fault, cell.outcome] as const)
const of = (operation: string) => (asked: Asked) => asked.operation === operation
const isOutage = (error: unknown) => error instanceof Unavailable || error instanceof Misconfigured

describe('a tag is taken in the end, and never the image with it', () => {
  it.each(cells.filter(([endpoint]) => endpoint !== GIVING_BACK))('%s: %s: %s', async (operation, fault, outcome) => {
    const { act, now, record, told, keeping } = await failed(registry)
    expect(await now()).toEqual({ state: 'failed', there: true, tags: ['v1'] })
    registry.proxy.spoil(of(operation), faults[fault]!)
    if (outcome === 'read') await act(1)
    else await expect(act(1)).rejects.toSatisfy(isOutage)
    expect(registry.proxy.hits()).toBeGreaterThan(0)
    registry.proxy.heal()

    const { state, there, tags } = await now()
    expect([state, there, told()]).toEqual(['failed', true, ['failed']])
    // Its last tag goes only where another keeps it
    if (!tags.includes('v1')) expect(tags).toEqual([keeping])
    if (outcome !== 'read') await act(2)
    expect(await now()).toEqual({ state: 'failed', there: true, tags: [keeping] })
    expect(await record()).toMatchObject({ taken: ['v1'], todo: [] })
    expect(told()).toEqual(outcome === 'read' ? ['failed'] : ['failed', 'quarantined'])
  })
})

describe('a tag is given back in the end', () => {
  it.each(cells.filter(([endpoint]) => endpoint === GIVING_BACK))('%s: %s: %s', async (_, fault, outcome) => {
    const { act, now, record, told, keeping, sign, look } = await failed(registry)
    await act(1)
    await sign()
    await look('recheck')
    expect(await now()).toEqual({ state: 'verified', there: true, tags: [keeping] })
    registry.proxy.spoil(of('PutImage'), faults[fault]!)
    if (outcome === 'read') await act(2)
    else await expect(act(2)).rejects.toSatisfy(isOutage)
    expect(registry.proxy.hits()).toBeGreaterThan(0)
    registry.proxy.heal()

    if (outcome !== 'read') await act(3)
    expect(await now()).toEqual({ state: 'verified', there: true, tags: [keeping, 'v1'].toSorted() })
    expect(await record()).toMatchObject({ taken: [], todo: [] })
    expect(told().slice(0, 2)).toEqual(['failed', 'recovered'])
  })
})
