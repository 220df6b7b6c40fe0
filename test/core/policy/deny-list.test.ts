import { describe, expect, it, test } from 'vitest'
import { policyHash } from '../../../lambda/core/policy/hash.ts'
import { digest } from '../records.ts'
import { documentOf, problemsIn, setOf } from './documents.ts'

const POLICY = 'images: [{ glob: "ghcr.io/acme/**" }]\nauthorities: [{ static: { action: pass } }]'
const own = documentOf('VerificationPolicy', POLICY, 'own')
const upstream = documentOf('ClusterImagePolicy', POLICY, 'upstream')
const denying = (spec: string, name = 'incident') => documentOf('DenyList', spec, name)
const KEYS = `keys: ["${digest(1)}"]`

describe('a DenyList is refused with', () => {
  test.each([
    ['message: it denies nobody', ['5:1: spec: denies nobody: give at least one of identities, certificates and keys']],
    ['keys: []', ['5:1: spec: denies nobody: give at least one of identities, certificates and keys']],
    [
      `${KEYS}\nuntil: tomorrow`,
      ['7:3: spec.until: unknown field "until"; allowed here: message, identities, certificates, keys'],
    ],
    [`${KEYS}\nmessage: ""`, ['7:12: spec.message: missing field(s): spec.message']],
    ...['sha256:ab', digest(1).toUpperCase(), digest(1).slice(7), `${digest(1)}0`].map((name): [string, string[]] => [
      `certificates: ["${name}"]`,
      [
        `6:18: spec.certificates[0]: invalid value: ${name}: spec.certificates[0]: not sha256: and 64 lower-case hex digits`,
      ],
    ]),
    [
      'keys: [sha256:k]',
      ['6:10: spec.keys[0]: invalid value: sha256:k: spec.keys[0]: not sha256: and 64 lower-case hex digits'],
    ],
    [`keys: [${`"${digest(1)}", `.repeat(501)}]`, ['6:3: spec.keys: has more than 500 entries, the most allowed']],
    [
      'identities: [{ issuer: i }]',
      ['6:16: spec.identities[0]: missing field(s): spec.identities[0].subject, spec.identities[0].subjectRegExp'],
    ],
    [
      'identities: [{ issuerRegExp: .*, subjectRegExp: .+ }]',
      ['6:16: spec.identities[0]: would deny anyone: both patterns match every text; name an issuer and a subject'],
    ],
    [
      'identities: [{ issuer: i, subjectRegExp: "x/{service}", claims: { buildTrigger: "{service}" } }]',
      [
        '6:16: spec.identities[0].subject: {service} is captured by nothing: a DenyList has no globs',
        '6:83: spec.identities[0].claims.buildTrigger: {service} is captured by nothing: a DenyList has no globs',
      ],
    ],
  ])('%.60j', (spec, expected) => {
    expect(problemsIn(denying(spec))).toEqual(expected.map((line) => `p.yaml:${line}`))
  })

  it('the name of another one', () => {
    expect(problemsIn(`${denying(KEYS)}---\n${denying(KEYS)}`)).toEqual([
      'p.yaml:11:9: metadata.name: the name "incident" is taken by the DenyList at p.yaml:4',
    ])
  })
})

it('everybody of one issuer may be denied', () => {
  const spec = 'identities: [{ issuer: "https://issuer.example.com", subjectRegExp: .* }]'
  expect(problemsIn(denying(spec))).toEqual([])
})

it('every policy carries all of them, whatever the order of the files', () => {
  const lists = [denying(KEYS, 'b'), denying(`message: m\ncertificates: ["${digest(2)}"]`, 'a')]
  const { policies, denyLists } = setOf(...lists, own, upstream)
  expect(denyLists).toEqual([
    { name: 'a', message: 'm', identities: [], certificates: [digest(2)], keys: [] },
    { name: 'b', identities: [], certificates: [], keys: [digest(1)] },
  ])
  expect(policies.map(({ name, denied }) => [name, denied])).toEqual([
    ['own', denyLists],
    ['upstream', denyLists],
  ])
  expect(setOf(upstream, own, ...lists.toReversed())).toEqual(setOf(...lists, own, upstream))
})

describe('the hash of policies', () => {
  const hashOf = (...texts: string[]) => {
    const set = setOf(own, upstream, ...texts)
    return policyHash(set.policies, set, '1')
  }

  it('is as it was where nobody is denied: a policy knows of no list', () => {
    expect(setOf(own).policies[0]).not.toHaveProperty('denied')
  })

  it('is another one for each list', () => {
    const lists = [
      denying(KEYS),
      denying(KEYS, 'other'),
      denying(`${KEYS}\nmessage: m`),
      denying(`keys: ["${digest(2)}"]`),
      denying(`certificates: ["${digest(1)}"]`),
      denying('identities: [{ issuer: i, subject: s }]'),
    ]
    expect(new Set([hashOf(), ...lists.map((list) => hashOf(list))]).size).toBe(lists.length + 1)
  })
})
