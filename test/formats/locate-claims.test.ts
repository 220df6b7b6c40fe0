import { describe, expect, it } from 'vitest'
import type { FetchedManifest } from '../../lambda/core/manifest.ts'
import { locateClaims } from '../../lambda/formats/locate-claims.ts'
import {
  BUNDLE,
  CONFIG,
  DSSE,
  describeBytes,
  EMPTY,
  IMAGE_MANIFEST,
  manifestOf,
  referrerOf,
  SIMPLE_SIGNING,
} from './layouts.ts'

const IMAGE = IMAGE_MANIFEST.digest
const OTHER = manifestOf({ config: describeBytes(CONFIG, 'other'), layers: [] })
const layer = describeBytes(BUNDLE, '{}')

const referrer = (fetched: FetchedManifest | undefined, carrier?: string) =>
  locateClaims({ digest: fetched?.digest ?? OTHER.digest, found: 'as-referrer', fetched, carrier }, IMAGE)
const tagged = (fetched: FetchedManifest) =>
  locateClaims({ digest: fetched.digest, found: 'by-tag', carrier: 'cosign-legacy', fetched }, IMAGE)

describe('a referrer', () => {
  it('holds a claim in its layer', () => {
    const manifest = referrerOf(IMAGE_MANIFEST, [layer])
    expect(referrer(manifest).places).toMatchObject([
      { manifest: manifest.digest, layer, format: { name: 'cosign-bundle' } },
    ])
  })

  it.each([
    ['another image', OTHER],
    ['no image', undefined],
  ])('attached to %s is no evidence for this one', (_, subject) => {
    expect(referrer(referrerOf(subject, [layer]))).toMatchObject({
      places: [],
      faults: [{ carrier: 'cosign-bundle', content: { kind: 'unreadable', fault: 'subject-mismatch' } }],
    })
  })

  it('of another kind is nothing, whoever it is attached to', () => {
    const sbom = describeBytes('application/spdx+json', '{}')
    expect(referrer(referrerOf(OTHER, [sbom], 'application/spdx+json'))).toEqual({ places: [], faults: [] })
  })

  it('may hold legacy signatures, as cosign 2 experimentally wrote them', () => {
    const config = describeBytes('application/vnd.dev.cosign.artifact.sig.v1+json', '{}')
    const { digest, mediaType, bytes } = IMAGE_MANIFEST
    const subject = { digest, mediaType, size: bytes.length }
    const manifest = manifestOf({
      config,
      layers: [describeBytes(SIMPLE_SIGNING, 'a'), describeBytes(DSSE, 'b')],
      subject,
    })
    expect(referrer(manifest).places.map(({ format }) => format.name)).toEqual(['cosign-oci11', 'cosign-oci11'])
  })

  it('of that kind holds nothing in layers of another', () => {
    const config = describeBytes('application/vnd.dev.cosign.artifact.sig.v1+json', '{}')
    const layers = [describeBytes(SIMPLE_SIGNING, 'a'), describeBytes('text/plain', 'b')]
    const { digest, mediaType, bytes } = IMAGE_MANIFEST
    const manifest = manifestOf({ config, layers, subject: { digest, mediaType, size: bytes.length } })
    expect(referrer(manifest).places.map((place) => place.layer.mediaType)).toEqual([SIMPLE_SIGNING])
  })

  it('tells what it is attached to', () => {
    const details = [OTHER, undefined].map((subject) => referrer(referrerOf(subject, [layer])).faults[0]?.content)
    expect(details).toMatchObject([{ detail: `attached to ${OTHER.digest}` }, { detail: 'attached to no image' }])
  })

  it('that is too large is over the limit, of the carrier that a list announced', () => {
    const large = { digest: OTHER.digest, found: 'as-referrer', unread: 'large' } as const
    const content = { kind: 'unreadable', fault: 'over-limit', detail: 'large' }
    expect(locateClaims(large, IMAGE).faults).toMatchObject([{ carrier: 'unknown', content }])
    expect(locateClaims({ ...large, carrier: 'cosign-bundle' }, IMAGE).faults).toMatchObject([
      { carrier: 'cosign-bundle' },
    ])
  })

  it.each([
    ['the layer', { predicateType: 'of the layer' }, {}, 'of the layer'],
    ['the manifest', {}, { 'dev.sigstore.bundle.predicateType': 'of the manifest' }, 'of the manifest'],
    [
      'the layer first',
      { predicateType: 'of the layer' },
      { 'dev.sigstore.bundle.predicateType': 'of the manifest' },
      'of the layer',
    ],
    ['neither', {}, {}, undefined],
  ])('has a hint of what it says from %s', (_, ofLayer, ofManifest, hint) => {
    const { digest, mediaType, bytes } = IMAGE_MANIFEST
    const layers = [{ ...layer, annotations: ofLayer }]
    const subject = { digest, mediaType, size: bytes.length }
    const manifest = manifestOf({
      artifactType: BUNDLE,
      config: describeBytes(EMPTY, '{}'),
      layers,
      annotations: ofManifest,
      subject,
    })
    const [place] = referrer(manifest).places
    expect(place).toMatchObject({ layer: { annotations: ofLayer } })
    expect(Object.entries(place ?? {}).filter(([key]) => key === 'hint')).toEqual(
      hint === undefined ? [] : [['hint', hint]],
    )
  })

  it.each([
    ['is missing', undefined],
    ['is not JSON', { ...OTHER, bytes: Uint8Array.of(0) }],
    ['is an index', manifestOf({ manifests: [] })],
  ])('that %s is unreadable where it was announced, and otherwise nothing', (_, fetched) => {
    expect(referrer(fetched, 'cosign-bundle')).toMatchObject({
      places: [],
      faults: [{ carrier: 'cosign-bundle', content: { kind: 'unreadable', fault: 'malformed' } }],
    })
    expect(referrer(fetched)).toEqual({ places: [], faults: [] })
  })
})

describe('a manifest at a signature tag', () => {
  it('needs no subject: what is signed names the image', () => {
    const manifest = manifestOf({ config: describeBytes(CONFIG, '{}'), layers: [describeBytes(SIMPLE_SIGNING, 'a')] })
    expect(tagged(manifest).places).toHaveLength(1)
  })

  it('that is an image in hiding claims nothing', () => {
    expect(tagged(IMAGE_MANIFEST)).toEqual({ places: [], faults: [] })
  })

  it('that cannot be read is a claim that cannot be read', () => {
    const broken = { ...OTHER, bytes: new TextEncoder().encode('{"schemaVersion":1}') }
    expect(tagged(broken).faults).toMatchObject([{ carrier: 'cosign-legacy', content: { fault: 'malformed' } }])
  })

  it('is not taken for an announced bundle', () => {
    expect(tagged(manifestOf({ config: describeBytes(EMPTY, '{}'), layers: [] }))).toEqual({ places: [], faults: [] })
  })
})
