import { describe, expect, test } from 'vitest'
import type { Policy } from '../../../lambda/core/policy/policy.ts'
import { AUTHORITY, quoted } from './certificates.ts'
import { documentOf, enforcementWith, PUBLIC_KEY, policyWith, setOf } from './documents.ts'

const ARN = 'arn:aws:kms:us-east-2:111122223333:alias/signing'
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

describe('each field changes one thing', () => {
  const plain = policyWith(`keyless: { ${IDS} }`)
  const keyed = policyWith(KEY)
  const authority = (base: Policy, change: object) => ({
    ...base,
    authorities: [{ ...base.authorities[0], ...change }],
  })
  const demand = (base: Policy, change: object) => {
    const [first] = base.authorities
    return authority(base, { demand: { ...(first?.kind === 'sigstore' && first.demand), ...change } })
  }
  const key = { kind: 'key', key: { pem: PUBLIC_KEY }, hash: 'sha256' }
  const keyWith = (field: string) => KEY.replace('{ ', `{ ${field}, `)
  test.each<readonly [string, object]>([
    [`key: { kms: "awskms:///${ARN}" }`, demand(keyed, { signer: { ...key, key: { kms: ARN } } })],
    [
      keyWith('validFor: { start: "2026-01-01T01:00:00+01:00", end: "2027-01-01T00:00:00Z" }'),
      demand(keyed, {
        signer: { ...key, validity: { start: '2026-01-01T00:00:00.000Z', end: '2027-01-01T00:00:00.000Z' } },
      }),
    ],
    [
      keyWith('validFor: { end: "2027-01-01T00:00:00Z" }'),
      demand(keyed, { signer: { ...key, validity: { end: '2027-01-01T00:00:00.000Z' } } }),
    ],
    [`${KEY}\nctlog: { threshold: 2 }`, demand(keyed, { log: 2 })],
    [`${KEY}\nrfc3161timestamp: { threshold: 3 }`, demand(keyed, { timestamp: 3 })],
    [`${KEY}\nreference: any`, keyed],
    [`${KEY}\nreference: repository`, authority(keyed, { reference: 'repository' })],
    [`${KEY}\nsource: []`, keyed],
    [
      `${KEY}\nsource: [{ oci: "GHCR.io/acme/signatures" }]`,
      authority(keyed, { source: { repository: { host: 'ghcr.io', name: 'acme/signatures' }, tagPrefix: '' } }),
    ],
    [
      `${KEY}\nsource: [{ oci: "docker.io/acme/signatures" }]`,
      authority(keyed, { source: { repository: { host: 'index.docker.io', name: 'acme/signatures' }, tagPrefix: '' } }),
    ],
    [`${KEY}\nsource: [{ tagPrefix: v1- }]`, authority(keyed, { source: { tagPrefix: 'v1-' } })],
    [
      `keyless: { ${IDS}, ca-cert: { data: ${quoted(`${AUTHORITY}a line between\n${AUTHORITY}`)} } }`,
      demand(plain, { signer: { kind: 'certificate', sct: false, ca: AUTHORITY + AUTHORITY } }),
    ],
    [
      'keyless: { identities: [{ issuer: i, subject: s, claims: { buildTrigger: push, runnerEnvironment: { regExp: "a|b" } } }] }',
      authority(plain, {
        identities: [
          {
            issuer: { exact: 'i' },
            subject: { exact: 's' },
            claims: { buildTrigger: { exact: 'push' }, runnerEnvironment: { pattern: 'a|b', full: true } },
          },
        ],
      }),
    ],
  ])('%.100s', (text, expected) => {
    expect(policyWith(text)).toEqual(expected)
  })

  test.each(['index', 'each'] as const)('platforms: %s', (platforms) => {
    const spec = `images: [{ glob: "ghcr.io/acme/**" }]\nplatforms: ${platforms}\nauthorities: [{ keyless: { ${IDS} } }]`
    expect(setOf(documentOf('VerificationPolicy', spec)).policies).toEqual([{ ...plain, platforms }])
  })

  test.each([
    `key: { kms: "awskms:///${ARN}" }`,
    `keyless: { ${IDS}, ca-cert: { data: ${quoted(AUTHORITY)} } }`,
    `${KEY}\n  source: [{ oci: ghcr.io/acme/signatures, tagPrefix: a }]`,
  ])('a ClusterImagePolicy has it too: %.80s', (text) => {
    const spec = `images: [{ glob: "ghcr.io/acme/**" }]\nauthorities:\n- ${text}`
    const [ours] = policyWith(text.replaceAll('\n  ', '\n')).authorities
    expect(setOf(documentOf('ClusterImagePolicy', spec)).policies[0]?.authorities).toEqual([ours])
  })
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
  const compiled = [
    { source: 'ghcr.io/**', pattern: 'ghcr\\.io/.*', exclude: [{ source: '**/old', pattern: '.*/old' }] },
  ]
  expect(enforcementWith(images)).toEqual({
    name: 'sample',
    images: compiled,
    onFailure: 'observe',
    onDegraded: 'alert',
    gracePeriod: 600,
    failFast: false,
    protect: [],
    tombstone: false,
    breaker: { images: 20, percent: 50 },
  })
  const said = `${images}\nenvironment: prod\nonFailure: quarantine\nonDegraded: allow\ngracePeriod: 2h\nfailFast: true\nprotect: ["**:latest"]\ntombstone: true\nbreaker: { images: 5, percent: 10 }`
  expect(enforcementWith(said)).toEqual({
    name: 'sample',
    images: compiled,
    environment: 'prod',
    onFailure: 'quarantine',
    onDegraded: 'allow',
    gracePeriod: 7_200,
    failFast: true,
    protect: [{ source: '**:latest', pattern: '.*:latest', exclude: [] }],
    tombstone: true,
    breaker: { images: 5, percent: 10 },
  })
})
