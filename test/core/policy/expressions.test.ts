import { createHash } from 'node:crypto'
import { describe, expect, it, test } from 'vitest'
import type { LoadOptions } from '../../../lambda/core/policy/load.ts'
import { loadPolicies } from '../../../lambda/core/policy/load.ts'
import { documentOf, problemsIn } from './documents.ts'

const IMAGES = 'images: [{ glob: "ghcr.io/acme/**" }]\n'
const KEYLESS = 'keyless: { identities: [{ issuer: "https://i", subject: s }] }'
const ATTESTED = (policy: string) =>
  `${IMAGES}authorities:\n- ${KEYLESS}\n  attestations:\n  - { name: a, predicateType: "https://a", policy: ${policy} }\n`
const WHOLE = (policy: string) => `${IMAGES}authorities:\n- ${KEYLESS}\npolicy: ${policy}\n`
const unplaced = (text: string, options?: LoadOptions) =>
  problemsIn(text, options).map((one) => one.replace(/^p\.yaml:\d+:\d+: /, ''))
const own = (spec: string, options?: LoadOptions) => unplaced(documentOf('VerificationPolicy', spec), options)
const upstream = (spec: string) => unplaced(documentOf('ClusterImagePolicy', spec))

describe('an expression is read when its policy is', () => {
  test.each([
    ['{ type: cel, data: "predicate.x == 1" }', []],
    [
      '{ type: cel, data: "predicat.x == 1" }',
      ['spec.authorities[0].attestations[0].policy.data: Unknown variable: predicat'],
    ],
    [
      '{ type: cel, data: "true &&\\n\\n* 1" }',
      ['spec.authorities[0].attestations[0].policy.data: line 3 of it: Unexpected token: MULTIPLY'],
    ],
    [
      '{ type: cel, data: "authorityMatches.a == 1" }',
      ['spec.authorities[0].attestations[0].policy.data: Unknown variable: authorityMatches'],
    ],
    [
      '{ type: lua, data: x }',
      [
        'spec.authorities[0].attestations[0].policy.type: invalid value: lua: spec.authorities[0].attestations[0].policy.type: only [cel,cue,rego] are supported at the moment',
      ],
    ],
    [
      '{ type: cel }',
      [
        'spec.authorities[0].attestations[0].policy: missing field(s): spec.authorities[0].attestations[0].policy.configMapRef, spec.authorities[0].attestations[0].policy.data, spec.authorities[0].attestations[0].policy.remote',
      ],
    ],
    [
      '{ type: cel, data: "true", includeSpec: true }',
      [
        'spec.authorities[0].attestations[0].policy: must not set the field(s): spec.authorities[0].attestations.policy.includeSpec',
      ],
    ],
  ])('of an attestation: %s', (policy, expected) => {
    expect(own(ATTESTED(policy))).toEqual(expected)
  })

  test.each([
    ['{ type: cel, data: "size(authorityMatches) == 1 && config != null" }', []],
    ['{ type: cel, data: "statement.x == 1" }', ['spec.policy.data: Unknown variable: statement']],
    [
      '{ type: cel, data: "true", remote: { url: "https://a/b", sha256sum: a } }',
      [
        'spec.policy: expected exactly one, got both: spec.policy.configMapRef, spec.policy.data, spec.policy.remote',
        'spec.policy.remote.sha256sum: invalid value: a: spec.policy.remote.sha256sum: 64 lower-case hex digits, the sha256 of what lies there',
      ],
    ],
    [
      `{ type: cel, remote: { url: "http://a/b", sha256sum: ${'a'.repeat(64)} } }`,
      [
        'spec.policy.remote.url: invalid value: http://a/b: spec.policy.remote.url: url valid is invalid. host and https scheme are expected',
      ],
    ],
    [
      '{ type: cel, configMapRef: { name: x } }',
      ['spec.policy.configMapRef: missing field(s): spec.policy.configMapRef.key'],
    ],
  ])('over all that matched: %s', (policy, expected) => {
    expect(own(WHOLE(policy))).toEqual(expected)
  })

  test.each([
    ['[{ cel: "config.config.User != \\"\\"", message: no }]', []],
    ['[{ cel: "statement == 1", message: no }]', ['spec.config[0].cel: Unknown variable: statement']],
    ['[{ cel: "true" }]', ['spec.config[0].message: missing field(s): spec.config[0].message']],
  ])('of image configs: %s', (config, expected) => {
    const said = own(`${IMAGES}authorities:\n- ${KEYLESS}\nconfig: ${config}\n`)
    expect(said).toEqual(expected)
  })

  it('and a mistake in it is told with its place', () => {
    expect(problemsIn(documentOf('VerificationPolicy', ATTESTED('{ type: cel, data: "predicat.x == 1" }')))).toEqual([
      'p.yaml:10:73: spec.authorities[0].attestations[0].policy.data: Unknown variable: predicat',
    ])
  })

  it('in a ClusterImagePolicy as upstream knows it', () => {
    expect(upstream(WHOLE('{ type: cel, data: "true" }'))).toEqual([
      'spec.policy.type: validation failed: invalid value: cel: spec.policy.type: only [cue,rego] are supported at the moment',
    ])
  })
})

describe('an expression that lies elsewhere', () => {
  const TEXT = 'size(authorityMatches) == 1'
  const SUM = createHash('sha256').update(TEXT).digest('hex')
  const configMap = (data: string) => `---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: rules }\ndata: ${data}\n`
  const referring = documentOf('VerificationPolicy', WHOLE('{ type: cel, configMapRef: { name: rules, key: one } }'))
  const remote = documentOf(
    'VerificationPolicy',
    WHOLE(`{ type: cel, remote: { url: "https://a/b", sha256sum: ${SUM} } }`),
  )

  it('in a ConfigMap is read from there', () => {
    const { set, problems } = loadPolicies([{ path: 'p.yaml', text: referring + configMap(`{ one: "${TEXT}" }`) }])
    expect(problems).toEqual([])
    expect(set.policies[0]?.policy).toEqual({ language: 'cel', text: TEXT, withConfig: false })
  })

  test.each([
    [
      '',
      'no ConfigMap is named "rules" in the policy files; put it beside them (kind: ConfigMap), or the policy itself in data',
    ],
    [configMap('{ two: "true" }'), 'the ConfigMap "rules" has no "one"; it has two'],
    [configMap('{}'), 'the ConfigMap "rules" has no "one"; it has nothing'],
    [configMap('{ one: "tru" }'), 'Unknown variable: tru'],
  ])('is refused where it is not: %s', (beside, expected) => {
    expect(unplaced(referring + beside)).toEqual([`spec.policy.configMapRef: ${expected}`])
  })

  it('at an address is read from the file that was fetched', () => {
    const asked: string[] = []
    const readFile = (path: string) => {
      asked.push(path)
      return TEXT
    }
    const { set, problems } = loadPolicies([{ path: 'policies/p.yaml', text: remote }], { readFile })
    expect(problems).toEqual([])
    expect(new Set(asked)).toEqual(new Set([`policies/remote/${SUM}`]))
    expect(set.policies[0]?.policy?.text).toBe(TEXT)
  })

  test.each([
    [
      undefined,
      `there is no file remote/${SUM} beside this one: look at https://a/b and keep it there (assay policy fetch FILE --from HOST does both)`,
    ],
    ['true', `the file remote/${SUM} is not what its name says: its sha256 is another one`],
  ])('is refused where the file is %s', (text, expected) => {
    expect(unplaced(remote, { readFile: () => text })).toEqual([`spec.policy.remote: ${expected}`])
  })
})

describe('a name that nothing has is told when the policy is loaded', () => {
  const spec = (text: string, where: 'attestation' | 'policy') => {
    const policy = `{ type: cel, data: ${JSON.stringify(text)} }`
    const attested = `attestations: [{ name: a, predicateType: "https://a"${where === 'attestation' ? `, policy: ${policy}` : ''} }]`
    return `images: [{ glob: "ghcr.io/{team}/{service}" }, { glob: "quay.io/acme/{service}" }]\nauthorities:\n- { name: ci, ${KEYLESS}, ${attested} }\n${where === 'policy' ? `policy: ${policy}\n` : ''}`
  }
  test.each([
    ['attestation', 'captures.service == "a" && signer.subject != image.name', undefined],
    ['attestation', 'captures.svc == "a"', 'captures.svc: there is service'],
    ['attestation', 'captures["team"] == "a"', 'captures.team: there is service'],
    ['attestation', 'image.tag == "v1"', 'image.tag: there is host, name, digest'],
    ['attestation', 'has(signer.subjct)', 'signer.subjct: there is kind, issuer, subject, claims, key, signedAt'],
    ['attestation', 'predicate.any.thing == 1 && signer.claims.any == ""', undefined],
    [
      'attestation',
      'now - timestamp(predicate.at) < duration("7d")',
      '"7d" is no duration of CEL, which has h, m and s: 7 days are "168h"',
    ],
    ['attestation', 'now - timestamp(predicate.at) < duration("1h30m")', undefined],
    ['policy', 'authorityMatches.ci.attestations.a.size() > 0', undefined],
    ['policy', 'authorityMatches.nope.signatures.size() > 0', 'authorityMatches.nope: there is ci'],
    ['policy', 'authorityMatches.ci.attestations["b"].size() > 0', 'authorityMatches.ci.attestations.b: there is a'],
    ['policy', 'authorityMatches.all(name, authorityMatches[name].signatures != null)', undefined],
  ] as const)('%s: %s', (where, text, fault) => {
    const said = own(spec(text, where)).map((one) => one.replace(/^spec\.\S+ /, ''))
    expect(said).toEqual(fault === undefined ? [] : [fault])
  })
})
