import { describe, expect, it } from 'vitest'
import { Misconfigured } from '../../lambda/errors.ts'
import { publicGoodRoot } from '../../lambda/trust/public-good.ts'
import { NO_MATERIAL, trustMaterials } from '../../lambda/trust/roots.ts'
import { newPki, type RootJson, rootOf } from './pki.ts'

const pki = newPki()
const spoiled = (change: (root: RootJson) => void) => {
  const root = rootOf(pki)
  change(root)
  return root
}

describe('trusted roots', () => {
  it('are kept by name', () => {
    const materials = trustMaterials({ ours: rootOf(pki), default: publicGoodRoot() })
    expect([...materials.keys()]).toEqual(['ours', 'default'])
    expect(materials.get('ours')!.tlogs).toHaveLength(2)
  })

  it('include the public-good Sigstore, with a log, authorities and certificate logs', () => {
    const material = trustMaterials({ default: publicGoodRoot() }).get('default')!
    expect(material.tlogs.map(({ baseURL }) => baseURL)).toContain('https://rekor.sigstore.dev')
    for (const list of [material.certificateAuthorities, material.ctlogs]) expect(list.length).toBeGreaterThan(0)
  })

  it.each<[string, unknown, RegExp]>([
    [
      'a log without a start',
      spoiled((root) => delete root.tlogs[1]!.publicKey.validFor),
      /tlogs\[1\] has no publicKey.validFor.start/,
    ],
    [
      'a log with only an end',
      spoiled((root) => {
        root.tlogs[0]!.publicKey.validFor = { end: '2030-01-01T00:00:00Z' }
      }),
      /tlogs\[0\] has no/,
    ],
    [
      'a log with a start that is no date',
      spoiled((root) => {
        root.tlogs[0]!.publicKey.validFor = { start: 'soon' }
      }),
      /tlogs\[0\] has no/,
    ],
    [
      'a certificate log without a start',
      spoiled((root) => delete root.ctlogs[0]!.publicKey.validFor),
      /ctlogs\[0\] has no/,
    ],
    [
      'another document',
      { mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json' },
      /mediaType is "application\/vnd.dev.sigstore.bundle/,
    ],
    ['an empty object', {}, /mediaType is ""/],
    ['null', null, /root "bad"/],
    ['a text', 'root', /root "bad"/],
    [
      'a broken certificate',
      spoiled((root) => {
        root.certificateAuthorities[0]!.certChain.certificates[0]!.rawBytes = 'AAAA'
      }),
      /root "bad"/,
    ],
  ])('refuse %s, naming the root', (_, root, message) => {
    const parse = () => trustMaterials({ good: rootOf(pki), bad: root })
    expect(parse).toThrow(Misconfigured)
    expect(parse).toThrow(message)
  })

  it('never hold keys to sign images with', () => {
    const [material] = trustMaterials({ ours: rootOf(pki) }).values()
    for (const one of [material!, NO_MATERIAL]) expect(() => one.publicKey('any hint')).toThrow('no key is asked for')
  })
})
