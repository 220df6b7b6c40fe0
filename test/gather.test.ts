import { beforeEach, describe, expect, it } from 'vitest'
import type { Descriptor } from '../lambda/core/manifest.ts'
import { Unavailable } from '../lambda/errors.ts'
import { gather } from '../lambda/gather.ts'
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
  bytesOf,
  CONFIG,
  describeBytes,
  EMPTY,
  IMAGE_MANIFEST,
  INDEX,
  listed,
  manifestOf,
  referrerOf,
} from './formats/layouts.ts'
import { memoryRegistry, put } from './formats/memory-registry.ts'

beforeEach(holdImageAlone)

describe('an image', () => {
  it('that is not there is undefined', async () => {
    expect(await read({ ...ID, digest: `sha256:${'0'.repeat(64)}` })).toBeUndefined()
  })

  it('that is unsigned has no claims', async () => {
    expect(await read()).toEqual({
      image: ID,
      mediaType: IMAGE_MANIFEST.mediaType,
      platforms: [],
      signature: false,
      claims: [],
      unsigned: [],
    })
  })

  it('that is an index names its platforms once, without attestation children', async () => {
    const child = (os: string, architecture: string) => ({ ...listed(IMAGE_MANIFEST), platform: { os, architecture } })
    const children = [
      child('linux', 'amd64'),
      child('linux', 'arm64'),
      child('linux', 'amd64'),
      child('unknown', 'unknown'),
    ]
    const index = put(contents, manifestOf({ manifests: children }))
    expect(await read({ ...ID, digest: index.digest })).toMatchObject({
      mediaType: INDEX,
      platforms: ['linux/amd64', 'linux/arm64'],
    })
  })

  it('whose manifest can be read two ways is said to be so, and nothing attached to it is looked at', async () => {
    const image = put(contents, manifestOf({ config: describeBytes(CONFIG, '{}'), layers: [], manifests: [] }))
    contents.referrers = [listed(attach(bundle('good'), image), BUNDLE)]
    const evidence = await read({ ...ID, digest: image.digest })
    expect(evidence).toMatchObject({
      ambiguous: expect.stringContaining('manifests'),
      claims: [],
    })
  })
})

describe('claims are found', () => {
  it('by the referrers API', async () => {
    const referrer = attach(bundle('one'))
    contents.referrers = [listed(referrer, BUNDLE)]
    const { digest } = describeBytes(BUNDLE, bundle('one'))
    expect(await read()).toMatchObject({
      claims: [
        { carrier: 'cosign-bundle', manifest: referrer.digest, layer: digest, content: { bundle: bundle('one') } },
      ],
    })
  })

  it.each([EMPTY, BUNDLE, 'application/spdx+json', undefined])('by the fallback tag, listed as %s', async (type) => {
    listUnderFallbackTag(listed(attach(bundle('one')), type))
    expect((await read())?.claims).toHaveLength(1)
  })

  it('by both at once, and are read once', async () => {
    const referrer = attach(bundle('one'))
    contents.referrers = [listed(referrer, BUNDLE)]
    listUnderFallbackTag(listed(referrer, EMPTY), listed(attach(bundle('two')), EMPTY))
    expect((await read())?.claims).toHaveLength(2)
  })

  it.each(['sig', 'att'])('at the legacy tag .%s, one a layer', async (suffix) => {
    const manifest = signLegacy(['one', 'two'], suffix)
    const claims = (await read())?.claims
    expect(claims).toHaveLength(2)
    for (const claim of claims!) expect(claim).toMatchObject({ carrier: 'cosign-legacy', manifest: manifest.digest })
  })

  it('around a message signature, which is about the manifest of the image', async () => {
    const referrer = attach({ mediaType: BUNDLE, messageSignature: {} })
    contents.referrers = [listed(referrer, BUNDLE)]
    expect((await read())?.claims).toMatchObject([{ content: { artifact: IMAGE_MANIFEST.bytes } }])
  })

  it('in the same order, however they are listed', async () => {
    const referrers = ['a', 'b', 'c', 'd'].map((text) => listed(attach(bundle(text)), BUNDLE))
    signLegacy(['e', 'f'])
    contents.referrers = referrers
    const one = await read()
    contents.referrers = referrers.toReversed()
    expect(await read()).toEqual(one)
    expect(one?.claims).toHaveLength(6)
  })
})

describe('what cannot be read is a claim of its own, and hides no other', () => {
  it.each<[string, () => Descriptor, string]>([
    ['a bundle that is garbage', () => listed(attach('garbage'), BUNDLE), 'malformed'],
    [
      'a referrer of another image',
      () => listed(attach(bundle('x'), manifestOf({ manifests: [] })), BUNDLE),
      'subject-mismatch',
    ],
    [
      'a referrer of no image',
      () => listed(put(contents, referrerOf(undefined, [describeBytes(BUNDLE, 'x')])), BUNDLE),
      'subject-mismatch',
    ],
    [
      'a blob that is missing',
      () => listed(put(contents, referrerOf(IMAGE_MANIFEST, [describeBytes(BUNDLE, 'gone')])), BUNDLE),
      'malformed',
    ],
    [
      'a manifest that is missing',
      () => listed(referrerOf(IMAGE_MANIFEST, [describeBytes(BUNDLE, 'never pushed')]), BUNDLE),
      'malformed',
    ],
    [
      'a manifest that is garbage',
      () => listed(put(contents, { ...manifestOf({ manifests: [] }), bytes: bytesOf('garbage') }), BUNDLE),
      'malformed',
    ],
  ])('%s', async (_, spoil, fault) => {
    const good = listed(attach(bundle('good')), BUNDLE)
    contents.referrers = [spoil(), good]
    const claims = (await read())!.claims
    expect(claims).toHaveLength(2)
    expect(claims).toContainEqual(
      expect.objectContaining({ content: expect.objectContaining({ kind: 'unreadable', fault }) }),
    )
    expect(claims).toContainEqual(expect.objectContaining({ content: { kind: 'bundle', bundle: bundle('good') } }))
  })

  it.each(['garbage', '{"schemaVersion":2}'])('but a fallback tag that holds %s lists nothing', async (text) => {
    put(contents, { ...manifestOf({ manifests: [] }), bytes: bytesOf(text) }, TAG)
    expect((await read())?.claims).toEqual([])
  })

  it('but an image in hiding at a signature tag claims nothing', async () => {
    put(contents, IMAGE_MANIFEST, TAG, `${TAG}.sig`)
    expect((await read())?.claims).toEqual([])
  })
})

describe('an outage', () => {
  const outage = new Unavailable('registry', 'down')
  const broken = (over: object) => gather(readingOf({ ...memoryRegistry(contents), ...over }), ID)
  const fail = () => Promise.reject(outage)

  it.each(['manifest', 'blob', 'referrers'])(
    'of %s is thrown through, never taken for an unsigned image',
    async (call) => {
      contents.referrers = [listed(attach(bundle('one')), BUNDLE)]
      await expect(broken({ [call]: fail })).rejects.toBe(outage)
    },
  )
})
