import { CERTIFICATE_CLAIMS } from '../../../../lambda/core/policy/certificate-claims.ts'
import { WORKFLOW } from '../../claims.ts'
import { digest } from '../../records.ts'
import { AUTHORITY } from '../certificates.ts'
import { PUBLIC_KEY } from '../documents.ts'
import type { Json } from './judge.ts'
import { KEY_NAME, PATH, REMOTE } from './judge.ts'
import { SCAN, SLSA, SPDX } from './predicates.ts'

/** One field with two values: with the first the image is verified, with the second, and nothing else changed, it is not. */
export type FieldCase = { readonly field: string; readonly good: Json; readonly bad: Json; readonly index?: true }

const OTHER_KEY = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEOz9FcbJM/oOkC26Wfo9paG2tYGBL
usDLHze93DzgLaAPDsyJrygpVnL9M6SOyfyXEsjpBTUu6uFZqHua8hwAlA==
-----END PUBLIC KEY-----
`
const ARN = 'awskms:///arn:aws:kms:us-east-2:111122223333:alias/'
const IDENTITY = { issuer: WORKFLOW.issuer, subject: WORKFLOW.subject }
const PATTERNS = { issuerRegExp: 'https://token\\..*', subjectRegExp: 'https://github\\.com/acme/.*' }
const IMAGES = [{ glob: 'ghcr.io/acme/**' }]
const OTHER_NAME = digest(7)
const [TRUE = '', FALSE = ''] = Object.keys(REMOTE)

const spec = (authority: Json, more: { readonly [key: string]: Json } = {}): Json => ({
  images: IMAGES,
  authorities: [authority],
  ...more,
})
const keyed = (key: { readonly [key: string]: Json }, more: object = {}) =>
  spec({ key: { data: PUBLIC_KEY, ...key }, ...more } as Json)
const keyless = (fields: object = {}, more: object = {}) =>
  spec({ keyless: { identities: [IDENTITY], ...fields }, ...more } as Json)
const identity = (fields: object) => spec({ keyless: { identities: [fields] } } as Json)
const attested = (predicateType: string, rules: object = {}) =>
  keyless({}, { attestations: [{ name: 'it', predicateType, ...rules }] })
const whole = (policy: Json) => spec({ key: { data: PUBLIC_KEY } }, { policy })
const asking = (atLeast: number) => spec({ keyless: { identities: [IDENTITY] } } as Json, { require: { atLeast } })
const standing = (base: Json) => spec({ static: { action: 'pass' } }, { base })
const A = 'spec.authorities.[]'
const T = `${A}.attestations.[]`
const I = `${A}.keyless.identities.[]`
const pair = (field: string, good: Json, bad: Json, more: { readonly index?: true } = {}): FieldCase => ({
  field,
  good,
  bad,
  ...more,
})

/** Fields that policies of both kinds have. */
export const COMMON: readonly FieldCase[] = [
  pair(`${A}.static.action`, spec({ static: { action: 'pass' } }), spec({ static: { action: 'fail' } })),
  pair(
    `${A}.source.[].oci`,
    keyed({}, { source: [{ oci: 'ghcr.io/acme/a' }] }),
    keyed({}, { source: [{ oci: 'ghcr.io/acme/b' }] }),
  ),
  pair(
    `${A}.source.[].tagPrefix`,
    keyed({}, { source: [{ tagPrefix: 'a' }] }),
    keyed({}, { source: [{ tagPrefix: 'b' }] }),
  ),
  pair(`${A}.key.data`, keyed({}), keyed({ data: OTHER_KEY })),
  pair(`${A}.key.hashAlgorithm`, keyed({}), keyed({ hashAlgorithm: 'sha512' })),
  pair(`${A}.key.kms`, spec({ key: { kms: `${ARN}a` } }), spec({ key: { kms: `${ARN}b` } })),
  pair(`${A}.key.secretRef.name`, spec({ key: { secretRef: { name: 'key' } } }), keyed({ data: OTHER_KEY })),
  pair(`${I}.issuer`, keyless(), identity({ ...IDENTITY, issuer: 'https://other' })),
  pair(`${I}.subject`, keyless(), identity({ ...IDENTITY, subject: 'other' })),
  pair(`${I}.issuerRegExp`, identity(PATTERNS), identity({ ...PATTERNS, issuerRegExp: '^other$' })),
  pair(`${I}.subjectRegExp`, identity(PATTERNS), identity({ ...PATTERNS, subjectRegExp: '^other$' })),
  pair(`${A}.keyless.trustRootRef`, keyless(), keyless({ trustRootRef: 'local' })),
  pair(`${A}.keyless.insecureIgnoreSCT`, keyless(), keyless({ insecureIgnoreSCT: true })),
  pair(`${A}.keyless.ca-cert.data`, keyless(), keyless({ 'ca-cert': { data: AUTHORITY } })),
  pair(`${A}.ctlog`, keyed({}), keyed({}, { ctlog: {} })),
  pair(`${A}.ctlog.trustRootRef`, keyed({}, { ctlog: {} }), keyed({}, { ctlog: { trustRootRef: 'local' } })),
  pair(`${A}.rfc3161timestamp`, keyed({}), keyed({}, { rfc3161timestamp: {} })),
  pair(
    `${A}.rfc3161timestamp.trustRootRef`,
    keyed({}, { rfc3161timestamp: {} }),
    keyed({}, { rfc3161timestamp: { trustRootRef: 'local' } }),
  ),
  pair(`${T}.predicateType`, attested(SPDX), attested(SLSA)),
]

const CLAIMS: readonly FieldCase[] = CERTIFICATE_CLAIMS.map((name) => {
  const asking = (value: Json) => identity({ ...IDENTITY, claims: { [name]: value } })
  return pair(`${I}.claims.${name}`, asking('as asked'), asking({ regExp: 'other' }))
})

const limits = (predicateType: string, names: readonly string[]): FieldCase[] =>
  names.map((name) => {
    const asking = (most: number) => attested(predicateType, { vulnerabilities: { [name]: most } })
    return pair(`${T}.vulnerabilities.${name}`, asking(1), asking(0))
  })

/** Fields that only a VerificationPolicy has. */
export const OWN: readonly FieldCase[] = [
  pair('spec.base.from', standing({ from: ['chainguard'] }), standing({ from: ['internal'] })),
  pair(
    'spec.base.required',
    standing({ from: ['internal'], required: false }),
    standing({ from: ['internal'], required: true }),
  ),
  pair('spec.base.intact', standing({ intact: false }), standing({ intact: true })),
  pair('spec.base.current', standing({ current: false }), standing({ current: true })),
  pair('spec.base.maxAge', standing({ maxAge: '90d' }), standing({ maxAge: '1d' })),
  ...CLAIMS,
  pair('spec.images.[].glob', keyed({}), { ...(keyed({}) as object), images: [{ glob: 'ghcr.io/other/**' }] }),
  pair('spec.images.[].exclude', keyed({}), {
    ...(keyed({}) as object),
    images: [{ glob: '**', exclude: ['**/app'] }],
  }),
  pair(
    `${A}.key.validFor.start`,
    keyed({ validFor: { start: '2026-01-01T00:00:00Z' } }),
    keyed({ validFor: { start: '2026-02-01T00:00:00Z' } }),
  ),
  pair(
    `${A}.key.validFor.end`,
    keyed({ validFor: { end: '2026-01-01T00:00:00Z' } }),
    keyed({ validFor: { end: '2026-02-01T00:00:00Z' } }),
  ),
  pair(`${A}.ctlog.threshold`, keyed({}, { ctlog: {} }), keyed({}, { ctlog: { threshold: 2 } })),
  pair(
    `${A}.rfc3161timestamp.threshold`,
    keyed({}, { rfc3161timestamp: {} }),
    keyed({}, { rfc3161timestamp: { threshold: 2 } }),
  ),
  pair(`${A}.annotations`, keyed({}, { annotations: { team: 'blue' } }), keyed({}, { annotations: { team: 'red' } })),
  pair(`${A}.reference`, keyed({}), keyed({}, { reference: 'repository' })),
  pair(
    `${T}.policy.type`,
    attested(SPDX, { policy: { type: 'cel', data: 'true' } }),
    attested(SPDX, { policy: { type: 'rego', data: 'package sigstore\nisCompliant { false }' } }),
  ),
  pair(
    `${T}.policy.data`,
    attested(SPDX, { policy: { type: 'cel', data: 'true' } }),
    attested(SPDX, { policy: { type: 'cel', data: 'false' } }),
  ),
  ...(['policy.configMapRef.key', 'policy.configMapRef.name'] as const).map((field) =>
    pair(
      `${T}.${field}`,
      attested(SPDX, { policy: { type: 'cel', configMapRef: { name: 'rules', key: 'yes' } } }),
      attested(SPDX, { policy: { type: 'cel', configMapRef: { name: 'rules', key: 'no' } } }),
    ),
  ),
  pair(
    `${T}.policy.remote.sha256sum`,
    attested(SPDX, { policy: { type: 'cel', remote: { url: 'https://a/b', sha256sum: TRUE } } }),
    attested(SPDX, { policy: { type: 'cel', remote: { url: 'https://a/b', sha256sum: FALSE } } }),
  ),
  pair(`${T}.maxAge`, attested(SPDX, { maxAge: '30d' }), attested(SPDX, { maxAge: '5d' })),
  ...Object.entries({
    builder: 'https://github.com/actions/runner',
    buildType: 'https://actions.github.io/buildtypes/workflow/v1',
    sourceRepository: 'https://github.com/acme/app',
    sourceRef: 'refs/heads/main',
  }).map(([name, value]) =>
    pair(
      `${T}.provenance.${name}`,
      attested(SLSA, { provenance: { [name]: value } }),
      attested(SLSA, { provenance: { [name]: `${value}x` } }),
    ),
  ),
  pair(
    `${T}.sbom.formats`,
    attested(SPDX, { sbom: { formats: ['spdx'] } }),
    attested(SPDX, { sbom: { formats: ['spdx-2.2'] } }),
  ),
  pair(
    `${T}.sbom.packages.denied`,
    attested(SPDX, { sbom: { packages: { denied: ['c'] } } }),
    attested(SPDX, { sbom: { packages: { denied: ['b'] } } }),
  ),
  pair(
    `${T}.sbom.packages.allowed`,
    attested(SPDX, { sbom: { packages: { allowed: ['a', 'b'] } } }),
    attested(SPDX, { sbom: { packages: { allowed: ['a'] } } }),
  ),
  pair(
    `${T}.sbom.packages.min`,
    attested(SPDX, { sbom: { packages: { min: 2 } } }),
    attested(SPDX, { sbom: { packages: { min: 3 } } }),
  ),
  pair(
    `${T}.sbom.packages.max`,
    attested(SPDX, { sbom: { packages: { max: 2 } } }),
    attested(SPDX, { sbom: { packages: { max: 1 } } }),
  ),
  ...limits(SCAN, ['critical', 'high', 'medium', 'low', 'unknown']),
  ...limits('https://in-toto.io/attestation/vulns/v0.2', ['negligible']),
  pair(
    `${T}.vulnerabilities.maxAge`,
    attested(SCAN, { vulnerabilities: { maxAge: '2d' } }),
    attested(SCAN, { vulnerabilities: { maxAge: '12h' } }),
  ),
  pair(
    `${T}.vulnerabilities.ignoreUnfixed`,
    attested(SCAN, { vulnerabilities: { high: 0, ignoreUnfixed: true } }),
    attested(SCAN, { vulnerabilities: { high: 0, ignoreUnfixed: false } }),
  ),
  pair(
    `${T}.vulnerabilities.vex`,
    attested(SCAN, { vulnerabilities: { critical: 0, vex: true } }),
    attested(SCAN, { vulnerabilities: { critical: 0, vex: false } }),
  ),
  pair('spec.mode', keyed({}), spec({ key: { data: PUBLIC_KEY } }, { mode: 'warn' })),
  pair('spec.require', keyless(), asking(2)),
  pair('spec.require.atLeast', asking(1), asking(2)),
  pair('spec.platforms', keyed({}), spec({ key: { data: PUBLIC_KEY } }, { platforms: 'each' }), { index: true }),
  pair(
    'spec.policy.type',
    whole({ type: 'cel', data: 'true' }),
    whole({ type: 'rego', data: 'package sigstore\nisCompliant { false }' }),
  ),
  pair('spec.policy.data', whole({ type: 'cel', data: 'true' }), whole({ type: 'cel', data: 'false' })),
  ...(['spec.policy.configMapRef.key', 'spec.policy.configMapRef.name'] as const).map((field) =>
    pair(
      field,
      whole({ type: 'cel', configMapRef: { name: 'rules', key: 'yes' } }),
      whole({ type: 'cel', configMapRef: { name: 'rules', key: 'no' } }),
    ),
  ),
  pair(
    'spec.policy.remote.sha256sum',
    whole({ type: 'cel', remote: { url: 'https://a/b', sha256sum: TRUE } }),
    whole({ type: 'cel', remote: { url: 'https://a/b', sha256sum: FALSE } }),
  ),
  pair(
    'spec.policy.fetchConfigFile',
    whole({ type: 'cel', data: '"linux/amd64" in config', fetchConfigFile: true }),
    whole({ type: 'cel', data: '"linux/amd64" in config', fetchConfigFile: false }),
  ),
  pair(
    'spec.config.[].cel',
    spec({ key: { data: PUBLIC_KEY } }, { config: [{ cel: 'config.config.User == "app"', message: 'm' }] }),
    spec({ key: { data: PUBLIC_KEY } }, { config: [{ cel: 'config.config.User == "root"', message: 'm' }] }),
  ),
]

const denying = (field: string, allowing: object, denied: object, policy: Json = keyless()) => {
  const spec = (one: object): Json => ({ identities: [one] }) as Json
  return { field: `spec.identities.[].${field}`, policy, good: spec(allowing), bad: spec(denied) }
}

/** Fields of a DenyList: with the first value the image of a policy is verified, with the second its signer is denied. */
export const DENIED = [
  ...(['issuer', 'subject'] as const).map((name) => denying(name, { ...IDENTITY, [name]: 'other' }, IDENTITY)),
  ...(['issuerRegExp', 'subjectRegExp'] as const).map((name) =>
    denying(name, { ...PATTERNS, [name]: 'other' }, PATTERNS),
  ),
  ...CERTIFICATE_CLAIMS.map((name) => {
    const claiming = (value: Json) => ({ ...IDENTITY, claims: { [name]: value } })
    return denying(`claims.${name}`, claiming('other'), claiming({ regExp: 'as .*' }))
  }),
  ...PATH.flatMap(({ certificate, key }) =>
    Object.entries({ certificates: certificate, keys: key }).map(([name, denied]) => ({
      field: `spec.${name}`,
      policy: keyless(),
      good: { [name]: [OTHER_NAME] },
      bad: { [name]: [OTHER_NAME, denied] },
    })),
  ),
  { field: 'spec.keys', policy: keyed({}), good: { keys: [OTHER_NAME] }, bad: { keys: [OTHER_NAME, KEY_NAME] } },
]
