import { describe, expect, test } from 'vitest'
import { documentOf, enforcementWith, PUBLIC_KEY, policyWith, setOf } from './documents.ts'

const IDS = 'identities: [{ issuer: i, subject: s }]'
const KEY = `key: { data: ${JSON.stringify(PUBLIC_KEY)} }`

test('a policy with everything left to its defaults', () => {
  expect(policyWith(`keyless: { ${IDS} }`)).toEqual({
    kind: 'VerificationPolicy',
    name: 'sample',
    images: [{ source: 'ghcr.io/acme/**', pattern: 'ghcr\\.io/acme/.*', exclude: [] }],
    mode: 'enforce',
    platforms: 'index',
    authorities: [
      {
        kind: 'sigstore',
        name: 'authority-0',
        demand: { signer: { kind: 'certificate', sct: true }, root: 'default', log: 1, timestamp: 0 },
        identities: [{ issuer: { exact: 'i' }, subject: { exact: 's' }, claims: {} }],
        annotations: {},
        attestations: [],
        source: { tagPrefix: '' },
        reference: 'any',
      },
    ],
  })
})

test('an authority with everything said', () => {
  const lines = [
    'name: all',
    'keyless: { url: "https://fulcio.example", trustRootRef: mine, insecureIgnoreSCT: true, identities: [{ issuerRegExp: "i.*", subjectRegExp: "s.*" }] }',
    'ctlog: { trustRootRef: mine }',
    'rfc3161timestamp: { trustRootRef: mine }',
    'signatureFormat: bundle',
    'annotations: { team: blue }',
    'attestations: [{ name: sbom, predicateType: spdxjson }, { name: own, predicateType: "https://acme.example/v1" }]',
  ]
  expect(policyWith(lines.join('\n'), { roots: { mine: {} } }).authorities).toEqual([
    {
      kind: 'sigstore',
      name: 'all',
      demand: { signer: { kind: 'certificate', sct: false }, root: 'mine', log: 1, timestamp: 1 },
      identities: [{ issuer: { pattern: 'i.*', full: true }, subject: { pattern: 's.*', full: true }, claims: {} }],
      annotations: { team: 'blue' },
      attestations: [
        { name: 'sbom', predicateType: 'https://spdx.dev/Document' },
        { name: 'own', predicateType: 'https://acme.example/v1' },
      ],
      source: { tagPrefix: '' },
      reference: 'any',
    },
  ])
})

describe('what a signature must stand up to', () => {
  const certificate = { kind: 'certificate', sct: true }
  const key = { kind: 'key', key: { pem: PUBLIC_KEY }, hash: 'sha256' }
  test.each([
    [KEY, { signer: key, root: 'default', log: 0, timestamp: 0 }],
    [`${KEY}\nctlog: {}`, { signer: key, root: 'default', log: 1, timestamp: 0 }],
    [`${KEY}\nctlog: { trustRootRef: mine }`, { signer: key, root: 'mine', log: 1, timestamp: 0 }],
    [`${KEY}\nrfc3161timestamp: { trustRootRef: mine }`, { signer: key, root: 'mine', log: 0, timestamp: 1 }],
    [
      KEY.replace('{ ', '{ hashAlgorithm: SHA512, '),
      { signer: { ...key, hash: 'sha512' }, root: 'default', log: 0, timestamp: 0 },
    ],
    [`keyless: { ${IDS} }`, { signer: certificate, root: 'default', log: 1, timestamp: 0 }],
    [`keyless: { ${IDS}, trustRootRef: mine }`, { signer: certificate, root: 'mine', log: 1, timestamp: 0 }],
    [`keyless: { ${IDS} }\nrfc3161timestamp: {}`, { signer: certificate, root: 'default', log: 0, timestamp: 1 }],
    [
      `keyless: { ${IDS} }\nctlog: {}\nrfc3161timestamp: {}`,
      { signer: certificate, root: 'default', log: 1, timestamp: 1 },
    ],
    [
      `keyless: { ${IDS}, insecureIgnoreSCT: true }`,
      { signer: { kind: 'certificate', sct: false }, root: 'default', log: 1, timestamp: 0 },
    ],
  ])('%s', (authority, demand) => {
    expect(policyWith(authority, { roots: { mine: {} } }).authorities).toMatchObject([{ demand }])
  })
})

test('a static authority', () => {
  expect(policyWith('static: { action: fail, message: no more of these }').authorities).toEqual([
    { kind: 'static', name: 'authority-0', action: 'fail', message: 'no more of these' },
  ])
  expect(policyWith('static: { action: pass }').authorities).toMatchObject([{ action: 'pass', message: '' }])
})

test("a ClusterImagePolicy keeps upstream's globs and unanchored patterns", () => {
  const identity = '{ issuer: i, subjectRegExp: ^s$ }'
  const spec = `mode: warn\nimages: [{ glob: "*" }]\nauthorities: [{ keyless: { identities: [${identity}] } }]`
  expect(setOf(documentOf('ClusterImagePolicy', spec)).policies).toMatchObject([
    {
      kind: 'ClusterImagePolicy',
      mode: 'warn',
      images: [{ source: '*', pattern: 'index\\.docker\\.io/library/[^/]*', exclude: [] }],
      authorities: [{ identities: [{ issuer: { exact: 'i' }, subject: { pattern: '^s$', full: false } }] }],
    },
  ])
})

test('an Enforcement with its defaults, and with everything said', () => {
  const images = 'images: [{ glob: "ghcr.io/**", exclude: ["**/old"] }]'
  const compiled = [{ source: 'ghcr.io/**', pattern: 'ghcr\\.io/.*', exclude: ['.*/old'] }]
  expect(enforcementWith(images)).toEqual({
    name: 'sample',
    images: compiled,
    onFailure: 'observe',
    onDegraded: 'alert',
    gracePeriod: 600,
    failFast: false,
    protect: [],
  })
  const said = `${images}\nenvironment: prod\nonFailure: quarantine\nonDegraded: allow\ngracePeriod: 2h\nfailFast: true\nprotect: ["**:latest"]`
  expect(enforcementWith(said)).toEqual({
    name: 'sample',
    images: compiled,
    environment: 'prod',
    onFailure: 'quarantine',
    onDegraded: 'allow',
    gracePeriod: 7_200,
    failFast: true,
    protect: [{ source: '**:latest', pattern: '.*:latest', exclude: [] }],
  })
})
