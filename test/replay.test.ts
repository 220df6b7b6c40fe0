import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../lambda/core/canonical.ts'
import type { Digest } from '../lambda/core/image.ts'
import type { Transcript } from '../lambda/core/transcript.ts'
import { Incomplete, OverLimit } from '../lambda/errors.ts'
import { examine } from '../lambda/examine.ts'
import { recordReads } from '../lambda/record-reads.ts'
import { changesVerdict, replay } from '../lambda/replay.ts'
import { failing } from './memory/faults.ts'
import { runnable, sign } from './memory/images.ts'
import { denyingKeys, HOST, KEYS, memory, NAME, policies } from './memory/world.ts'

/** A signed image, judged; and the transcript of that. */
async function judged(options: Parameters<typeof memory>[0] = {}) {
  const { world, registry } = await memory(options)
  const digest = registry.push(NAME, runnable('app'), 'v1')
  const referrer = await sign(registry, NAME, digest, KEYS.privateKey)
  const id = { host: HOST, name: NAME, digest }
  const examined = await examine({ ...world, registryOf: () => registry.registry }, id)
  if (examined?.judged.kind !== 'verdict') throw new Error('no verdict')
  const { transcript, verdict } = examined.judged
  const kept = JSON.parse(Buffer.from((await world.evidence.get(transcript))!).toString()) as Transcript
  const put = (changed: Partial<Transcript>) => world.evidence.put(Buffer.from(canonicalJson({ ...kept, ...changed })))
  return { world, registry, digest, referrer, transcript, verdict, kept, put }
}

it('a verdict is decided again from kept bytes alone, byte for byte', async () => {
  const { world, transcript, verdict } = await judged()
  const replayed = await replay(world.evidence, transcript)
  expect(verdict.outcome).toBe('verified')
  expect(replayed).toMatchObject({ same: true, now: verdict })
  expect(changesVerdict(replayed)).toBe(false)
})

it('a signer who was denied is denied again, by what is kept', async () => {
  const { world, transcript, verdict, kept, put } = await judged({ policies: policies(undefined, denyingKeys()) })
  expect(verdict).toMatchObject({ outcome: 'rejected', checks: [{ reason: 'denied' }] })
  expect(await replay(world.evidence, transcript)).toMatchObject({ same: true })
  const others = [{ name: 'other', identities: [], certificates: [], keys: [`sha256:${'0'.repeat(64)}`] }]
  const undenied = await put({ policies: kept.policies.map((policy) => ({ ...policy, denied: others })) })
  expect(await replay(world.evidence, undenied)).toMatchObject({ same: false, now: { outcome: 'verified' } })
})

it('what is kept is all that was read, the policies and the moment, and nothing of the tag', async () => {
  const { kept, digest, referrer } = await judged()
  expect(kept).toMatchObject({ version: 1, image: { digest }, now: '2026-11-22T12:00:00.000Z' })
  expect(kept.policies.map(({ name }) => name)).toEqual(['signed'])
  const manifests = kept.reads.flatMap((one) => (one.ask === 'manifest' ? [one.reference] : []))
  expect(manifests).toEqual(expect.arrayContaining([digest, referrer]))
  expect(manifests).not.toContain('v1')
})

it('the same state of the world is written down in the same words', async () => {
  const { world, registry, digest, transcript } = await judged()
  const again = await examine({ ...world, registryOf: () => registry.registry }, { host: HOST, name: NAME, digest })
  expect(again?.judged).toMatchObject({ transcript })
})

it('another decision is told, and whether it changes anything', async () => {
  const { world, kept, put } = await judged()
  const otherwise = await put({ verdict: { ...kept.verdict, outcome: 'rejected' } })
  const replayed = await replay(world.evidence, otherwise)
  expect(replayed.same).toBe(false)
  expect(changesVerdict(replayed)).toBe(true)
  const older = await replay(world.evidence, await put({ decider: '0' }))
  expect(older.same).toBe(false)
  expect(changesVerdict(older)).toBe(false)
})

it('a release that would find too much to read says so, and names no verdict', async () => {
  const { world, kept, put } = await judged()
  // As if an older release had read on, and found the one good signature behind
  const reads = kept.reads.map((read) =>
    read.ask === 'blob' ? { ...read, answer: { overLimit: 'more than is read' } } : read,
  )
  const replayed = await replay(world.evidence, await put({ reads } as Partial<Transcript>))
  expect(replayed).toMatchObject({
    same: false,
    undecided: expect.stringMatching(/^cosign-bundle in sha256:.*: more than is read$/),
    now: { outcome: 'rejected' },
  })
  expect(changesVerdict(replayed)).toBe(true)
})

describe('a release with other limits', () => {
  const of = (kept: Transcript, maxBytes: number | undefined) =>
    kept.reads.map((read) => {
      if (read.ask === 'blob') return read
      const { maxBytes: _, ...asked } = read
      return { ...asked, ...(maxBytes !== undefined && { maxBytes }) }
    })

  it.each([undefined, 1_000_000])('finds what was read within others: %s', async (maxBytes) => {
    const { world, kept, put } = await judged()
    const replayed = await replay(world.evidence, await put({ reads: of(kept, maxBytes) } as Partial<Transcript>))
    expect(replayed).toMatchObject({ same: true })
  })

  it('does not read on where it would have stopped', async () => {
    const { world, referrer, kept, put } = await judged()
    const digest = await world.evidence.put(Buffer.alloc(200 * 1024, 'x'))
    const large = { found: { digest, mediaType: runnable('').mediaType } }
    const reads = of(kept, undefined).map((read) =>
      read.ask === 'manifest' && read.reference === referrer ? { ...read, answer: large } : read,
    )
    expect(await replay(world.evidence, await put({ reads } as Partial<Transcript>))).toMatchObject({
      same: false,
      undecided: `cosign-bundle in ${referrer}: ${referrer}: 204800 bytes; at most 131072 are read`,
    })
  })
})

it('the same manifest is asked for once within each limit, and replayed within each', async () => {
  const { world, registry } = await memory()
  const image = { ...runnable('app'), annotations: { x: 'x'.repeat(1000) } }
  const digest = registry.push(NAME, image, 'v1')
  const recording = recordReads(() => registry.registry, world.evidence)
  const recorded = recording.registryOf(HOST)
  await expect(recorded.manifest(NAME, digest, 1000)).rejects.toThrow(OverLimit)
  expect(await recorded.manifest(NAME, digest, 4000)).toMatchObject({ digest })
  await expect(recorded.manifest(NAME, digest, 1000)).rejects.toThrow(OverLimit)
  expect(await recording.finish()).toMatchObject([
    { maxBytes: 1000, answer: { overLimit: expect.any(String) } },
    { maxBytes: 4000, answer: { found: { digest } } },
  ])
})

it('layers, and what tags point at, are read without being written down', async () => {
  const { world, registry } = await memory()
  const digest = registry.push(NAME, runnable('app'), 'v1')
  const layer = registry.addBlob(NAME, Buffer.from('a layer'))
  const recording = recordReads(() => registry.registry, world.evidence)
  const recorded = recording.registryOf(HOST)
  expect(await recorded.peek(NAME, 'v1')).toBe(digest)
  expect(await text((await recorded.layer(NAME, layer, new AbortController().signal))!)).toBe('a layer')
  expect(await recording.finish()).toEqual([])
  expect(await world.evidence.get(layer)).toBeUndefined()
})

describe('evidence that is not what it was', () => {
  const unsound = (name: string, spoil: (world: Awaited<ReturnType<typeof judged>>) => Promise<Digest> | Digest) =>
    it(name, async () => {
      const all = await judged()
      await expect(replay(all.world.evidence, await spoil(all))).rejects.toThrow(Incomplete)
    })

  unsound('a transcript that is not there', () => `sha256:${'0'.repeat(64)}`)
  unsound('something else in its place', ({ world }) => world.evidence.put(Buffer.from('{"version":2}')))
  unsound('a question that was not asked', ({ kept, put }) => put({ reads: kept.reads.slice(1) }))
  unsound('bytes that are gone', ({ kept, put }) => {
    const gone = { digest: `sha256:${'1'.repeat(64)}`, mediaType: 'm' } as const
    return put({
      reads: kept.reads.map((one) =>
        one.ask === 'manifest' && 'found' in one.answer && one.answer.found ? { ...one, answer: { found: gone } } : one,
      ),
    })
  })
  unsound('an image that is no longer among it', ({ kept, put, digest }) =>
    put({
      reads: kept.reads.map((one) =>
        one.ask === 'manifest' && one.reference === digest ? { ...one, answer: { found: null } } : one,
      ),
    }),
  )
})

it('bytes under a digest that is not theirs are not believed', async () => {
  const { world, transcript } = await judged()
  const lying = {
    ...world.evidence,
    get: async (digest: Digest) => (digest === transcript ? world.evidence.get(digest) : Buffer.from('other')),
  }
  await expect(replay(lying, transcript)).rejects.toThrow(/other bytes/)
})

it('there is no verdict whose evidence could not be kept', async () => {
  const { world, registry } = await memory()
  const digest = registry.push(NAME, runnable('app'), 'v1')
  const down = failing(world, (port, method) => port === 'evidence' && method === 'put')
  const examiner = { ...down, registryOf: () => registry.registry }
  await expect(examine(examiner, { host: HOST, name: NAME, digest })).rejects.toThrow(/no answer/)
})
