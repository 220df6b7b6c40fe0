import { beforeEach, describe, expect, it } from 'vitest'
import { SIGN_V1 } from '../lambda/core/evidence.ts'
import type { Descriptor } from '../lambda/core/manifest.ts'
import { OverLimit } from '../lambda/errors.ts'
import { gather } from '../lambda/gather.ts'
import { roomFor } from '../lambda/room.ts'
import {
  attach,
  bundle,
  contents,
  holdImageAlone,
  ID,
  listUnderFallbackTag,
  read,
  readingOf,
  signLegacy,
  TAG,
} from './formats/gathering.ts'
import {
  BUNDLE,
  CONFIG,
  describeBytes,
  EMPTY,
  IMAGE_MANIFEST,
  listed,
  manifestOf,
  referrerOf,
} from './formats/layouts.ts'
import { memoryRegistry, put, putBlob } from './formats/memory-registry.ts'

beforeEach(holdImageAlone)

const OVER = { content: { kind: 'unreadable', fault: 'over-limit' } }
const GOOD = { content: { kind: 'bundle', bundle: bundle('good') } }

const many = (count: number, type: string | undefined, more: Partial<Descriptor> = {}) =>
  Array.from({ length: count }, (_, index) =>
    describeBytes(IMAGE_MANIFEST.mediaType, `junk ${index}`, {
      ...(type !== undefined && { artifactType: type }),
      ...more,
    }),
  )

describe('how many', () => {
  it.each([
    ['https://acme.example/other', false],
    ['https://sigstore.dev/cosign/sign/v1', true],
  ])('that are said to be of type %s hide what is wanted: %s', async (type, hides) => {
    contents.referrers = many(101, BUNDLE, { annotations: { 'dev.sigstore.bundle.predicateType': type } })
    const evidence = await gather(readingOf(memoryRegistry(contents)), ID)
    const [told] = evidence?.claims.filter((claim) => claim.carrier === 'registry') ?? []
    expect(told?.content).toMatchObject({ fault: 'over-limit', ...(hides && { unread: true }) })
    expect('unread' in told!.content).toBe(hides)
  })

  it.each([BUNDLE, EMPTY, undefined])(
    'of 101 candidates of type %s a hundred are opened, and it is told',
    async (type) => {
      contents.referrers = many(101, type)
      const registry = memoryRegistry(contents)
      const evidence = await gather(readingOf(registry), ID)
      const detail = '101 signature candidates; at most 100 are read'
      expect(evidence?.claims).toContainEqual(
        expect.objectContaining({ content: { kind: 'unreadable', fault: 'over-limit', detail, unread: true } }),
      )
      expect(registry.reads).toHaveLength(6 + 100)
    },
  )

  it('a hundred candidates are no flood', async () => {
    contents.referrers = many(100, BUNDLE)
    const claims = (await read())?.claims
    expect(claims).toHaveLength(100)
    expect(claims).not.toContainEqual(expect.objectContaining(OVER))
  })

  it.each(['api', 'fallback'])('900 of another kind in the %s list do not hide a good one', async (list) => {
    const good = listed(attach(bundle('good')), EMPTY)
    const all = [...many(900, 'application/spdx+json'), good]
    if (list === 'api') contents.referrers = all
    else listUnderFallbackTag(...all)
    const registry = memoryRegistry(contents)
    const evidence = await gather(readingOf(registry), ID)
    expect(evidence?.claims).toMatchObject([GOOD])
    expect(registry.reads.length).toBeLessThan(115)
  })

  it('10,000 of another kind are more than is listed: then the known kinds are asked for, and it is told', async () => {
    contents.referrers = [...many(10_000, 'application/spdx+json'), listed(attach(bundle('good')), BUNDLE)]
    const registry = memoryRegistry(contents)
    const evidence = await gather(readingOf(registry), ID)
    expect(evidence?.claims).toHaveLength(2)
    expect(evidence?.claims).toContainEqual(expect.objectContaining(GOOD))
    expect(evidence?.claims).toContainEqual(expect.objectContaining({ content: expect.objectContaining(OVER.content) }))
    expect(registry.reads).toContain(`referrers ${BUNDLE}`)
  })

  it('a hundred bundles announced as something else do not hide a good one', async () => {
    const annotations = { 'dev.sigstore.bundle.predicateType': 'https://example.com/other' }
    const hint = { 'dev.sigstore.bundle.predicateType': SIGN_V1 }
    const good = { ...listed(attach(bundle('good')), BUNDLE), annotations: hint }
    contents.referrers = [...many(500, BUNDLE, { annotations }), good]
    expect((await read())?.claims).toContainEqual(expect.objectContaining(GOOD))
  })

  it('counts layers, not only manifests', async () => {
    signLegacy(Array.from({ length: 101 }, (_, index) => `payload ${index}`))
    const claims = (await read())?.claims ?? []
    expect(claims).toHaveLength(101)
    expect(claims.filter(({ content }) => content.kind === 'bundle')).toHaveLength(100)
    expect(claims).toContainEqual(expect.objectContaining({ content: expect.objectContaining(OVER.content) }))
  })
})

describe('how much', () => {
  const MAX = 8 * 1024 * 1024
  const layerOf = (text: string, size: number) => ({ ...describeBytes(BUNDLE, text), size })
  const withLayers = (...layers: Descriptor[]) => listed(put(contents, referrerOf(IMAGE_MANIFEST, layers)), BUNDLE)

  it('a layer over 8 MiB is not fetched', async () => {
    const layer = layerOf('large', MAX + 1)
    contents.referrers = [withLayers(layer)]
    const registry = memoryRegistry(contents)
    const evidence = await gather(readingOf(registry), ID)
    const detail = `${MAX + 1} bytes; at most ${MAX}, and ${6 * MAX} of all, are read`
    expect(evidence?.claims.map(({ content }) => content)).toEqual([
      { kind: 'unreadable', fault: 'over-limit', detail, unread: true },
    ])
    expect(registry.reads).not.toContain(layer.digest)
  })

  it('a layer of 8 MiB is', async () => {
    contents.referrers = [listed(attach('x'.repeat(MAX)), BUNDLE)]
    expect((await read())?.claims).toMatchObject([{ content: { fault: 'malformed' } }])
  })

  it('a layer that announces another size is malformed, and hides no claim in the same bytes', async () => {
    const good = attach(bundle('good'))
    const lying = withLayers({ ...describeBytes(BUNDLE, bundle('good')), size: 1 })
    contents.referrers = [lying, listed(good, BUNDLE)]
    const claims = (await read())?.claims
    expect(claims).toContainEqual(expect.objectContaining(GOOD))
    expect(claims).toContainEqual(expect.objectContaining({ content: expect.objectContaining({ fault: 'malformed' }) }))
  })

  it('an image whose manifest is larger than is read is over the limit', async () => {
    const reading = {
      ...readingOf(memoryRegistry(contents)),
      room: { ...roomFor(1), manifest: IMAGE_MANIFEST.bytes.length - 1 },
    }
    await expect(gather(reading, ID)).rejects.toBeInstanceOf(OverLimit)
  })

  it.each(['.sig', ''])('what lies under the tag "…%s" and is larger than is read is told of', async (suffix) => {
    const annotations = { text: 'x'.repeat(1_000) }
    put(contents, manifestOf({ config: describeBytes(EMPTY, '{}'), layers: [], annotations }), `${TAG}${suffix}`)
    const reading = { ...readingOf(memoryRegistry(contents)), room: { ...roomFor(1), manifest: 1_000 } }
    expect((await gather(reading, ID))?.claims).toMatchObject([OVER])
  })

  it('a referrer of 128 KiB is read, and no larger one', async () => {
    const sized = (size: number, text: string) => {
      const make = (length: number) => {
        putBlob(contents, bundle(text))
        const layers = [describeBytes(BUNDLE, bundle(text), { annotations: { x: 'x'.repeat(length) } })]
        return referrerOf(IMAGE_MANIFEST, layers)
      }
      return listed(put(contents, make(size - make(0).bytes.length)), BUNDLE)
    }
    contents.referrers = [sized(128 * 1024, 'just'), sized(128 * 1024 + 1, 'over')]
    const found = (await read())?.claims.map(({ content }) => content)
    expect(found).toContainEqual({ kind: 'bundle', bundle: bundle('just') })
    expect(found).toContainEqual(expect.objectContaining(OVER.content))
    expect(found).toHaveLength(2)
  })

  it('tells of a hundred unsigned statements', async () => {
    const layers = Array.from({ length: 101 }, (_, index) => describeBytes(`text/sbom-${index}`, '{}'))
    put(contents, manifestOf({ config: describeBytes(CONFIG, '{}'), layers }), `${TAG}.sbom`)
    expect((await read())?.unsigned).toHaveLength(100)
  })

  it('six such layers are, and the next is told of', async () => {
    const layers = Array.from({ length: 7 }, (_, index) => layerOf(String(index), MAX))
    contents.referrers = [withLayers(...layers)]
    const registry = memoryRegistry(contents)
    const evidence = await gather(readingOf(registry), ID)
    expect(layers.filter(({ digest }) => registry.reads.includes(digest))).toHaveLength(6)
    expect(evidence?.claims.filter(({ content }) => 'fault' in content && content.fault === 'over-limit')).toHaveLength(
      1,
    )
  })

  it.each(['blob', 'manifest'] as const)(
    'a %s that turns out to be larger than it said hides no other',
    async (call) => {
      const lying = listed(attach(bundle('lying')), BUNDLE)
      contents.referrers = [lying, listed(attach(bundle('good')), BUNDLE)]
      const registry = memoryRegistry(contents)
      const large = call === 'manifest' ? lying.digest : describeBytes(BUNDLE, bundle('lying')).digest
      const lies = (name: string, reference: never, size: never) => {
        if (reference === large) throw new OverLimit('larger')
        return registry[call](name, reference, size)
      }
      const evidence = await gather(
        readingOf({ ...registry, [call]: async (...asked: never[]) => lies('app', asked[1]!, asked[2]!) }),
        ID,
      )
      expect(evidence?.claims).toContainEqual(expect.objectContaining(GOOD))
      expect(evidence?.claims).toContainEqual(
        expect.objectContaining({
          content: { kind: 'unreadable', fault: 'over-limit', detail: 'larger', unread: true },
        }),
      )
    },
  )

  it.each(['api', 'fallback'])('what the %s list says of the size of a manifest hides none', async (list) => {
    const good = { ...listed(attach(bundle('good')), BUNDLE), size: 10_000_000 }
    if (list === 'api') contents.referrers = [good]
    else listUnderFallbackTag(good)
    expect((await read())?.claims).toMatchObject([GOOD])
  })

  it('one that is too large does not hide another', async () => {
    const large = put(contents, referrerOf(IMAGE_MANIFEST, [], 'x'.repeat(128 * 1024)))
    contents.referrers = [{ ...listed(large, BUNDLE), size: 100 }, listed(attach(bundle('good')), BUNDLE)]
    const kinds = (await read())?.claims.map(({ content }) => content.kind)
    expect(kinds?.toSorted()).toEqual(['bundle', 'unreadable'])
  })
})

it('a few requests at a time, in few round trips', async () => {
  contents.referrers = Array.from({ length: 40 }, (_, index) => listed(attach(bundle(String(index))), BUNDLE))
  const registry = memoryRegistry(contents)
  expect((await gather(readingOf(registry), ID))?.claims).toHaveLength(40)
  expect(registry.mostAtOnce()).toBe(8)
  expect(registry.reads).toHaveLength(6 + 40 + 40)
})
