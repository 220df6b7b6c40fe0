import { describe, expect, it } from 'vitest'
import { type ImageManifest, parseManifest } from '../../lambda/core/manifest.ts'
import { buildx } from '../../lambda/formats/buildx.ts'
import { notation } from '../../lambda/formats/notation.ts'
import { sbomTag } from '../../lambda/formats/sbom-tag.ts'
import { bytesOf, CONFIG, describeBytes, EMPTY, manifestOf } from './layouts.ts'

const parsed = (json: object) => parseManifest(manifestOf(json)) as ImageManifest
const config = describeBytes(CONFIG, '{}')
const IN_TOTO = 'application/vnd.in-toto+json'
const SLSA = 'https://slsa.dev/provenance/v0.2'
const statement = (text: string, predicate?: string) =>
  describeBytes(IN_TOTO, text, { annotations: predicate ? { 'in-toto.io/predicate-type': predicate } : {} })

describe('what BuildKit writes into an index', () => {
  it('is known by its annotation', () => {
    const child = describeBytes(IN_TOTO, 'x')
    expect(buildx.isChild({ ...child, annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } })).toBe(
      true,
    )
    expect(buildx.isChild(child)).toBe(false)
  })

  it('is told of by predicate type', () => {
    const layers = [statement('a', SLSA), statement('b'), describeBytes('text/plain', 'c')]
    expect(buildx.types(parsed({ config, layers }))).toEqual([SLSA, IN_TOTO])
  })
})

it('an SBOM that was attached is told of by media type', () => {
  expect(sbomTag.types(parsed({ config, layers: [describeBytes('text/spdx+json', 'x')] }))).toEqual(['text/spdx+json'])
})

describe('a Notation signature', () => {
  const TYPE = 'application/vnd.cncf.notary.signature'
  const layer = describeBytes('application/jose+json', '{}')

  it.each([
    ['the type of its config', { config: describeBytes(TYPE, '{}'), layers: [layer] }],
    ['its artifact type', { artifactType: TYPE, config: describeBytes(EMPTY, '{}'), layers: [layer] }],
  ])('is known by %s', (_, manifest) => {
    expect(notation.layers(parsed(manifest))).toEqual([layer])
  })

  it('is seen and named, and not judged', () => {
    expect(notation.layers(parsed({ config, layers: [layer] }))).toEqual([])
    expect(notation.read(layer, bytesOf('{}'), bytesOf(''))).toMatchObject({ fault: 'unsupported' })
  })
})
