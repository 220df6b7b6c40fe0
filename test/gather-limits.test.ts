import { describe, expect, it } from 'vitest'
import { OverLimit } from '../lambda/errors.ts'
import { gather } from '../lambda/gather.ts'
import { attach, bundle, contents, ID, listUnderFallbackTag, read, signLegacy } from './formats/gathering.ts'
import { BUNDLE, describeBytes, EMPTY, IMAGE_MANIFEST, listed, referrerOf } from './formats/layouts.ts'
import { memoryEvidence, memoryRegistry, put } from './formats/memory-registry.ts'

describe('limits', () => {
  const many = (count: number, type: string | undefined) =>
    Array.from({ length: count }, (_, index) =>
      describeBytes(IMAGE_MANIFEST.mediaType, `junk ${index}`, type === undefined ? {} : { artifactType: type }),
    )

  it.each([BUNDLE, EMPTY, undefined])(
    'more than 100 candidates of type %s are over the limit, and none is opened',
    async (type) => {
      contents.referrers = many(101, type)
      const registry = memoryRegistry(contents)
      await expect(gather(registry, ID, memoryEvidence())).rejects.toThrow(
        new OverLimit(`registry.test/app@${ID.digest}: 101 signature candidates; at most 100 are read`),
      )
      expect(registry.reads).toHaveLength(5)
    },
  )

  it('a hundred candidates are not', async () => {
    contents.referrers = many(100, BUNDLE)
    expect((await read())?.claims).toHaveLength(100)
  })

  it.each(['api', 'fallback'])('10,000 of another kind in the %s list do not hide a good one', async (list) => {
    const good = listed(attach(bundle('good')), EMPTY)
    const all = [...many(10_000, 'application/spdx+json'), good]
    if (list === 'api') contents.referrers = all
    else listUnderFallbackTag(...all)
    const registry = memoryRegistry(contents)
    const evidence = await gather(registry, ID, memoryEvidence())
    expect(evidence?.claims).toMatchObject([{ content: { bundle: bundle('good') } }])
    expect(registry.reads.length).toBeLessThan(110)
  })

  it('counts layers, not only manifests', async () => {
    signLegacy(Array.from({ length: 101 }, (_, index) => `payload ${index}`))
    await expect(read()).rejects.toThrow(/101 signature candidates; at most 100 are read/)
  })

  it('a layer over 1 MiB is not fetched', async () => {
    const size = 1024 * 1024 + 1
    const layer = { ...describeBytes(BUNDLE, 'large'), size }
    contents.referrers = [listed(put(contents, referrerOf(IMAGE_MANIFEST, [layer])), BUNDLE)]
    const registry = memoryRegistry(contents)
    const { claims = [] } = (await gather(registry, ID, memoryEvidence())) ?? {}
    const detail = '1048577 bytes; at most 1048576 are read'
    expect(claims.map(({ content }) => content)).toEqual([{ kind: 'unreadable', fault: 'over-limit', detail }])
    expect(registry.reads).not.toContain(layer.digest)
  })

  it('a layer of 1 MiB is', async () => {
    contents.referrers = [listed(attach('x'.repeat(1024 * 1024)), BUNDLE)]
    expect((await read())?.claims).toHaveLength(1)
  })

  it('a referrer over 512 KiB of manifest is not fetched', async () => {
    const size = 512 * 1024 + 1
    const referrer = attach(bundle('x'))
    contents.referrers = [{ ...listed(referrer, BUNDLE), size }]
    const registry = memoryRegistry(contents)
    const { claims = [] } = (await gather(registry, ID, memoryEvidence())) ?? {}
    expect(claims).toMatchObject([{ content: { fault: 'over-limit' } }])
    expect(registry.reads).not.toContain(referrer.digest)
  })

  it('a list that lies about the size of a manifest is not believed', async () => {
    const referrer = put(contents, referrerOf(IMAGE_MANIFEST, [], 'x'.repeat(512 * 1024)))
    contents.referrers = [{ ...listed(referrer, BUNDLE), size: 100 }]
    expect((await read())?.claims).toMatchObject([{ content: { fault: 'over-limit' } }])
  })

  it('one that is too large does not hide another', async () => {
    const large = { ...listed(attach(bundle('large')), BUNDLE), size: 512 * 1024 + 1 }
    contents.referrers = [large, listed(attach(bundle('good')), BUNDLE)]
    const kinds = (await read())?.claims.map(({ content }) => content.kind)
    expect(kinds?.toSorted()).toEqual(['bundle', 'unreadable'])
  })

  it('a few requests at a time, in few round trips', async () => {
    contents.referrers = Array.from({ length: 40 }, (_, index) => listed(attach(bundle(String(index))), BUNDLE))
    const registry = memoryRegistry(contents)
    expect((await gather(registry, ID, memoryEvidence()))?.claims).toHaveLength(40)
    expect(registry.mostAtOnce()).toBe(8)
    expect(registry.reads).toHaveLength(5 + 40 + 40)
  })
})
