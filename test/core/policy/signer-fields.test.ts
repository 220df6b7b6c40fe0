import { describe, expect, test } from 'vitest'
import { AUTHORITY, LEAF, quoted } from './certificates.ts'
import { documentOf, PUBLIC_KEY, problemsIn } from './documents.ts'

const A = 'spec.authorities[0]'
const IDS = 'identities: [{ issuer: i, subject: s }]'
const KEY = `key: { data: ${quoted(PUBLIC_KEY)} }`

/** Each authority begins on line 8, column 5; its second line is line 9. */
const authority = (kind: string, lines: string) =>
  documentOf(kind, `images: [{ glob: "ghcr.io/acme/**" }]\nauthorities:\n- ${lines.replaceAll('\n', '\n  ')}\n`)
const own = (lines: string) =>
  problemsIn(authority('VerificationPolicy', lines)).map((line) => line.replace('p.yaml:', ''))
const cluster = (lines: string) =>
  problemsIn(authority('ClusterImagePolicy', lines)).map((line) => line.replace(/p\.yaml:|validation failed: /g, ''))

const NOT_JUDGED =
  'until then images that only this might vouch for are not judged: their state is error, and nothing is taken'

describe('a key of KMS', () => {
  const ARN = 'arn:aws:kms:us-east-2:111122223333'
  const FORMAT = 'awskms:///arn:aws:kms:REGION:ACCOUNT:key/ID or awskms:///arn:aws:kms:REGION:ACCOUNT:alias/NAME'
  test.each([
    `awskms:///${ARN}:key/1234abcd-12ab-34cd-56ef-1234567890ab`,
    `awskms:///${ARN}:key/mrk-1234abcd12ab34cd56ef1234567890ab`,
    `awskms:///${ARN}:alias/team/signing_1`,
    'awskms:///arn:aws-cn:kms:cn-north-1:111122223333:alias/a',
    'awskms:///arn:aws-us-gov:kms:us-gov-west-1:111122223333:alias/a',
  ])('%s', (reference) => {
    expect(own(`key: { kms: "${reference}" }`)).toEqual([])
    expect(cluster(`key: { kms: "${reference}" }`)).toEqual([])
  })

  test.each([
    [
      'fookms://localhost:8888/a',
      `malformed KMS format, should be prefixed by any of the supported providers: [awskms:// azurekms:// hashivault:// gcpkms://]; here write ${FORMAT}`,
    ],
    ...[
      'awskms://',
      'awskms:///1234abcd-12ab-34cd-56ef-1234567890ab',
      'awskms:///alias/ExampleAlias',
      'awskms://localhost:8888/arn:butnotvalid',
      `awskms://${ARN}:alias/a`,
      `awskms:///${ARN}:alias/a b`,
      `awskms:///${ARN}:alias/`,
      `awskms:///${ARN}:key/12345678`,
      `awskms:///${ARN}:alias/a?x`,
      'awskms:///arn:aws-iso:kms:us-east-2:111122223333:alias/a',
      'awskms:///arn:aws:s3:us-east-2:111122223333:alias/a',
      'awskms:///arn:aws:kms:us-east-2:11112222333:alias/a',
      'awskms:///arn:aws:kms:us-east-2.evil.example:111122223333:alias/a',
    ].map((reference) => [
      reference,
      `kms key should be in the format awskms://[ENDPOINT]/[ID/ALIAS/ARN] (endpoint optional): write ${FORMAT}`,
    ]),
  ])('%s is refused', (reference, why) => {
    expect(cluster(`key: { kms: "${reference}" }`)).toEqual([
      `8:17: ${A}.key.kms: invalid value: ${reference}: ${A}.key.kms: ${why}`,
    ])
  })

  test.each([
    ...['azurekms://', 'gcpkms://', 'hashivault://'].map((scheme) => [
      `${scheme}a`,
      `keys of ${scheme} are not supported, only those of AWS KMS; put the public key itself in data`,
    ]),
    [
      `awskms://localhost:4566/${ARN}:alias/a`,
      `names the host "localhost:4566"; keys come from AWS only: write awskms:///${ARN}:alias/a`,
    ],
  ])('%s is refused, and upstream has it', (reference, why) => {
    expect(own(`key: { kms: "${reference}" }`)).toEqual([
      `8:17: ${A}.key.kms: invalid value: ${reference}: ${A}.key.kms: ${why}`,
    ])
    expect(cluster(`key: { kms: "${reference}" }`)).toEqual([`8:17: warning: ${A}.key.kms: ${why}; ${NOT_JUDGED}`])
  })
})

describe('fields of an authority', () => {
  const TIME = 'not a moment in ISO 8601 with its zone, such as 2026-01-31T00:00:00Z'
  const valid = (fields: string) => KEY.replace('{ ', `{ validFor: { ${fields} }, `)
  const COUNT = 'a whole number from 1 to 8 is allowed'
  const at = (column: number, path: string, value: string | number = '', why = '') =>
    `${path.startsWith('key.') ? 8 : 9}:${column}: ${A}.${path}: invalid value: ${value}: ${A}.${path}: ${why}`
  test.each([
    [valid(''), `8:12: ${A}.key.validFor: missing field(s): ${A}.key.validFor.end, ${A}.key.validFor.start`],
    [valid('start: 2026-02-30T00:00:00Z'), at(31, 'key.validFor.start', '2026-02-30T00:00:00Z', TIME)],
    [valid('end: 2026-02-01'), at(29, 'key.validFor.end', '2026-02-01', TIME)],
    [valid('end: "2026-02-01T00:00:00"'), at(29, 'key.validFor.end', '2026-02-01T00:00:00', TIME)],
    [
      valid('start: 2026-02-01T00:00:00Z, end: 2026-02-01T01:00:00+01:00'),
      at(58, 'key.validFor.end', '2026-02-01T00:00:00.000Z', 'not after its start, 2026-02-01T00:00:00.000Z'),
    ],
    ...['0', '9', '1.5', '"2"'].map((count) => [
      `${KEY}\nctlog: { threshold: ${count} }`,
      at(25, 'ctlog.threshold', count.replaceAll('"', ''), COUNT),
    ]),
    [`${KEY}\nrfc3161timestamp: { threshold: 0 }`, at(36, 'rfc3161timestamp.threshold', 0, COUNT)],
    [`${KEY}\nreference: name`, at(16, 'reference', 'name', 'unsupported reference; allowed: any, repository')],
    [
      `${KEY}\nsource: [{ tagPrefix: a }, { tagPrefix: b }]`,
      at(5, 'source', 'source', 'only single source is supported; make an authority of each'),
    ],
    [
      `${KEY}\nsource: [{ signaturePullSecrets: [{ name: a }] }]`,
      `9:16: ${A}.source[0].signaturePullSecrets: signaturePullSecrets is not supported: credentials for registries come from the installation; take this field out`,
    ],
    [
      `${KEY}\nsource: [{ tagPrefix: -a }]`,
      at(
        27,
        'source[0].tagPrefix',
        '-a',
        'the beginning of a tag is up to 52 letters, digits, "_", "." and "-", not "." or "-" first',
      ),
    ],
    ...[
      ['registry.example.com', 'names no repository; write HOST/NAME, such as registry.example.com/signatures'],
      [
        're@gistry/reponame',
        'registries must be valid RFC 3986 URI authorities: re@gistry/reponame; for Docker Hub write index.docker.io/re@gistry/reponame',
      ],
      [
        'registry.example.com/repo/*',
        'repository can only contain the characters `abcdefghijklmnopqrstuvwxyz0123456789_-./`: repo/*',
      ],
      ['ghcr.io/a:v1', 'has a tag or digest; signatures are looked for in a whole repository: HOST/NAME'],
      [
        'ghcr.io/a//b',
        'not HOST/NAME: image "ghcr.io/a//b": repository "a//b" is not lower-case words joined by "/", ".", "_" or "-"',
      ],
    ].map(([oci, why = '']) => [`${KEY}\nsource: [{ oci: "${oci}" }]`, at(21, 'source[0].oci', oci, why)]),
  ])('%s', (lines, expected) => {
    expect(own(`${lines}`)).toEqual([expected])
  })

  test.each([
    [
      `${KEY}\nctlog: { threshold: 1 }`,
      `9:14: ${A}.ctlog.threshold: unknown field "threshold"; allowed here: url, trustRootRef`,
    ],
    [
      `${KEY}\nrfc3161timestamp: { threshold: 1 }`,
      `9:25: ${A}.rfc3161timestamp.threshold: unknown field "threshold"; allowed here: trustRootRef`,
    ],
    [
      KEY.replace('{ ', '{ validFor: {}, '),
      `8:12: ${A}.key.validFor: unknown field "validFor"; allowed here: data, hashAlgorithm, secretRef, kms`,
    ],
    [
      'keyless: { identities: [{ issuer: i, subject: s, claims: {} }] }',
      `8:54: ${A}.keyless.identities[0].claims: unknown field "claims"; allowed here: issuer, issuerRegExp, subject, subjectRegExp`,
    ],
  ])('a ClusterImagePolicy does not have it: %s', (lines, expected) => {
    expect(cluster(lines)).toEqual([expected])
  })

  test('a static authority has no reference', () => {
    expect(own('static: { action: pass }\nreference: any')).toEqual([
      `8:5: ${A}: expected exactly one, got both: ${A}.reference, ${A}.static`,
    ])
  })
})

describe('claims', () => {
  const claims = (text: string) => own(`keyless: { identities: [{ issuer: i, subject: s, claims: { ${text} } }] }`)
  const C = `${A}.keyless.identities[0].claims`
  const WHY = 'a claim is text (quoted, where it looks like a number) or { regExp: PATTERN }'
  test.each([
    ['buildTrigger: 7', `8:78: ${C}.buildTrigger: invalid value: 7: ${C}.buildTrigger: ${WHY}`],
    ['buildTrigger: ""', `8:78: ${C}.buildTrigger: invalid value: : ${C}.buildTrigger: ${WHY}`],
    ['buildTrigger: { exact: a }', `8:64: ${C}.buildTrigger: invalid value: {"exact":"a"}: ${C}.buildTrigger: ${WHY}`],
    [
      'buildTrigger: { regExp: a, exact: a }',
      `8:64: ${C}.buildTrigger: invalid value: {"regExp":"a","exact":"a"}: ${C}.buildTrigger: ${WHY}`,
    ],
    [
      'buildTrigger: { regExp: "(" }',
      `8:88: ${C}.buildTrigger.regExp: invalid value: (: ${C}.buildTrigger.regExp: regex is invalid: error parsing regexp: missing closing ): \`(\``,
    ],
  ])('%s', (text, expected) => {
    expect(claims(text)).toEqual([expected])
  })

  test('a name that no certificate uses', () => {
    expect(claims('sourceRepository: a')).toEqual([
      expect.stringMatching(
        /^8:64: \S+claims\.sourceRepository: unknown field "sourceRepository"; allowed here: buildSignerURI, .*githubWorkflowRef$/,
      ),
    ])
  })
})

describe("an authority's certificates", () => {
  const lines = (fields: string) => own(`keyless: { ca-cert: { ${fields} }, ${IDS} }`)
  const secret = AUTHORITY.replaceAll('CERTIFICATE', 'EC PRIVATE KEY')
  const CA = `${A}.keyless.ca-cert`
  test.each([
    ['', `8:16: ${CA}: expected exactly one, got neither: ${CA}.data, ${CA}.kms, ${CA}.secretref`],
    ['data: hello', `8:33: ${CA}.data: not PEM: no -----BEGIN CERTIFICATE-----`],
    [
      `data: ${quoted(AUTHORITY + secret)}`,
      `8:33: ${CA}.data: holds a private key; take it out of this file and leave the certificates`,
    ],
    [`data: ${quoted(AUTHORITY + PUBLIC_KEY)}`, `8:33: ${CA}.data: its PEM block 2 is not a certificate we can read`],
    [
      `data: ${quoted(AUTHORITY.replace('MII', 'MIA'))}`,
      `8:33: ${CA}.data: its PEM block 1 is not a certificate we can read`,
    ],
    [`data: ${quoted(AUTHORITY + LEAF)}`, `8:33: ${CA}.data: its certificate 2 is not one of a certificate authority`],
    [`data: ${quoted(AUTHORITY.repeat(17))}`, `8:33: ${CA}.data: has 17 certificates; at most 16 are allowed`],
    ['kms: a', `8:32: ${CA}.kms: kms is not supported: put the authority's certificates in data, as PEM`],
    [
      'secretRef: { name: a }',
      `8:27: ${CA}.secretRef: secretRef is not supported: put the authority's certificates in data, as PEM`,
    ],
    [
      `data: ${quoted(AUTHORITY)} }, url: "https://fulcio.example", ca: {`,
      `8:5: ${A}.keyless: expected exactly one, got both: ${A}.keyless.ca-cert, ${A}.keyless.url`,
    ],
  ])('%.60s', (fields, expected) => {
    expect(lines(fields)).toContain(expected)
    expect(lines(fields).join()).not.toContain(AUTHORITY.slice(40, 60))
  })

  test('sixteen are read', () => {
    expect(lines(`data: ${quoted(AUTHORITY.repeat(16))}`)).toEqual([])
  })
})
