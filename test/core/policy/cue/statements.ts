/** An in-toto statement as attestations carry it, made up for these tests. */
export const statement = {
  _type: 'https://in-toto.io/Statement/v0.1',
  predicateType: 'https://example.com/scan/v1',
  subject: [{ name: 'registry.example/app', digest: { sha256: 'ab'.repeat(32) } }],
  predicate: {
    scanner: { uri: 'scanner.example/one', version: '1.2.3', result: null },
    startedOn: '2023-04-12T00:00:00Z',
    findings: 3,
    score: 7.5,
    passed: true,
    labels: ['nightly', 'amd64'],
    packages: [
      { name: 'left', licence: 'MIT' },
      { name: 'right', licence: 'Apache-2.0' },
    ],
  },
}

/** What a policy over a whole image is given. */
export const matches = {
  authorityMatches: {
    build: { signatures: null, attestations: { scan: [{ subject: 's', issuer: 'i' }] } },
    release: { signatures: [{ subject: 's', issuer: 'i' }], attestations: null },
  },
  config: { 'linux/amd64': { config: { User: '65534' } }, 'linux/arm/v7': { config: { User: '65532' } } },
}
