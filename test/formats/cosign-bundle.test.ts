import { describe, expect, it } from 'vitest'
import type { ImageManifest } from '../../lambda/core/manifest.ts'
import { parseManifest } from '../../lambda/core/manifest.ts'
import { cosignBundle } from '../../lambda/formats/cosign-bundle.ts'
import { readable } from '../../lambda/formats/format.ts'
import { BUNDLE, bytesOf, CONFIG, describeBytes, EMPTY, IMAGE_MANIFEST, manifestOf, referrerOf } from './layouts.ts'

const IMAGE = IMAGE_MANIFEST.bytes
const layer = describeBytes(BUNDLE, '{}')
const parsed = (json: object) => parseManifest(manifestOf(json)) as ImageManifest
const config = describeBytes(EMPTY, '{}')

describe('a bundle referrer', () => {
  it.each([
    BUNDLE,
    'application/vnd.dev.sigstore.bundle+json;version=0.1',
    'application/vnd.dev.sigstore.bundle+json;version=0.3',
    'application/vnd.dev.sigstore.bundle+json; version=0.2',
    'application/vnd.dev.sigstore.bundle.v0.4+json',
  ])('is announced as %s', (type) => {
    expect(cosignBundle.announces?.test(type)).toBe(true)
    expect(cosignBundle.layers(parsed({ config, layers: [{ ...layer, mediaType: type }] }))).toHaveLength(1)
  })

  it.each([EMPTY, CONFIG, 'application/vnd.dev.sigstore.bundles+json', `x${BUNDLE}`, `${BUNDLE}x`])(
    'is not announced as %s',
    (type) => {
      expect(cosignBundle.announces?.test(type)).toBe(false)
      expect(cosignBundle.layers(parsed({ config, layers: [{ ...layer, mediaType: type }] }))).toEqual([])
    },
  )

  it('is known by its artifact type where the layer has another one', () => {
    const plain = describeBytes('application/octet-stream', '{}')
    expect(cosignBundle.layers(parseManifest(referrerOf(IMAGE_MANIFEST, [plain])) as ImageManifest)).toEqual([plain])
  })

  it('is known by the type of its config, as OCI 1.0 has it', () => {
    const plain = describeBytes('application/octet-stream', '{}')
    expect(cosignBundle.layers(parsed({ config: { ...config, mediaType: BUNDLE }, layers: [plain] }))).toEqual([plain])
  })

  it('lies under no tag of its own', () => {
    expect(cosignBundle.tagSuffixes).toEqual([])
  })
})

describe('a bundle', () => {
  it('that is no UTF-8 is none', () => {
    const bytes = Buffer.from('{"mediaType":"x"}')
    bytes.writeUInt8(0xff, bytes.indexOf('x'))
    expect(cosignBundle.read(layer, bytes, IMAGE)).toMatchObject({ kind: 'unreadable', fault: 'malformed' })
  })

  it('of just so much structure is read', () => {
    expect(cosignBundle.read(layer, bytesOf(`{"x":[${'{},'.repeat(9_998)}[0]]}`), IMAGE)).toMatchObject({
      kind: 'bundle',
    })
  })

  it.each([
    [9_998, 'bundle'],
    [9_999, 'unreadable'],
  ])('of some structure and %i empty objects is %s', (count, kind) => {
    const bytes = bytesOf(`{"x":[${'{},'.repeat(count)}0]}`)
    expect(cosignBundle.read(layer, bytes, IMAGE)).toMatchObject({ kind })
  })

  it('is handed on as it is', () => {
    const bundle = { mediaType: BUNDLE, dsseEnvelope: {} }
    expect(cosignBundle.read(layer, bytesOf(bundle), IMAGE)).toEqual({ kind: 'bundle', bundle })
  })

  it('around a message signature is about the manifest of the image', () => {
    const bundle = { mediaType: BUNDLE, messageSignature: {} }
    expect(cosignBundle.read(layer, bytesOf(bundle), IMAGE)).toEqual({ kind: 'bundle', bundle, artifact: IMAGE })
  })

  it.each(['garbage', '', '[]', 'null', '"text"', Uint8Array.of(0x7b, 0xff, 0x7d)])(
    'that reads %j is unreadable',
    (text) => {
      expect(cosignBundle.read(layer, bytesOf(text), IMAGE)).toMatchObject({ kind: 'unreadable', fault: 'malformed' })
    },
  )
})

it('a defect of our own is no claim', () => {
  const defect = () => {
    throw new TypeError('a defect')
  }
  expect(() => readable(defect)).toThrow(TypeError)
})
