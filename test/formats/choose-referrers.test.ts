import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SIGN_V1 } from '../../lambda/core/evidence.ts'
import type { Descriptor } from '../../lambda/core/manifest.ts'
import { announcedFormat, chooseReferrers } from '../../lambda/formats/choose-referrers.ts'
import { formats } from '../../lambda/formats/index.ts'
import { BUNDLE, CONFIG, describeBytes, EMPTY } from './layouts.ts'

const SPDX = 'https://spdx.dev/Document'
const WANTED = { signature: true, predicateTypes: [SPDX], config: false }

const one = (name: string, artifactType?: string, predicateType?: string): Descriptor =>
  describeBytes('application/vnd.oci.image.manifest.v1+json', name, {
    ...(artifactType !== undefined && { artifactType }),
    ...(predicateType !== undefined && { annotations: { 'dev.sigstore.bundle.predicateType': predicateType } }),
  })
const choose = (api: readonly Descriptor[], fallback: readonly Descriptor[] = []) =>
  chooseReferrers(api, fallback, WANTED)
const JUNK = 'application/spdx+json'

it.each(formats.map((format) => [format.name, format] as const))(
  '%s is announced by its own types, whole',
  (_, format) => {
    const announced = (type: string) => announcedFormat(type) === format.name
    for (const type of format.artifactTypes) {
      expect([type, `x${type}`, `${type}x`].map(announced)).toEqual([true, false, false])
    }
  },
)

it('every kind that is judged can be asked for by itself', () => {
  const types = formats.flatMap(({ artifactTypes }) => artifactTypes)
  expect(types).toEqual([
    'application/vnd.dev.sigstore.bundle.v0.3+json',
    'application/vnd.dev.cosign.artifact.sig.v1+json',
    'application/vnd.dev.cosign.artifact.att.v1+json',
  ])
})

describe('of the listed referrers', () => {
  it('wanted kinds come first, then those announced, those untold, and last those announced as something else', () => {
    const wanted = one('a', BUNDLE, SIGN_V1)
    const announced = one('b', 'application/vnd.dev.cosign.artifact.sig.v1+json')
    const untold = one('c', EMPTY)
    const other = one('d', BUNDLE, 'https://example.com/other')
    expect(choose([other, untold, announced, wanted]).needed).toEqual([wanted, announced, untold, other])
  })

  it('an attestation that a policy asks for is wanted, and a signature is not where none is asked for', () => {
    const sbom = one('a', BUNDLE, SPDX)
    const signature = one('b', BUNDLE, SIGN_V1)
    const { needed } = chooseReferrers([signature, sbom], [], {
      signature: false,
      predicateTypes: [SPDX],
      config: false,
    })
    expect(needed).toEqual([sbom, signature])
  })

  it('those whose kind the list cannot tell are opened too', () => {
    const untold = [one('a'), one('b', ''), one('c', EMPTY), one('d', CONFIG)]
    expect(new Set(choose(untold).needed)).toEqual(new Set(untold))
  })

  it('those of other kinds are left alone where the registry itself tells the kind', () => {
    expect(choose([one('a', JUNK)])).toEqual({ needed: [], spare: [] })
  })

  it('those of other kinds are worth a look where the pusher tells the kind', () => {
    expect(choose([], [one('a', JUNK)])).toEqual({ needed: [], spare: [one('a', JUNK)] })
  })

  it('each is opened once, whatever the two lists call it', () => {
    const { needed, spare } = choose(
      [one('a', BUNDLE), one('b', BUNDLE)],
      [one('a', EMPTY), one('b', JUNK), one('a', BUNDLE)],
    )
    expect(needed).toHaveLength(2)
    expect(spare).toEqual([])
  })

  it('the order of the lists changes nothing', () => {
    const all = ['a', 'b', 'c', 'd', 'e'].flatMap((name) => [one(name, BUNDLE), one(`${name}2`, EMPTY)])
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (shuffled) => {
        expect(choose(shuffled)).toEqual(choose(all))
      }),
    )
  })
})

it.each([
  [BUNDLE, 'cosign-bundle'],
  ['application/vnd.dev.cosign.artifact.att.v1+json', 'cosign-oci11'],
  ['application/vnd.cncf.notary.signature', 'notation'],
  ['', undefined],
  [EMPTY, undefined],
  [undefined, undefined],
])('the artifact type %s announces %s', (type, format) => {
  expect(announcedFormat(type)).toBe(format)
})
