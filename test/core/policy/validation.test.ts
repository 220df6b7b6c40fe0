import { describe, expect, test } from 'vitest'
import { documentOf, problemsIn } from './documents.ts'

const IMAGES = 'images:\n- glob: ghcr.io/acme/**\n'
const AUTHORITY = 'authorities:\n- static: { action: pass }\n'
const IDENTITY = '{ issuer: https://issuer.example, subject: build@acme.example }'

/** Each authority begins on line 9, column 5. */
const authority = (kind: string, lines: string) =>
  documentOf(kind, `${IMAGES}authorities:\n- ${lines.replaceAll('\n', '\n  ')}\n`)
const cluster = (lines: string) => problemsIn(authority('ClusterImagePolicy', lines))
const own = (lines: string) => problemsIn(authority('VerificationPolicy', lines))

describe('an authority of a ClusterImagePolicy is refused in the words of upstream', () => {
  const A = 'spec.authorities[0]'
  test.each([
    ['name: x', `9:5: ${A}: validation failed: expected exactly one, got neither: ${A}.key, ${A}.keyless, ${A}.static`],
    [
      `static: { action: pass }\nkeyless: { identities: [${IDENTITY}] }`,
      `9:5: ${A}: validation failed: expected exactly one, got both: ${A}.key, ${A}.keyless, ${A}.static`,
    ],
    [
      'key: {}',
      `9:5: ${A}.key: validation failed: expected exactly one, got neither: ${A}.key.data, ${A}.key.kms, ${A}.key.secretref`,
    ],
    [
      'key: { data: ---somedata--- }',
      `9:18: ${A}.key.data: validation failed: invalid value: ---somedata---: ${A}.key.data: not a PEM public key: no -----BEGIN PUBLIC KEY-----`,
    ],
    [
      'keyless: { url: https://fulcio.sigstore.dev }',
      `9:5: ${A}.keyless: validation failed: missing field(s): ${A}.keyless.identities (keyless.identities: Invalid value: at least one is needed)`,
    ],
    [
      'keyless: { identities: [] }',
      `9:5: ${A}.keyless: validation failed: missing field(s): ${A}.keyless.identities (keyless.identities: Invalid value: at least one is needed)`,
    ],
    [
      'keyless: { identities: [{ subject: a }] }',
      `9:29: ${A}.keyless.identities[0]: validation failed: missing field(s): ${A}.keyless.identities[0].issuer, ${A}.keyless.identities[0].issuerRegExp`,
    ],
    [
      'keyless: { identities: [{ issuer: a, subject: b, subjectRegExp: c }] }',
      `9:29: ${A}.keyless.identities[0]: validation failed: expected exactly one, got both: ${A}.keyless.identities[0].subject, ${A}.keyless.identities[0].subjectRegExp`,
    ],
    [
      'keyless: { identities: [{ issuer: a, subjectRegExp: "****" }] }',
      `9:57: ${A}.keyless.identities[0].subjectRegExp: validation failed: invalid value: ****: ${A}.keyless.identities[0].subjectRegExp: regex is invalid: error parsing regexp: missing argument to repetition operator: \`*\``,
    ],
    [
      'keyless: { identities: [{ issuerRegExp: .*, subjectRegExp: .+ }] }',
      `9:29: ${A}.keyless.identities[0]: validation failed: would accept anyone: both patterns match every text; name an issuer and a subject`,
    ],
    [
      `keyless: { url: fulcio, identities: [${IDENTITY}] }`,
      `9:21: ${A}.keyless.url: validation failed: invalid value: fulcio: ${A}.keyless.url: not an http or https URL`,
    ],
    ['static: {}', `9:5: ${A}.static.action: validation failed: missing field(s): ${A}.static.action`],
    [
      'static: { action: garbage }',
      `9:23: ${A}.static.action: validation failed: invalid value: garbage: ${A}.static.action: unsupported action; allowed: pass, fail`,
    ],
    [
      'static: { action: pass }\nctlog: {}\nrfc3161timestamp: {}\nattestations: [{ name: a, predicateType: "https://a" }]',
      `9:5: ${A}: validation failed: expected exactly one, got both: ${A}.attestations, ${A}.ctlog, ${A}.rfc3161timestamp, ${A}.static`,
    ],
    [
      `keyless: { identities: [${IDENTITY}] }\nattestations: [{ predicateType: "https://a" }]`,
      `10:20: ${A}.attestations[0].name: validation failed: missing field(s): ${A}.attestations[0].name`,
    ],
    [
      `keyless: { identities: [${IDENTITY}] }\nattestations: [{ name: a, predicateType: "" }]`,
      `10:46: ${A}.attestations[0].predicateType: validation failed: missing field(s): ${A}.attestations[0].predicateType`,
    ],
    [
      `keyless: { identities: [${IDENTITY}] }\nsignatureFormat: dsse`,
      `10:22: ${A}.signatureFormat: validation failed: invalid value: dsse: ${A}.signatureFormat: unsupported signature format; allowed: legacy, bundle`,
    ],
    [
      `keyless: { identities: [${IDENTITY}] }\nannotations: { a: b }`,
      `10:5: ${A}.annotations: validation failed: unknown field "annotations"; allowed here: name, static, signatureFormat, source, key, keyless, ctlog, rfc3161timestamp, attestations`,
    ],
  ])('%s', (lines, expected) => {
    expect(cluster(lines)).toEqual([`p.yaml:${expected}`])
  })

  test('a hash that is none of the four', () => {
    const lines = cluster('key: { hashAlgorithm: shaINVALID, data: x }')
    expect(lines[0]).toBe(
      `p.yaml:9:27: ${A}.key.hashAlgorithm: validation failed: invalid value: shaINVALID: ${A}.key.hashAlgorithm: unsupported hash; allowed: sha224, sha256, sha384, sha512`,
    )
  })

  test('one run names every mistake', () => {
    expect(cluster('key: { kms: "fookms://k" }\nkeyless: { identities: [{ issuer: a }] }')).toEqual([
      `p.yaml:9:5: ${A}: validation failed: expected exactly one, got both: ${A}.key, ${A}.keyless, ${A}.static`,
      `p.yaml:9:17: ${A}.key.kms: validation failed: invalid value: fookms://k: ${A}.key.kms: malformed KMS format, should be prefixed by any of the supported providers: [awskms:// azurekms:// hashivault:// gcpkms://]; here write awskms:///arn:aws:kms:REGION:ACCOUNT:key/ID or awskms:///arn:aws:kms:REGION:ACCOUNT:alias/NAME`,
      `p.yaml:10:29: ${A}.keyless.identities[0]: validation failed: missing field(s): ${A}.keyless.identities[0].subject, ${A}.keyless.identities[0].subjectRegExp`,
    ])
  })

  test.each(['', ' ', '  '])('a private key in base64 is not repeated either', (before) => {
    const pem = '-----BEGIN EC PRIVATE KEY-----\nc2VjcmV0c2VjcmV0\n-----END EC PRIVATE KEY-----'
    expect(cluster(`key: { data: ${Buffer.from(before + pem).toString('base64')} }`)).toEqual([
      `p.yaml:9:18: ${A}.key.data: validation failed: invalid value: (a private key): ${A}.key.data: not a PEM public key: no -----BEGIN PUBLIC KEY-----`,
    ])
  })

  test('a private key is refused and not repeated', () => {
    const key = '-----BEGIN PRIVATE KEY-----\nc2VjcmV0c2VjcmV0\n-----END PRIVATE KEY-----'
    const lines = cluster(`key:\n  data: |\n    ${key.replaceAll('\n', '\n    ')}`)
    expect(lines).toEqual([
      `p.yaml:10:13: ${A}.key.data: validation failed: invalid value: (a private key): ${A}.key.data: a private key; take it out of this file and put its public key here`,
    ])
  })
})

describe('an authority of ours', () => {
  const A = 'spec.authorities[0]'
  test.each([
    [
      'static: { action: pass }\nannotations: { a: b }',
      `9:5: ${A}: expected exactly one, got both: ${A}.annotations, ${A}.static`,
    ],
    [
      `keyless: { identities: [${IDENTITY}] }\nannotations: { build: 7 }`,
      `10:27: ${A}.annotations.build: expected text, got 7 (quote it where text is meant)`,
    ],
    [
      `keyless: { identities: [${IDENTITY}] }\nattestations: [{ name: a, predicateType: sbom }]`,
      `10:46: ${A}.attestations[0].predicateType: invalid value: sbom: ${A}.attestations[0].predicateType: neither a URI nor one of custom, slsaprovenance, spdx, spdxjson, cyclonedx, link, vuln`,
    ],
    [
      `keyless: { trustRootRef: default, identities: [${IDENTITY}] }\nctlog: { trustRootRef: other }`,
      `9:5: ${A}: names several trusted roots (default, other); one authority has one`,
    ],
    [
      `keyless: { identities: [${IDENTITY}] }\nrfc3161timestamp: { trustRootRef: default }`,
      `9:5: ${A}: has no keyless.trustRootRef while "default" is named beside it; write keyless.trustRootRef: default`,
    ],
    [
      `keyless: { trustRootRef: mine, identities: [${IDENTITY}] }`,
      `9:30: ${A}.keyless.trustRootRef: no TrustedRoot is named "mine"; known are default; declare one (kind: TrustedRoot)`,
    ],
    ['key:', `9:9: ${A}.key: expected fields, got nothing (null)`],
    ['key: hello', `9:10: ${A}.key: expected fields, got text hello`],
    ['static: [pass]', `9:5: ${A}.static: expected fields, got a list`],
    [
      `keyless: { insecureIgnoreSCT: "yes", identities: [${IDENTITY}] }`,
      `9:35: ${A}.keyless.insecureIgnoreSCT: expected true or false, got text yes`,
    ],
    ['static: { action: pass, message: "" }', `9:38: ${A}.static.message: missing field(s): ${A}.static.message`],
  ])('%s', (lines, expected) => {
    expect(own(lines)).toEqual([`p.yaml:${expected}`])
  })

  test('two authorities of one name', () => {
    const spec = `${IMAGES}authorities:\n- static: { action: pass }\n- { name: authority-0, static: { action: fail } }\n`
    expect(problemsIn(documentOf('VerificationPolicy', spec))).toEqual([
      'p.yaml:8:3: spec.authorities: invalid value: authority-0: spec.authorities: two authorities of this name; checks are told apart by it',
    ])
  })
})

const RULES = 'allowed: "any", "all" or { atLeast: a whole number from 1 to 50 }'

describe('what is known but not supported is refused by name', () => {
  test.each([
    ['require: most', `10:12: spec.require: invalid value: most: spec.require: ${RULES}`],
    ['require: { atLeast: 0 }', `10:3: spec.require: invalid value: {"atLeast":0}: spec.require: ${RULES}`],
    ['require: { atLeast: 1.5 }', `10:3: spec.require: invalid value: {"atLeast":1.5}: spec.require: ${RULES}`],
    [
      'require: { atLeast: 2 }',
      '10:3: spec.require: invalid value: 2: spec.require: its authorities come to 0 signers at most, so no image could be verified',
    ],
    ['require: { atLeast: 51 }', `10:3: spec.require: invalid value: {"atLeast":51}: spec.require: ${RULES}`],
    ['require: { atMost: 2 }', `10:3: spec.require: invalid value: {"atMost":2}: spec.require: ${RULES}`],
    [
      'require: { atLeast: 2, of: x }',
      `10:3: spec.require: invalid value: {"atLeast":2,"of":"x"}: spec.require: ${RULES}`,
    ],
    [
      'platforms: all',
      '10:14: spec.platforms: invalid value: all: spec.platforms: unsupported platforms; allowed: index, each',
    ],
    ['mode: garbage', '10:9: spec.mode: invalid value: garbage: spec.mode: unsupported mode; allowed: enforce, warn'],
    [
      'asdf: 1',
      '10:3: spec.asdf: unknown field "asdf"; allowed here: images, authorities, mode, require, platforms, policy, config, base',
    ],
  ])('%s', (line, expected) => {
    expect(problemsIn(documentOf('VerificationPolicy', `${IMAGES}${AUTHORITY}${line}`))).toEqual([`p.yaml:${expected}`])
  })
})

describe('an Enforcement', () => {
  test.each([
    [
      'onFailure: delete',
      '8:14: spec.onFailure: invalid value: delete: spec.onFailure: unsupported action; allowed: observe, quarantine, archive',
    ],
    [
      'breaker: { images: 0 }',
      '8:22: spec.breaker.images: invalid value: 0: spec.breaker.images: a whole number from 1 to 1000 is allowed',
    ],
    [
      'breaker: { percent: 101 }',
      '8:23: spec.breaker.percent: invalid value: 101: spec.breaker.percent: a whole number from 1 to 100 is allowed',
    ],
    [
      'onDegraded: never',
      '8:15: spec.onDegraded: invalid value: never: spec.onDegraded: unsupported action; allowed: alert, allow, quarantine',
    ],
    [
      'gracePeriod: 10min',
      '8:16: spec.gracePeriod: invalid value: 10min: spec.gracePeriod: a duration is a whole number and one unit: 30s, 10m, 2h or 14d',
    ],
    ['gracePeriod: 600', '8:16: spec.gracePeriod: expected text, got 600 (quote it where text is meant)'],
    ['failFast: often', '8:13: spec.failFast: expected true or false, got text often'],
    [
      'environment: "-"',
      '8:16: spec.environment: invalid value: -: spec.environment: an environment is up to 63 letters, digits, "-", "_" and "."',
    ],
    [
      'protect: [ghcr.io/acme/app]',
      '8:13: spec.protect[0]: invalid value: ghcr.io/acme/app: spec.protect[0]: glob is invalid: names no tag; write host/name:tag, such as **:latest, or end with ** for all tags',
    ],
  ])('%s', (line, expected) => {
    expect(problemsIn(documentOf('Enforcement', `${IMAGES}${line}`))).toEqual([`p.yaml:${expected}`])
  })
})

describe('images', () => {
  test.each([
    ['VerificationPolicy', 'images: []\n', '6:3: spec.images: missing field(s): spec.images'],
    ['VerificationPolicy', 'images: [{}]\n', '6:12: spec.images[0].glob: missing field(s): spec.images[0].glob'],
    [
      'VerificationPolicy',
      'images: [{ glob: "ghcr.io/acme/{service}*" }]\n',
      '6:20: spec.images[0].glob: invalid value: ghcr.io/acme/{service}*: spec.images[0].glob: glob is invalid: "{service}*" could be read in two ways: a capture has no * or other capture beside it',
    ],
    [
      'VerificationPolicy',
      'images: [{ glob: "**", exclude: ["a:b"] }]\n',
      '6:36: spec.images[0].exclude[0]: invalid value: a:b: spec.images[0].exclude[0]: glob is invalid: has a tag; a glob here matches host/name and covers every tag and digest in it',
    ],
    [
      'ClusterImagePolicy',
      'images: [{ glob: "$FOO*" }]\n',
      '6:20: spec.images[0].glob: validation failed: invalid value: $FOO*: spec.images[0].glob: glob is invalid: invalid glob "$FOO*"',
    ],
    [
      'ClusterImagePolicy',
      'images: [{ glob: "**", exclude: ["x"] }]\n',
      '6:26: spec.images[0].exclude: validation failed: unknown field "exclude"; allowed here: glob',
    ],
  ])('%s %s', (kind, images, expected) => {
    expect(problemsIn(documentOf(kind, `${images}${AUTHORITY}`))).toEqual([`p.yaml:${expected}`])
  })

  test('more than anybody needs', () => {
    const spec = `images: [${'{ glob: "**" }, '.repeat(501)}]\n${AUTHORITY}`
    expect(problemsIn(documentOf('VerificationPolicy', spec))).toEqual([
      'p.yaml:6:3: spec.images: has more than 500 entries, the most allowed',
    ])
  })
})
