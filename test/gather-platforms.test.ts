import { beforeEach, describe, expect, it } from 'vitest'
import type { FetchedManifest } from '../lambda/core/manifest.ts'
import { OverLimit } from '../lambda/errors.ts'
import { gather } from '../lambda/gather.ts'
import { gatherPlatforms } from '../lambda/gather-platforms.ts'
import type { Registry } from '../lambda/ports.ts'
import { roomFor } from '../lambda/room.ts'
import { attach, bundle, contents, holdImageAlone, ID, read, readingOf, TAG } from './formats/gathering.ts'
import {
  BUNDLE,
  CONFIG,
  describeBytes,
  IMAGE_MANIFEST,
  INDEX,
  listed,
  MANIFEST,
  manifestOf,
  SIMPLE_SIGNING,
} from './formats/layouts.ts'
import { memoryRegistry, put, putBlob } from './formats/memory-registry.ts'

beforeEach(holdImageAlone)

const image = (text: string) => put(contents, manifestOf({ config: describeBytes(CONFIG, text), layers: [] }))
const on = (os: string, architecture: string, fetched: FetchedManifest, annotations = {}) => ({
  ...listed(fetched),
  platform: { os, architecture },
  annotations,
})
const indexOf = (...manifests: readonly object[]) => put(contents, manifestOf({ manifests }))
const attestation = { 'vnd.docker.reference.type': 'attestation-manifest' }

/** What an index comes to of which more would have to be read than is. */
const tooLarge = (index: FetchedManifest, detail: RegExp) => ({
  platform: 'all',
  digest: index.digest,
  claims: [],
  problem: { reason: 'over-limit', detail: expect.stringMatching(detail) },
})

async function platformsOf(index: FetchedManifest, registry: Registry = memoryRegistry(contents)) {
  const reading = readingOf(registry)
  const evidence = await gather(reading, { ...ID, digest: index.digest })
  return gatherPlatforms(reading, evidence!)
}

describe('the platforms of an index', () => {
  it('each with what is attached to it alone', async () => {
    const [amd64, arm64] = [image('amd64'), image('arm64')]
    const index = indexOf(on('linux', 'amd64', amd64), on('linux', 'arm64', arm64))
    contents.referrers = [listed(attach(bundle('amd64'), amd64), BUNDLE)]
    expect(await platformsOf(index)).toMatchObject([
      { platform: 'linux/amd64', digest: amd64.digest, claims: [{ content: { kind: 'bundle' } }] },
      // Listed for it as well, and not its own
      { platform: 'linux/arm64', digest: arm64.digest, claims: [{ content: { fault: 'subject-mismatch' } }] },
    ])
  })

  it('of nested indexes too, and none of unknown/unknown', async () => {
    const inner = indexOf(on('linux', 'arm64', image('arm64')), on('unknown', 'unknown', image('attested')))
    const outer = indexOf(on('linux', 'amd64', image('amd64')), { ...listed(inner), mediaType: INDEX })
    expect((await platformsOf(outer)).map(({ platform }) => platform)).toEqual(['linux/amd64', 'linux/arm64'])
  })

  it('one that is called an attestation and yet has a platform is judged: a runtime would choose it', async () => {
    const index = indexOf(on('linux', 'amd64', image('evil'), attestation))
    expect((await platformsOf(index)).map(({ platform }) => platform)).toEqual(['linux/amd64'])
  })

  it('one without a name is judged too', async () => {
    const index = indexOf(listed(image('a')), { ...listed(image('b')), platform: {} })
    expect((await platformsOf(index)).map(({ platform }) => platform)).toEqual(['unnamed', 'unnamed'])
  })

  it('one that is not there, and one that can be read two ways, are told of', async () => {
    const gone = manifestOf({ config: describeBytes(CONFIG, 'gone'), layers: [] })
    const odd = put(contents, manifestOf({ config: describeBytes(CONFIG, '{}'), layers: [], manifests: [] }))
    const index = indexOf(on('linux', 'amd64', gone), on('linux', 'arm64', odd))
    expect(await platformsOf(index)).toMatchObject([
      { platform: 'linux/amd64', problem: { reason: 'child-missing' }, claims: [] },
      { platform: 'linux/arm64', problem: { reason: 'ambiguous-manifest' }, claims: [] },
    ])
  })

  it.each([
    ['an image, and is an index', (inner: FetchedManifest) => ({ ...listed(inner), mediaType: MANIFEST })],
    ['an index, and is an image', () => ({ ...listed(image('a')), mediaType: INDEX })],
  ])('one that is listed as %s, can be read two ways', async (_, entry) => {
    const inner = indexOf(on('linux', 'amd64', image('inner')))
    expect(await platformsOf(indexOf(entry(inner)))).toMatchObject([{ problem: { reason: 'ambiguous-manifest' } }])
  })

  it('share the room that one image has', () => {
    const KIB = 1024
    expect(roomFor(2)).toEqual({
      candidates: 100,
      manifest: 4096 * KIB,
      referrer: 64 * KIB,
      layers: 24 * KIB * KIB,
      config: KIB * KIB,
    })
    expect(roomFor(64)).toEqual({
      candidates: 10,
      manifest: 128 * KIB,
      referrer: 64 * KIB,
      layers: 768 * KIB,
      config: 128 * KIB,
    })
    expect(roomFor(1000)).toEqual({
      candidates: 10,
      manifest: 64 * KIB,
      referrer: 64 * KIB,
      layers: 50_331,
      config: 128 * KIB,
    })
  })

  it('more than 64 are over the limit, wherever they lie', async () => {
    const children = Array.from({ length: 40 }, (_, n) => on('linux', `a${n}`, image(String(n))))
    const inner = indexOf(...children)
    const wide = indexOf(...children, ...children)
    const nested = indexOf(...children, { ...listed(inner), mediaType: INDEX })
    for (const index of [wide, nested])
      expect(await platformsOf(index)).toEqual([tooLarge(index, /80 platforms; at most 64 are judged/)])
  })

  it('one that is larger than is read is a problem of that platform alone', async () => {
    const large = put(
      contents,
      manifestOf({ config: describeBytes(CONFIG, 'x'), layers: [], annotations: { x: 'x'.repeat(5 * 1024 * 1024) } }),
    )
    expect(await platformsOf(indexOf(on('linux', 'amd64', image('small')), on('linux', 'arm64', large)))).toMatchObject(
      [
        { platform: 'linux/amd64', claims: [] },
        { platform: 'linux/arm64', digest: large.digest, problem: { reason: 'over-limit' } },
      ],
    )
  })

  it('indexes that list each other again and again are given up early', async () => {
    let index = indexOf(on('linux', 'amd64', image('deep')))
    for (let depth = 0; depth < 3; depth++)
      index = indexOf(...Array.from({ length: 64 }, () => ({ ...listed(index), mediaType: INDEX })))
    expect(await platformsOf(index)).toEqual([tooLarge(index, /list more than 128 manifests/)])
  })

  it('the limit that is met first is the same, however slow each answer is', async () => {
    let deep = indexOf(on('linux', 'amd64', image('deep')))
    for (let depth = 0; depth < 4; depth++) deep = indexOf({ ...listed(deep), mediaType: INDEX })
    const wide = indexOf(...Array.from({ length: 70 }, (_, n) => on('linux', `a${n}`, image(String(n)))))
    const index = indexOf({ ...listed(deep), mediaType: INDEX }, { ...listed(wide), mediaType: INDEX })
    for (const slow of [deep, wide]) {
      const registry = memoryRegistry(contents)
      const manifest: typeof registry.manifest = async (name, reference, maxBytes) => {
        for (let turn = 0; reference === slow.digest && turn < 20; turn++) await new Promise(setImmediate)
        return registry.manifest(name, reference, maxBytes)
      }
      expect(await platformsOf(index, { ...registry, manifest })).toEqual([tooLarge(index, /nest deeper than 4/)])
    }
  })

  it('deeper than four indexes is over the limit, also in a circle that nobody could have built', async () => {
    let index = indexOf(on('linux', 'amd64', image('deep')))
    for (let depth = 0; depth < 3; depth++) index = indexOf({ ...listed(index), mediaType: INDEX })
    expect(await platformsOf(index)).toHaveLength(1)
    const deeper = indexOf({ ...listed(index), mediaType: INDEX })
    expect(await platformsOf(deeper)).toEqual([tooLarge(deeper, /nest deeper than 4/)])
  })
})

describe('unsigned statements', () => {
  it('in an index are recorded once for each', async () => {
    const layers = [
      describeBytes('application/vnd.in-toto+json', 'x', { annotations: { 'in-toto.io/predicate-type': 'p' } }),
    ]
    const statements = put(contents, manifestOf({ config: describeBytes(CONFIG, '{}'), layers }))
    const index = indexOf(on('linux', 'amd64', image('a')), on('unknown', 'unknown', statements, attestation))
    expect(await read({ ...ID, digest: index.digest })).toMatchObject({
      platforms: ['linux/amd64'],
      claims: [],
      unsigned: [{ carrier: 'buildx', manifest: statements.digest, type: 'p' }],
    })
  })

  it('that are too large change nothing', async () => {
    const statements = manifestOf({ config: describeBytes(CONFIG, '{}'), layers: [] })
    const index = indexOf(on('linux', 'amd64', image('a')), on('unknown', 'unknown', statements, attestation))
    const registry = memoryRegistry(contents)
    const manifest = (name: string, reference: string) =>
      reference === statements.digest ? Promise.reject(new OverLimit('large')) : registry.manifest(name, reference)
    const evidence = await gather(readingOf({ ...registry, manifest }), { ...ID, digest: index.digest })
    expect(evidence).toMatchObject({ claims: [], unsigned: [] })
  })

  it('at the tag .sbom are recorded', async () => {
    const sbom = manifestOf({ config: describeBytes(CONFIG, '{}'), layers: [describeBytes('text/spdx', 'x')] })
    put(contents, sbom, `${TAG}.sbom`)
    expect(await read()).toMatchObject({ claims: [], unsigned: [{ carrier: 'sbom-tag', type: 'text/spdx' }] })
  })
})

describe('signatures that lie elsewhere', () => {
  const elsewhere = { repository: { host: 'sig.test', name: 'signatures' }, tagPrefix: 'v1-' }

  it('are looked for there, under the prefix, and say where they were found', async () => {
    const asked: string[] = []
    const payload = describeBytes(SIMPLE_SIGNING, 'payload', {
      annotations: { 'dev.cosignproject.cosign/signature': 'c2ln' },
    })
    putBlob(contents, 'payload')
    put(contents, manifestOf({ config: describeBytes(CONFIG, '{}'), layers: [payload] }), `v1-${TAG}.sig`)
    const registry = memoryRegistry(contents)
    const manifest = (name: string, reference: string) => {
      asked.push(`${name} ${reference.length < 70 ? 'digest' : reference.replace(TAG, '')}`)
      return registry.manifest(name, reference)
    }
    const reading = readingOf({ ...registry, manifest }, { sources: [elsewhere] })
    expect(await gather(reading, ID)).toMatchObject({
      claims: [{ carrier: 'cosign-legacy', source: 'sig.test/signatures#v1-', content: { kind: 'bundle' } }],
    })
    expect(asked).toContain('signatures v1-.sig')
    expect(asked.filter((one) => one.startsWith('app '))).toEqual([`app ${IMAGE_MANIFEST.digest}`])
  })

  it('in several places are all read, each told by its place', async () => {
    contents.referrers = [listed(attach(bundle('one')), BUNDLE)]
    const reading = readingOf(memoryRegistry(contents), { sources: [{ tagPrefix: '' }, elsewhere] })
    expect((await gather(reading, ID))?.claims.map(({ source }) => source)).toEqual(['', 'sig.test/signatures#v1-'])
  })
})
