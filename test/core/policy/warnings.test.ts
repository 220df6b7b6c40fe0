import { describe, expect, test } from 'vitest'
import { documentOf, PUBLIC_KEY, problemsIn } from './documents.ts'

describe('what a ClusterImagePolicy likely does not mean is warned of', () => {
  const IDS = 'identities: [{ issuer: i, subject: s }]'
  test.each([
    [
      'glob: "ghcr.io/acme/app:v1"',
      'static: { action: pass }',
      '6:20: warning: spec.images[0].glob: names a tag; images are matched as host/name@digest: end it with ** instead',
    ],
    [
      'glob: "ghcr.io/acme/app"',
      'static: { action: pass }',
      '6:20: warning: spec.images[0].glob: matches no image, as images are matched as host/name@digest: end it with **',
    ],
    [
      'glob: "docker.io/acme/**"',
      'static: { action: pass }',
      "6:20: warning: spec.images[0].glob: Docker Hub's canonical name is index.docker.io; this matches no image",
    ],
    [
      'glob: "**"',
      `keyless: { ${IDS} }, attestations: [{ name: a, predicateType: vuln }]`,
      '7:114: warning: spec.authorities[0].attestations[0].predicateType: invalid value: vuln: spec.authorities[0].attestations.predicateType: deprecated value, please use RFC 3986 conformant values (read as https://cosign.sigstore.dev/attestation/vuln/v1)',
    ],
    [
      'glob: "**"',
      `keyless: { ${IDS} }, attestations: [{ name: a, predicateType: cosign/x }]`,
      '7:114: warning: spec.authorities[0].attestations[0].predicateType: invalid value: cosign/x: spec.authorities[0].attestations.predicateType: deprecated value, please use RFC 3986 conformant values',
    ],
    [
      'glob: "**"',
      'keyless: { identities: [{ issuer: i, subjectRegExp: ^a }] }',
      '7:71: warning: spec.authorities[0].keyless.identities[0].subjectRegExp: matches anywhere in a longer text; begin it with ^ and end it with $',
    ],
    [
      'glob: "**"',
      'keyless: { identities: [{ issuer: i, subjectRegExp: .* }] }',
      '7:71: warning: spec.authorities[0].keyless.identities[0].subjectRegExp: accepts every subject',
    ],
    [
      'glob: "**"',
      `keyless: { ${IDS} }, ctlog: { url: "https://rekor.acme.example" }`,
      '7:87: warning: spec.authorities[0].ctlog.url: is not contacted; entries count if made by a log of the trusted root "default"',
    ],
    [
      'glob: "**"',
      `key: { data: ${JSON.stringify(PUBLIC_KEY + PUBLIC_KEY)} }`,
      '7:32: warning: spec.authorities[0].key.data: has 2 PEM blocks; only the first counts',
    ],
    [
      'glob: "**"',
      'name: a, static: { action: pass } }, { name: a, static: { action: pass }',
      '7:64: warning: spec.authorities[1].name: another authority is named a too; checks are told apart by it',
    ],
  ])('%s %s', (glob, authority, expected) => {
    const text = documentOf('ClusterImagePolicy', `images: [{ ${glob} }]\nauthorities: [{ ${authority} }]`)
    expect(problemsIn(text)).toEqual([`p.yaml:${expected}`])
  })

  test('an anchored pattern is not', () => {
    const authority = 'keyless: { identities: [{ issuer: i, subjectRegExp: ^a$ }] }'
    expect(
      problemsIn(documentOf('ClusterImagePolicy', `images: [{ glob: "**" }]\nauthorities: [{ ${authority} }]`)),
    ).toEqual([])
  })
})

test('content asked of a key whose signatures have no time is warned of', () => {
  const asked = (authority: string) =>
    problemsIn(
      documentOf(
        'VerificationPolicy',
        `images: [{ glob: "ghcr.io/**" }]\nauthorities:\n- ${authority}\n  attestations: [{ name: a, predicateType: "https://a", policy: { type: cel, data: "true" } }]`,
      ),
    )
  const key = `key: { data: ${JSON.stringify(PUBLIC_KEY)} }`
  expect(asked('keyless: { identities: [{ issuer: i, subject: s }] }')).toEqual([])
  expect(asked(`${key}\n  ctlog: {}`)).toEqual([])
  expect(asked(key)).toEqual([
    expect.stringMatching(/^p\.yaml:\d+:\d+: warning: spec\.authorities\[0\]\.attestations\[0\]: a key alone /),
  ])
})

test('an age that a key does not tell is warned of', () => {
  const aged = (authority: string) =>
    problemsIn(
      documentOf(
        'VerificationPolicy',
        `images: [{ glob: "ghcr.io/**" }]\nauthorities:\n- ${authority}\n  attestations: [{ name: a, predicateType: "https://a", maxAge: 30d }]`,
      ),
    )
  expect(aged('keyless: { identities: [{ issuer: i, subject: s }] }')).toEqual([])
  expect(aged(`key: { data: ${JSON.stringify(PUBLIC_KEY)} }`)).toEqual([
    expect.stringMatching(/^p\.yaml:\d+:\d+: warning: spec\.authorities\[0\]\.attestations\[0\]\.maxAge: a key, or a /),
  ])
})
