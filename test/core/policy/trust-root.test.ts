import { createPublicKey, hash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { formatProblem } from '../../../lambda/core/policy/format-problem.ts'
import { type LoadOptions, loadPolicies } from '../../../lambda/core/policy/load.ts'
import { AUTHORITY, base64, LEAF, RSA_KEY } from './certificates.ts'
import { documentOf, PUBLIC_KEY } from './documents.ts'
import { packed, repositoryOf } from './tuf.ts'

const MIRROR = 'https://tuf.example/repo'
const { root: TUF_ROOT, files: FILES } = repositoryOf('{}')
const subject = { organization: 'acme', commonName: 'ca' }
const LOG = { baseURL: 'https://rekor.example', hashAlgorithm: 'sha-256', publicKey: base64(PUBLIC_KEY) }
const CA = { subject, uri: 'https://fulcio.example', certChain: base64(AUTHORITY) }

const trustRoot = (spec: unknown, name = 'mine') =>
  documentOf('TrustRoot', JSON.stringify(spec), name).replace('assay.dev', 'policy.sigstore.dev')
const trustedRoot = (spec: unknown, name = 'mine') => documentOf('TrustedRoot', JSON.stringify(spec), name)
const load = (text: string, options?: LoadOptions) => {
  const { set, problems } = loadPolicies([{ path: 'p/p.yaml', text }], options)
  return { set, problems: problems.map(formatProblem).map((line) => line.replace(/^p\/p\.yaml:\d+:\d+: /, '')) }
}
const body = (pem: string) => pem.replace(/-----[A-Z ]+-----|\n/g, '')

describe('sigstoreKeys are a trusted_root.json', () => {
  const FOR_EVER = { start: '1970-01-01T00:00:00Z' }
  const der = Buffer.from(body(PUBLIC_KEY), 'base64')
  const log = {
    baseUrl: LOG.baseURL,
    hashAlgorithm: 'SHA2_256',
    publicKey: { rawBytes: body(PUBLIC_KEY), keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor: FOR_EVER },
    logId: { keyId: hash('sha256', der, 'base64') },
  }
  const rootOf = (spec: object) => {
    const { set, problems } = load(trustRoot({ sigstoreKeys: { certificateAuthorities: [CA], ...spec } }))
    expect(problems).toEqual([])
    return set.roots.mine
  }
  const authority = (...pems: string[]) => ({
    subject,
    uri: CA.uri,
    certChain: { certificates: pems.map((pem) => ({ rawBytes: body(pem) })) },
    validFor: FOR_EVER,
  })
  const plain = {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [],
    certificateAuthorities: [authority(AUTHORITY)],
    ctlogs: [],
    timestampAuthorities: [],
  }

  test('an authority alone', () => {
    expect(rootOf({})).toEqual(plain)
  })

  test.each([
    ['tLogs', 'tlogs'],
    ['ctLogs', 'ctlogs'],
  ])('%s, their id the bytes of the hash of the key', (field, list) => {
    expect(rootOf({ [field]: [LOG] })).toEqual({ ...plain, [list]: [log] })
    expect(Buffer.from(log.logId.keyId, 'base64')).toHaveLength(32)
  })

  test('timestamp authorities, and a chain of two', () => {
    const chain = { ...CA, certChain: base64(LEAF + AUTHORITY) }
    expect(rootOf({ timestampAuthorities: [chain] })).toEqual({
      ...plain,
      timestampAuthorities: [authority(LEAF, AUTHORITY)],
    })
    expect(rootOf({ certificateAuthorities: [], timestampAuthorities: [CA] })).toMatchObject({
      certificateAuthorities: [],
    })
  })

  test('an RSA key in the encoding its details name, its id that of the key all the same', () => {
    const key = createPublicKey(RSA_KEY)
    expect(rootOf({ tLogs: [{ ...LOG, publicKey: base64(RSA_KEY) }] })).toMatchObject({
      tlogs: [
        {
          publicKey: {
            rawBytes: key.export({ format: 'der', type: 'pkcs1' }).toString('base64'),
            keyDetails: 'PKCS1_RSA_PKCS1V5',
          },
          logId: { keyId: hash('sha256', key.export({ format: 'der', type: 'spki' }), 'base64') },
        },
      ],
    })
  })

  test.each([
    ['SHA256', 'SHA2_256'],
    ['sha-384', 'SHA2_384'],
    ['sha512', 'SHA2_512'],
  ])('a log over %s', (hashAlgorithm, expected) => {
    expect(rootOf({ tLogs: [{ ...LOG, hashAlgorithm }] })).toMatchObject({ tlogs: [{ hashAlgorithm: expected }] })
  })

  const K = 'spec.sigstoreKeys'
  const secret = base64(AUTHORITY.replaceAll('CERTIFICATE', 'PRIVATE KEY'))
  test.each<readonly [object, string]>([
    [
      { certificateAuthorities: [] },
      `${K}: validation failed: missing field(s): ${K}.certificateAuthorities, ${K}.timestampAuthorities`,
    ],
    [
      { certificateAuthorities: [{ ...CA, uri: '' }] },
      `${K}.certificateAuthorities[0].uri: validation failed: missing field(s): ${K}.certificateAuthorities[0].uri`,
    ],
    [
      { certificateAuthorities: [{ ...CA, subject: { organization: 'a' } }] },
      `${K}.certificateAuthorities[0].subject.commonName: validation failed: missing field(s): ${K}.certificateAuthorities[0].subject.commonName`,
    ],
    [
      { certificateAuthorities: [{ ...CA, certChain: AUTHORITY }] },
      `${K}.certificateAuthorities[0].certChain: validation failed: not PEM: no -----BEGIN CERTIFICATE-----; a chain of certificates is needed here, PEM in base64`,
    ],
    [
      { certificateAuthorities: [{ ...CA, certChain: secret }] },
      `${K}.certificateAuthorities[0].certChain: validation failed: holds a private key; take it out of this file and leave the certificates; a chain of certificates is needed here, PEM in base64`,
    ],
    [
      { tLogs: [{ ...LOG, publicKey: secret }] },
      `${K}.tLogs[0].publicKey: validation failed: a private key; take it out of this file and put its public key here; a public key is needed here, PEM in base64`,
    ],
    [
      { ctLogs: [{ ...LOG, hashAlgorithm: 'md5' }] },
      `${K}.ctLogs[0].hashAlgorithm: validation failed: invalid value: md5: ${K}.ctLogs[0].hashAlgorithm: unsupported hash; allowed: sha-256, sha-384, sha-512`,
    ],
    [
      { rekor: [] },
      `${K}.rekor: validation failed: unknown field "rekor"; allowed here: certificateAuthorities, timestampAuthorities, tLogs, ctLogs`,
    ],
  ])('%.80j is refused', (spec, expected) => {
    expect(load(trustRoot({ sigstoreKeys: { certificateAuthorities: [CA], ...spec } })).problems).toEqual([expected])
  })
})

describe('a TUF mirror', () => {
  const mirror = { name: 'mine', url: MIRROR, root: TUF_ROOT, target: 'trusted_root.json' }
  const readFile = (path: string) =>
    path === 'p/root.json' ? Buffer.from(TUF_ROOT, 'base64').toString('utf8') : undefined
  test.each<readonly [string, object]>([
    [trustRoot({ remote: { root: TUF_ROOT, mirror: MIRROR } }), mirror],
    [
      trustRoot({ remote: { root: TUF_ROOT.replace(/.{76}/g, '$&\n'), mirror: `${MIRROR}/`, targets: 'targets' } }),
      mirror,
    ],
    [
      trustRoot({ remote: { root: TUF_ROOT, mirror: MIRROR, trustedRootTarget: 'a.json' } }),
      { ...mirror, target: 'a.json' },
    ],
    [trustedRoot({ tuf: { root: TUF_ROOT, mirror: MIRROR } }), mirror],
    [trustedRoot({ tuf: { rootFile: 'root.json', mirror: MIRROR } }), mirror],
    [trustedRoot({ tuf: { root: TUF_ROOT, mirror: MIRROR, target: 'a.json' } }), { ...mirror, target: 'a.json' }],
    ...['http://127.0.0.1:8080', 'http://localhost:1', 'http://[::1]:1'].map(
      (url) => [trustedRoot({ tuf: { root: TUF_ROOT, mirror: url } }), { ...mirror, url }] as const,
    ),
  ])('%#', (text, expected) => {
    const { set, problems } = load(text, { readFile })
    expect(problems).toEqual([])
    expect(set.mirrors).toEqual([expected])
    expect(set.roots).toEqual({})
  })

  const user = documentOf(
    'VerificationPolicy',
    'images: [{ glob: "**" }]\nauthorities: [{ keyless: { trustRootRef: mine, identities: [{ issuer: i, subject: s }] } }]',
  )
  const declared = `${user}---\n${trustedRoot({ tuf: { root: TUF_ROOT, mirror: MIRROR } })}`

  test('is known by its name before anything is fetched, and its root is the one that was', () => {
    expect(load(declared)).toMatchObject({ problems: [], set: { roots: {} } })
    const fetched = { mine: { mediaType: 'a' }, other: { mediaType: 'b' } }
    expect(load(declared, { fetched }).set.roots).toEqual({ mine: fetched.mine })
  })

  test('what was fetched never takes the place of a root that is here', () => {
    const inline = { mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1' }
    const fetched = { mine: {}, default: {} }
    expect(load(trustedRoot({ inline }), { fetched, roots: { default: inline } }).set.roots).toEqual({
      mine: inline,
      default: inline,
    })
  })

  test('mirrors are in the order of their names', () => {
    const text = ['b', 'a'].map((name) => trustedRoot({ tuf: { root: TUF_ROOT, mirror: MIRROR } }, name)).join('---\n')
    expect(load(text).set.mirrors.map(({ name }) => name)).toEqual(['a', 'b'])
  })

  const T = 'spec.tuf'
  const URL_TEXT = 'an https URL without credentials and query is allowed, such as https://tuf-repo-cdn.sigstore.dev'
  const NEEDED = 'the root.json of the repository is needed here, in base64'
  const json = (value: unknown) => base64(JSON.stringify(value))
  test.each<readonly [object, string]>([
    ...[
      'http://tuf.example',
      'http://127.0.0.1.evil.example',
      'ftp://127.0.0.1',
      'tuf.example',
      'https://a:b@tuf.example',
      'https://tuf.example/?a',
      'https://tuf.example/#a',
    ].map((mirrored) => [{ root: TUF_ROOT, mirror: mirrored }, `${T}.mirror: ${URL_TEXT}`] as const),
    [{ root: TUF_ROOT }, `${T}.mirror: missing field(s): ${T}.mirror`],
    [{ mirror: MIRROR }, `${T}: expected exactly one, got neither: ${T}.root, ${T}.rootFile`],
    [
      { mirror: MIRROR, root: TUF_ROOT, rootFile: 'root.json' },
      `${T}: expected exactly one, got both: ${T}.root, ${T}.rootFile`,
    ],
    [{ mirror: MIRROR, root: 'ROOT_JSON' }, `${T}.root: not base64; ${NEEDED}`],
    [{ mirror: MIRROR, root: base64('hello') }, `${T}.root: not a TUF root.json; ${NEEDED}`],
    [
      { mirror: MIRROR, root: json({ signed: { _type: 'targets' }, signatures: [{}] }) },
      `${T}.root: TUF metadata of type targets, not root; ${NEEDED}`,
    ],
    [
      { mirror: MIRROR, root: json({ signed: { _type: 'root' }, signatures: [] }) },
      `${T}.root: missing signatures in root.json; ${NEEDED}`,
    ],
    [{ mirror: MIRROR, rootFile: 'nowhere.json' }, `${T}.rootFile: p/nowhere.json: no such file`],
    [
      { mirror: MIRROR, root: TUF_ROOT, target: '../a' },
      `${T}.target: invalid value: ../a: ${T}.target: a target of the repository is allowed, such as trusted_root.json`,
    ],
  ])('%.60j is refused', (tuf, expected) => {
    expect(load(trustedRoot({ tuf })).problems).toEqual([expected])
  })

  test('a root file that is not one', () => {
    expect(
      load(trustedRoot({ tuf: { mirror: MIRROR, rootFile: 'a.json' } }), { readFile: () => '{}' }).problems,
    ).toEqual([`${T}.rootFile: p/a.json: not a TUF root.json`])
  })
})

describe('a TrustRoot', () => {
  test('with a packed repository is the root in it', () => {
    const root = { mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1' }
    const { root: first, files } = repositoryOf(JSON.stringify(root))
    const { set, problems } = load(
      trustRoot({ repository: { root: first, mirrorFS: packed(files), targets: 'targets' } }),
    )
    expect(problems).toEqual([])
    expect(set.roots).toEqual({ mine: root })
    expect(set.mirrors).toEqual([])
  })

  const R = 'spec.repository.mirrorFS'
  test.each<readonly [object, string]>([
    [{}, 'spec: validation failed: expected exactly one, got neither: spec.remote, spec.repository, spec.sigstoreKeys'],
    [
      { remote: { root: TUF_ROOT, mirror: MIRROR }, repository: { root: TUF_ROOT, mirrorFS: packed(FILES) } },
      'spec: validation failed: expected exactly one, got both: spec.remote, spec.repository, spec.sigstoreKeys',
    ],
    [
      { remote: { root: TUF_ROOT, mirror: MIRROR, targets: 'files' } },
      'spec.remote.targets: validation failed: invalid value: files: spec.remote.targets: targets are looked for in the folder "targets" only; leave this field out',
    ],
    [{ repository: { root: TUF_ROOT, mirrorFS: packed(FILES) } }, `${R}: mediaType: missing field(s): mediaType`],
    [
      { repository: { root: repositoryOf('{}').root, mirrorFS: packed(FILES) } },
      `${R}: the TUF repository does not hold: timestamp was signed by 0/1 keys`,
    ],
    [
      { repository: { root: TUF_ROOT, mirrorFS: packed(FILES), trustedRootTarget: 'a' } },
      `${R}: the TUF repository does not hold: no target is called "a"; known: trusted_root.json`,
    ],
  ])('%.60j is refused', (spec, expected) => {
    expect(load(trustRoot(spec)).problems).toEqual([expected])
  })

  test('and a TrustedRoot cannot share a name, nor take one of the installation', () => {
    const both = `${trustRoot({ remote: { root: TUF_ROOT, mirror: MIRROR } })}---\n${trustedRoot({ file: 'a' })}`
    expect(load(both).problems).toEqual(['metadata.name: the name "mine" is taken by the TrustRoot at p/p.yaml:4'])
    const local = trustRoot({ remote: { root: TUF_ROOT, mirror: MIRROR } }, 'local')
    expect(load(local, { roots: { local: {} } }).problems).toEqual([
      'metadata.name: the trusted root "local" is supplied by the installation; choose another name',
    ])
  })
})
