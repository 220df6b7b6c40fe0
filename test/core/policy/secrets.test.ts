import { describe, expect, it } from 'vitest'
import { documentOf, PUBLIC_KEY, policyWith, problemsIn, setOf } from './documents.ts'

const OTHER_KEY = PUBLIC_KEY.replace(
  'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8OF8',
  'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8OF9',
)
const base64 = (text: string) => Buffer.from(text).toString('base64')
const secret = (entries: object, metadata: object = { name: 'signer' }) =>
  `${JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata, ...entries })}\n`
const AS_TEXT = secret({ stringData: { 'cosign.pub': PUBLIC_KEY } })
const policy = (ref = '{ name: signer }', kind = 'ClusterImagePolicy') =>
  documentOf(kind, `images: [{ glob: "ghcr.io/acme/**" }]\nauthorities:\n- name: a\n  key: { secretRef: ${ref} }`)
const problems = (...documents: readonly string[]) => problemsIn(documents.join('---\n'))

describe('a key in a Secret', () => {
  it.each([
    ['as text', AS_TEXT],
    ['in base64', secret({ data: { 'cosign.pub': base64(PUBLIC_KEY) } })],
    [
      'of the namespace of policy-controller',
      secret({ stringData: { key: PUBLIC_KEY } }, { name: 'signer', namespace: 'cosign-system' }),
    ],
    [
      'with text over base64, as Kubernetes has it',
      secret({ data: { key: base64('no key') }, stringData: { key: PUBLIC_KEY } }),
    ],
  ])('is the same as the key itself: %s', (_, document) => {
    const [own] = setOf(`${document}---\n${policy()}`).policies
    const [plain] = setOf(
      policy().replace('secretRef: { name: signer }', `data: ${JSON.stringify(PUBLIC_KEY)}`),
    ).policies
    expect(own).toEqual(plain)
  })

  it('may come after the policy, in another file, and serves both kinds', () => {
    const set = setOf(policy(), AS_TEXT, policy('{ name: signer }', 'VerificationPolicy').replace('sample', 'other'))
    expect(set.policies.map(({ authorities: [one] }) => one?.kind === 'sigstore' && one.demand.signer)).toEqual(
      Array(2).fill({ kind: 'key', key: { pem: PUBLIC_KEY }, hash: 'sha256' }),
    )
  })

  it('that no policy asks for is no problem', () => {
    expect(policyWith(`key: { data: ${JSON.stringify(PUBLIC_KEY)} }`).authorities).toHaveLength(1)
    expect(problems(AS_TEXT)).toEqual([])
  })

  it.each<readonly [string, readonly string[], string]>([
    [
      'that is not there',
      [policy()],
      'no Secret is named "signer" in the policy files; put it beside them (kind: Secret), or the public key itself in key.data',
    ],
    [
      'without entries',
      [secret({ type: 'Opaque' }), policy()],
      'the Secret "signer": the Secret has the entries none; exactly one is allowed, a public key',
    ],
    [
      'with several, as cosign generate-key-pair k8s:// makes it',
      [secret({ stringData: { 'cosign.key': 'x', 'cosign.password': 'y', 'cosign.pub': PUBLIC_KEY } }), policy()],
      'the Secret "signer": the Secret has the entries cosign.key, cosign.password, cosign.pub; exactly one is allowed, a public key',
    ],
    [
      'that holds a private key',
      [secret({ stringData: { key: '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n' } }), policy()],
      'the Secret "signer": a private key; take it out of this file and put its public key here',
    ],
    [
      'that holds no key',
      [secret({ stringData: { key: 'x' } }), policy()],
      'the Secret "signer": not a PEM public key: no -----BEGIN PUBLIC KEY-----',
    ],
  ])('%s', (_, documents, message) => {
    const [problem, ...others] = problems(...documents)
    expect(problem).toContain(`spec.authorities[0].key.secretRef.name: ${message}`)
    expect(others).toEqual([])
  })

  it.each<readonly [string, readonly string[], string]>([
    [
      'in another namespace',
      [secret({}, { name: 'signer', namespace: 'other' })],
      'metadata.namespace: invalid value: other: metadata.namespace: only Secrets of cosign-system are read',
    ],
    [
      'that is not base64',
      [secret({ data: { key: '*' } })],
      'data.key: invalid value: *: data.key: not base64; text as it is belongs into stringData',
    ],
    ['of which there are two', [AS_TEXT, AS_TEXT], 'metadata.name: the name "signer" is taken by the Secret at'],
    [
      'asked for in another namespace',
      [AS_TEXT, policy('{ name: signer, namespace: invalid }')],
      'secretref.namespace is invalid. If set, it should use the same namespace where the policy-controller was deployed',
    ],
    [
      'asked for beside a key',
      [AS_TEXT, policy().replace('secretRef:', `data: ${JSON.stringify(OTHER_KEY)}, secretRef:`)],
      'expected exactly one, got both: spec.authorities[0].key.data, spec.authorities[0].key.kms, spec.authorities[0].key.secretref',
    ],
  ])('is refused: %s', (_, documents, message) => {
    expect(problems(...documents).join('\n')).toContain(message)
  })
})
