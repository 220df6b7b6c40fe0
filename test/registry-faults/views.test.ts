import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Digest } from '../../lambda/core/image.ts'
import { ENV } from '../../lambda/env.ts'
import { failed } from './failed.ts'
import type { Asked, Exchange, Fault } from './proxy.ts'
import { LAST } from './receive.ts'
import { type FaultyRegistry, faultyRegistry } from './world.ts'

// Answers that are whole and well formed, and not what is so now

let registry: FaultyRegistry

beforeAll(async () => {
  vi.stubEnv(ENV.maxReceives, `${LAST}`)
  registry = await faultyRegistry({ unchanging: false })
})
afterEach(() => registry.proxy.heal())
afterAll(() => registry.end())

const describesTag = (tag: string) => (asked: Asked) =>
  asked.operation === 'DescribeImages' && asked.body.includes(`"imageTag":"${tag}"`)
const describesDigest = (digest: Digest) => (asked: Asked) =>
  asked.operation === 'DescribeImages' && asked.body.includes(`"imageDigest":"${digest}"`)

const shows =
  (...imageDetails: readonly { readonly imageDigest: Digest; readonly imageTags?: readonly string[] }[]): Fault =>
  ({ response }) =>
    void response.writeHead(200).end(JSON.stringify({ imageDetails }))

function notFound({ response }: Exchange): void {
  response.writeHead(400).end('{"__type":"ImageNotFoundException","message":"no such image"}')
}

describe('a view that lags behind', () => {
  it('and does not show the quarantine tag yet: nothing is removed until it does', async () => {
    const { act, now, keeping } = await failed(registry)
    registry.proxy.spoil(describesTag(keeping), notFound)
    for (const nth of [1, 2]) await expect(act(nth)).rejects.toThrow('is not on the image after it was put')
    expect(await now()).toEqual({ state: 'failed', there: true, tags: [keeping, 'v1'] })
    registry.proxy.heal()
    await act(3)
    expect(await now()).toEqual({ state: 'failed', there: true, tags: [keeping] })
  })

  it('and does not show the pushed tag yet: it is not taken, and the next event of it is', async () => {
    const { act, now, look, keeping, record } = await failed(registry)
    registry.proxy.spoil(describesDigest((await record()).digest), shows())
    await act(1)
    expect(await now()).toMatchObject({ tags: ['v1'] })
    registry.proxy.heal()
    await look('recheck')
    await act(2)
    expect(await now()).toEqual({ state: 'failed', there: true, tags: [keeping] })
  })

  it('and still shows a tag that was taken: taking it again harms nothing', async () => {
    const { act, now, look, keeping, record, told } = await failed(registry)
    const { digest } = await record()
    await act(1)
    registry.proxy.spoil(
      (asked) => describesDigest(digest)(asked) || describesTag('v1')(asked),
      shows({ imageDigest: digest, imageTags: [keeping, 'v1'] }),
    )
    await look('recheck')
    await act(2)
    registry.proxy.heal()
    await look('recheck')
    await act(3)
    expect(await now()).toEqual({ state: 'failed', there: true, tags: [keeping] })
    expect(await record()).toMatchObject({ taken: ['v1'], todo: [] })
    expect(told().filter((event) => event === 'failed')).toHaveLength(1)
  })
})

describe('a split view of a tag', () => {
  /** On one digest for every other reader, and on another for the rest. */
  const split = (digest: Digest, other: Digest, from: number): Fault => {
    let reads = from
    return (exchange) => shows({ imageDigest: reads++ % 2 === 0 ? digest : other })(exchange)
  }

  it.each([
    ['as it is', 0, 'taken'],
    ['on another image', 1, 'left'],
  ])('that shows it %s (from read %i on): it is %s', async (_, from, outcome) => {
    const { act, now, id, keeping, record } = await failed(registry)
    const other = await registry.push({ tag: 'other', name: id.name })
    registry.proxy.spoil(describesTag('v1'), split(id.digest, other.digest, from))
    await act(1)
    registry.proxy.heal()
    expect(await now()).toMatchObject({ there: true, tags: outcome === 'taken' ? [keeping] : [keeping, 'v1'] })
    expect((await record()).taken).toEqual(outcome === 'taken' ? ['v1'] : [])
  })

  it.each([0, 1])('that a newer image has by now (from read %i on): the newer image keeps it', async (from) => {
    const { act, id, at, now, keeping } = await failed(registry)
    const newer = await registry.push({ tag: 'v1', text: 'newer', name: id.name })
    const stale = shows({ imageDigest: id.digest, imageTags: ['v1'] })
    const one = split(id.digest, newer.digest, from)
    registry.proxy.spoil(
      (asked) => describesDigest(id.digest)(asked) || describesTag('v1')(asked),
      (exchange) => (describesTag('v1')(exchange.asked) ? one : stale)(exchange),
    )
    await act(1)
    registry.proxy.heal()
    expect(await at('v1')).toBe(newer.digest)
    expect(await now()).toEqual({ state: 'failed', there: true, tags: [keeping] })
  })
})
