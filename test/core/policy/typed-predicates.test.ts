import { describe, expect, it } from 'vitest'
import { unmet } from '../../../lambda/core/policy/expression.ts'
import { loadPolicies } from '../../../lambda/core/policy/load.ts'
import { asTyped } from '../../../lambda/core/policy/typed-predicates.ts'
import { documentOf } from './documents.ts'

const holds = (text: string, statement: Readonly<Record<string, unknown>>, shortName?: string) => {
  const document = asTyped(statement, shortName)
  return (
    unmet({ language: 'cue', text }, 'attestation', {
      variables: {},
      document,
      now: new Date(0),
      budget: new Map(),
    }) === undefined
  )
}

describe('a predicate named by its short name', () => {
  const LATE = 'predicate: metadata: scanFinishedOn: >"2026-01-01T00:00:00Z"'
  it('has what upstream writes down where nothing was given', () => {
    expect(holds(LATE, { predicate: { metadata: {} } })).toBe(true)
    expect(holds(LATE, { predicate: { metadata: {} } }, 'vuln')).toBe(false)
    expect(holds(LATE, { predicate: 7 }, 'vuln')).toBe(false)
    expect(holds(LATE, { predicate: { metadata: { scanFinishedOn: '2026-02-01T00:00:00Z' } } }, 'vuln')).toBe(true)
    expect(holds('predicate: scanner: uri: "x"', { predicate: { scanner: null } }, 'vuln')).toBe(false)
    expect(holds('predicate: builder: id: "x"', { predicate: {} }, 'slsaprovenance')).toBe(false)
  })

  it('keeps what was given', () => {
    const statement = { predicateType: 't', predicate: { scanner: { uri: 'x', extra: 1 }, more: [1] } }
    expect(asTyped(statement, 'vuln')).toMatchObject(statement)
    expect(asTyped(statement, 'spdxjson')).toBe(statement)
  })

  it.each([
    ['ClusterImagePolicy', 'vuln', 'vuln'],
    ['ClusterImagePolicy', 'spdx', undefined],
    ['ClusterImagePolicy', 'https://cosign.sigstore.dev/attestation/vuln/v1', undefined],
    ['VerificationPolicy', 'vuln', undefined],
  ])('in a %s as %s', (kind, predicateType, typed) => {
    const keyless = 'keyless: { identities: [{ issuer: "https://i", subject: s }] }'
    const spec = `images: [{ glob: "**" }]\nauthorities:\n- ${keyless}\n  attestations: [{ name: a, predicateType: "${predicateType}" }]`
    const { set } = loadPolicies([{ path: 'p.yaml', text: documentOf(kind, spec) }])
    expect(set.policies[0]?.authorities[0]).toMatchObject({
      attestations: [typed === undefined ? { name: 'a' } : { typed }],
    })
    if (typed === undefined)
      expect(set.policies[0]?.authorities[0]).not.toMatchObject({ attestations: [{ typed: expect.anything() }] })
  })
})
