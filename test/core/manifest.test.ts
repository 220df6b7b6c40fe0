import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  descriptor,
  isRunnable,
  isSignature,
  MANIFEST_TYPES,
  type Manifest,
  parseManifest,
  platformOf,
} from '../../lambda/core/manifest.ts'
import { digest } from './records.ts'

const [OCI, OCI_INDEX, DOCKER, DOCKER_LIST] = MANIFEST_TYPES
const CONFIG = 'application/vnd.oci.image.config.v1+json'
const EMPTY = 'application/vnd.oci.empty.v1+json'
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip'
const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json'

const part = (mediaType: string, more: object = {}) => ({ mediaType, digest: digest(1), size: 1, ...more })
const image = { schemaVersion: 2, mediaType: OCI, config: part(CONFIG), layers: [part(LAYER)] }
const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [part(OCI)] }

function parse(json: unknown, mediaType: string = OCI): Manifest | string {
  const text = typeof json === 'string' ? json : JSON.stringify(json)
  return parseManifest({ digest: digest(9), mediaType, bytes: Buffer.from(text) })
}

function parsed(json: { mediaType: string }): Manifest {
  const manifest = parse(json, json.mediaType)
  if (typeof manifest === 'string') throw new Error(manifest)
  return manifest
}

describe('manifests that are read', () => {
  it.each([OCI, DOCKER])('an image of type %s', (mediaType) => {
    const { kind, config, layers } = parsed({ ...image, mediaType }) as Manifest & { kind: 'image' }
    expect([kind, config.mediaType, layers.map((layer) => layer.mediaType)]).toEqual(['image', CONFIG, [LAYER]])
  })

  it.each([OCI_INDEX, DOCKER_LIST])('an index of type %s', (mediaType) => {
    expect(parsed({ ...index, mediaType })).toMatchObject({ kind: 'index', manifests: [{ digest: digest(1) }] })
  })

  it('takes the type it was served with where it names none, as OCI allows', () => {
    const { mediaType: _, ...untyped } = image
    expect(parse(untyped)).toMatchObject({ kind: 'image', mediaType: OCI })
  })

  it('reads subject, artifact type, and the annotations that are text', () => {
    const annotations = { a: 'b', n: 1, o: {}, __proto__x: 'y' }
    const manifest = parsed({ ...image, artifactType: BUNDLE, subject: part(OCI), annotations } as typeof image)
    expect(manifest).toMatchObject({ artifactType: BUNDLE, subject: { digest: digest(1) } })
    expect(manifest.annotations).toEqual({ a: 'b', __proto__x: 'y' })
  })
})

const ambiguous: readonly (readonly [string, unknown, string, string?])[] = [
  ['bytes that are no text', '\ufffe{', 'not JSON'],
  ['an empty body', '', 'not JSON'],
  ['a list', [], 'not a JSON object'],
  ['null', null, 'not a JSON object'],
  ['schema 1', { ...image, schemaVersion: 1, fsLayers: [] }, 'schemaVersion is 1'],
  ['no schema version', { ...image, schemaVersion: undefined }, 'schemaVersion is undefined'],
  ['a schema version in quotes', { ...image, schemaVersion: '2' }, 'schemaVersion is "2"'],
  ['an unknown type', { ...image, mediaType: 'text/html' }, 'media type "text/html"', 'text/html'],
  [
    'schema 1 by type',
    { ...image, mediaType: undefined },
    'not an OCI or Docker v2',
    'application/vnd.docker.distribution.manifest.v1+json',
  ],
  ['a type that is a number', { ...image, mediaType: 7 }, 'media type 7'],
  ['an image served as an index', image, `served as ${OCI_INDEX} but says ${OCI}`, OCI_INDEX],
  ['an index served as an image', index, `served as ${OCI} but says ${OCI_INDEX}`],
  ['layers and manifests in an image', { ...image, manifests: [] }, 'also has manifests'],
  ['layers and manifests in an index', { ...index, layers: [] }, 'also has layers or config', OCI_INDEX],
  ['a config in an index', { ...index, config: part(CONFIG) }, 'also has layers or config', OCI_INDEX],
  ['no config', { ...image, config: undefined }, 'config is not a descriptor'],
  ['a config without a size', { ...image, config: { ...part(CONFIG), size: undefined } }, 'config is not a descriptor'],
  ['no layers', { ...image, layers: undefined }, 'layers is not a list'],
  ['layers that are an object', { ...image, layers: {} }, 'layers is not a list'],
  ['one bad layer among good ones', { ...image, layers: [part(LAYER), null] }, 'layers is not a list'],
  ['a layer with a short digest', { ...image, layers: [part(LAYER, { digest: 'sha256:1' })] }, 'layers is not a list'],
  ['a layer of negative size', { ...image, layers: [part(LAYER, { size: -1 })] }, 'layers is not a list'],
  ['a layer of 1.5 bytes', { ...image, layers: [part(LAYER, { size: 1.5 })] }, 'layers is not a list'],
  ['a layer beyond counting', { ...image, layers: [part(LAYER, { size: 2 ** 53 })] }, 'layers is not a list'],
  ['no manifests', { ...index, manifests: undefined }, 'manifests is not a list', OCI_INDEX],
  ['a subject that is a text', { ...image, subject: digest(1) }, 'subject is not a descriptor'],
  ['a subject that is null', { ...image, subject: null }, 'subject is not a descriptor'],
]

describe('manifests that can be read two ways or not at all', () => {
  it.each(ambiguous.map(([name, json, reason, type]) => ({ name, json, reason, type })))('$name', (one) => {
    const { json, reason, type } = one
    expect(parse(json, type)).toContain(reason)
  })

  it('never throws, whatever the JSON', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(...MANIFEST_TYPES, ''), (text, type) => {
        parse(text, type)
      }),
    )
  })

  it('is not thrown at by a platform that is an object', () => {
    const platform = { os: { toString: 1 }, architecture: 'amd64' }
    expect(() => parse({ ...image, config: part(CONFIG, { platform }) })).not.toThrow()
  })

  it('is not thrown at by a platform of many lists', () => {
    const nested = `${'['.repeat(50_000)}${']'.repeat(50_000)}`
    const text = JSON.stringify({ ...image, config: part(CONFIG, { platform: { os: 'NESTED' } }) })
    expect(() => parse(text.replace('"NESTED"', nested))).not.toThrow()
  })

  it('names keys that differ from known ones by case only', () => {
    const twice = { ...image, config: part(EMPTY), layers: [part(BUNDLE)], Config: part(CONFIG), Layers: [part(LAYER)] }
    expect(parse(twice)).toBeTypeOf('string')
  })

  it('reads keys of content that nobody else reads in whatever case they are', () => {
    expect(parse({ ...image, annotations: { Layers: 'x' }, x: { LAYERS: 1, layers: 2 } })).toMatchObject({
      kind: 'image',
    })
  })

  const platform = { os: 'linux', architecture: 'amd64', Variant: 'v7' }
  it.each([
    [
      'the config',
      { ...image, config: part(CONFIG, { MediaType: EMPTY }) },
      '"MediaType" differs by case only from "mediaType"',
      OCI,
    ],
    ['a layer', { ...image, layers: [part(LAYER), part(BUNDLE, { DIGEST: digest(2) })] }, '"DIGEST"', OCI],
    ['the subject', { ...image, subject: part(OCI, { Size: 2 }) }, '"Size"', OCI],
    ['an index entry', { ...index, manifests: [part(OCI, { Platform: {} })] }, '"Platform"', OCI_INDEX],
    ['a platform', { ...index, manifests: [part(OCI, { platform })] }, '"Variant"', OCI_INDEX],
    [
      'the whole, by a long s',
      { ...image, layer\u017f: [part(BUNDLE)] },
      '"layer\u017f" differs by case only from "layers"',
      OCI,
    ],
    ['a layer, by a long s', { ...image, layers: [part(LAYER, { dige\u017ft: digest(2) })] }, '"dige\u017ft"', OCI],
  ])('names keys that Go takes for known ones: of %s', (_, json, reason, type) => {
    expect(parse(json, type)).toContain(reason)
  })

  it('reads annotations whose keys are those of manifests in another case, at every level', () => {
    const annotations = { MediaType: 'x', DIGEST: 'y' }
    const child = part(OCI, { annotations, platform: { os: 'linux', architecture: 'arm64' } })
    expect(parse({ ...index, annotations, manifests: [child] }, OCI_INDEX)).toMatchObject({
      annotations,
      manifests: [{ annotations }],
    })
  })

  it('gives a reason of its own where the manifest is nothing but a text', () => {
    expect(parse('"all is well"')).toContain('not a JSON object')
  })

  // A reason is kept as a check, and DynamoDB takes no item over 400 kB
  const long = 'x'.repeat(500_000)
  it.each([
    ['schemaVersion', { ...image, schemaVersion: long }, OCI, /^schemaVersion is "x{79}…"/],
    ['a list as schemaVersion', { ...image, schemaVersion: [long] }, OCI, /^schemaVersion is a list;/],
    ['an object as mediaType', { ...image, mediaType: { long } }, OCI, /^media type an object is not/],
    ['mediaType', { ...image, mediaType: long }, OCI, /^media type "x{79}…" is not/],
    ['half a character', { ...image, mediaType: `${'x'.repeat(78)}😀😀` }, OCI, /x\ufffd…/],
    ['the type it was served with', image, long, /^served as x{79}… but/],
  ])('gives reasons of some length only: %s', (_, json, type, reason) => {
    expect(parse(json, type)).toMatch(reason)
    expect(JSON.stringify(parse(json, type)).length).toBeLessThan(300)
  })

  it('is not thrown at by a schema version of many lists', () => {
    const nested = `${'['.repeat(50_000)}${']'.repeat(50_000)}`
    expect(parse(`{"schemaVersion":${nested}}`)).toBe('schemaVersion is a list; 2 is allowed')
  })

  it('names keys that are there twice', () => {
    const text = JSON.stringify({ ...image, layers: [part(BUNDLE)] })
    expect(parse(text.replace('{', `{"layers":${JSON.stringify([part(LAYER)])},`))).toBeTypeOf('string')
  })
})

const runnables: readonly (readonly [string, { mediaType: string }, boolean])[] = [
  ['an OCI image', image, true],
  [
    'a Docker image',
    { ...image, mediaType: DOCKER, config: part('application/vnd.docker.container.image.v1+json') },
    true,
  ],
  ['Docker layers', { ...image, layers: [part('application/vnd.docker.image.rootfs.diff.tar.gzip')] }, true],
  ['one layer among signatures', { ...image, layers: [part(BUNDLE), part(LAYER)] }, true],
  ['an image that says it is a signature', { ...image, artifactType: BUNDLE }, true],
  ['an image with a subject', { ...image, subject: part(OCI) }, true],
  ['an image config without layers', { ...image, layers: [] }, false],
  ['a cosign 2 signature', { ...image, layers: [part('application/vnd.dev.cosign.simplesigning.v1+json')] }, false],
  ['a cosign 3 bundle', { ...image, config: part(EMPTY), layers: [part(BUNDLE)] }, false],
  ['a chart', { ...image, config: part('application/vnd.cncf.helm.config.v1+json') }, false],
  [
    'an index with platforms',
    { ...index, manifests: [part(OCI, { platform: { os: 'linux', architecture: 'arm64' } })] },
    true,
  ],
  ['an index without platforms', index, false],
  [
    'an index of artifacts',
    { ...index, artifactType: 'x/y', manifests: [part(OCI, { platform: { os: 'linux' } })] },
    false,
  ],
] as readonly (readonly [string, { mediaType: string }, boolean])[]

const signatures: readonly (readonly [string, { mediaType: string }, boolean])[] = [
  ['a cosign 3 bundle', { ...image, config: part(EMPTY), layers: [part(BUNDLE)] }, true],
  [
    'what cosign 2 writes: it lies under tags of its own',
    { ...image, layers: [part('application/vnd.dev.cosign.simplesigning.v1+json')] },
    false,
  ],
  [
    'a signature over an empty config',
    { ...image, config: part(EMPTY), layers: [part('application/vnd.dev.cosign.simplesigning.v1+json')] },
    true,
  ],
  [
    'a Notation signature',
    { ...image, config: part('application/vnd.cncf.notary.signature'), layers: [part('application/jose+json')] },
    true,
  ],
  ['an in-toto statement', { ...image, config: part(EMPTY), layers: [part('application/vnd.in-toto+json')] }, true],
  ['a signature without layers', { ...image, config: part('application/vnd.cncf.notary.signature'), layers: [] }, true],
  ['a signature with a layer beside it', { ...image, layers: [part(BUNDLE), part(LAYER)] }, false],
  ['an image', image, false],
  ['an image that says it is a signature', { ...image, artifactType: BUNDLE }, false],
  ['something without layers', { ...image, config: part(EMPTY), layers: [] }, false],
  ['an index of signatures', { ...index, artifactType: BUNDLE }, false],
  [
    'a type that only begins like Notation',
    { ...image, config: part(EMPTY), layers: [part('application/vnd.cncf.notary.signature.x')] },
    false,
  ],
  [
    'cosign 2 over OCI 1.1',
    {
      ...image,
      config: part('application/vnd.dev.cosign.artifact.sig.v1+json'),
      layers: [part('application/vnd.dev.cosign.simplesigning.v1+json')],
    },
    true,
  ],
] as readonly (readonly [string, { mediaType: string }, boolean])[]

describe('something a runtime starts', () => {
  it.each(runnables)('%s', (_, json, answer) => {
    expect(isRunnable(parsed(json))).toBe(answer)
  })
})

describe('something that is only a signature', () => {
  it.each(signatures)('%s', (_, json, answer) => {
    expect(isSignature(parsed(json))).toBe(answer)
  })

  // Docker takes each of these for the config of an image: https://github.com/docker/distribution/issues/1621
  it.each([
    CONFIG,
    'application/vnd.docker.container.image.v1+json',
    'application/octet-stream',
    'application/json',
    'text/html',
    '',
    'application/x',
  ])('never layers that call themselves signatures under a config of type "%s"', (type) => {
    for (const layer of [BUNDLE, 'application/vnd.in-toto+json']) {
      expect(isSignature(parsed({ ...image, config: part(type), layers: [part(layer)] } as typeof image))).toBe(false)
    }
  })
})

describe('a platform', () => {
  it.each([
    [{ os: 'linux', architecture: 'amd64' }, 'linux/amd64'],
    [{ os: 'linux', architecture: 'arm', variant: 'v7' }, 'linux/arm/v7'],
    [{ os: 'unknown', architecture: 'unknown' }, undefined],
    [{ os: 'linux' }, 'linux'],
    [{}, undefined],
    [undefined, undefined],
    ['linux', undefined],
  ])('%j is %s', (platform, name) => {
    const child = descriptor(part(OCI, { platform }))
    expect(child && platformOf(child)).toBe(name)
  })
})
