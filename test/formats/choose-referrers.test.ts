import { describe, expect, it } from 'vitest'
import { announcedFormat, chooseReferrers } from '../../lambda/formats/choose-referrers.ts'
import { BUNDLE, CONFIG, describeBytes, EMPTY } from './layouts.ts'

const one = (name: string, artifactType?: string) =>
  describeBytes('application/vnd.oci.image.manifest.v1+json', name, artifactType === undefined ? {} : { artifactType })
const SPDX = 'application/spdx+json'

describe('of the listed referrers', () => {
  it('the announced are opened first, then those whose kind the list cannot tell', () => {
    const untold = [one('a'), one('b', ''), one('c', EMPTY), one('d', CONFIG)]
    const announced = [one('e', BUNDLE), one('f', 'application/vnd.dev.cosign.artifact.sig.v1+json')]
    const { needed, spare } = chooseReferrers([...untold, ...announced], [])
    expect(needed).toEqual([...announced, ...untold])
    expect(spare).toEqual([])
  })

  it('those of other kinds are left alone where the registry itself tells the kind', () => {
    expect(chooseReferrers([one('a', SPDX)], [])).toEqual({ needed: [], spare: [] })
  })

  it('those of other kinds are worth a look where the pusher tells the kind', () => {
    expect(chooseReferrers([], [one('a', SPDX)])).toEqual({ needed: [], spare: [one('a', SPDX)] })
  })

  it('each is opened once, whatever the two lists call it', () => {
    const { needed, spare } = chooseReferrers(
      [one('a', BUNDLE), one('b', BUNDLE)],
      [one('a', EMPTY), one('b', SPDX), one('a', BUNDLE)],
    )
    expect(needed).toEqual([one('a', BUNDLE), one('b', BUNDLE)])
    expect(spare).toEqual([])
  })
})

it.each([
  [BUNDLE, 'cosign-bundle'],
  ['application/vnd.dev.cosign.artifact.att.v1+json', 'cosign-legacy'],
  [EMPTY, undefined],
  [undefined, undefined],
])('the artifact type %s announces %s', (type, format) => {
  expect(announcedFormat(type)).toBe(format)
})
