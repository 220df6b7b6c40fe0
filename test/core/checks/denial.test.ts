import { describe, expect, it, test } from 'vitest'
import { decide } from '../../../lambda/core/decide.ts'
import type { Authenticated, Proof } from '../../../lambda/core/evidence.ts'
import type { Authority, DenyList, Policy } from '../../../lambda/core/policy/policy.ts'
import {
  attestation,
  bad,
  byKey,
  byWorkflow,
  evidence,
  good,
  ISSUER,
  KEY,
  NOW,
  policy,
  SPDX,
  SUBJECT,
  WORKFLOW,
  withStatic,
} from '../claims.ts'
import { digest } from '../records.ts'

const [LEAF, AUTHORITY, OTHER] = [digest(7), digest(8), digest(9)] as const
const [LEAF_KEY, AUTHORITY_KEY] = [digest(17), digest(18)] as const
const PATH = [
  { certificate: LEAF, key: LEAF_KEY },
  { certificate: AUTHORITY, key: AUTHORITY_KEY },
]
const PERSON = { ...WORKFLOW, subject: 'person@example.com' }
const PEOPLE = [{ issuer: { exact: ISSUER }, subject: { pattern: '.*', full: true }, claims: {} }]
const identity = (subject: string, claims: Record<string, { exact: string }> = {}) => ({
  identities: [{ issuer: { exact: ISSUER }, subject: { exact: subject }, claims }],
})
const list = (fields: Partial<DenyList>): DenyList => ({
  name: 'incident',
  message: 'runner compromised',
  identities: [],
  certificates: [],
  keys: [],
  ...fields,
})

/** The same claim, where a certificate signed it by a path of these. */
function certified(claim: Authenticated): Authenticated {
  const proofs = [...claim.proofs].map(([id, proof]): [string, Proof] => [
    id,
    proof.ok && proof.signer.kind === 'certificate' ? { ...proof, path: PATH } : proof,
  ])
  return { ...claim, proofs: new Map(proofs) }
}

function judge(
  claims: readonly Authenticated[],
  denied: Partial<DenyList>,
  authorities: readonly Authority[] = [byKey(), byWorkflow()],
  more: Partial<Policy> = {},
) {
  const one = policy(authorities, { ...more, denied: [list({ keys: [OTHER], name: 'another' }), list(denied)] })
  const subject = { now: NOW, evidence: evidence(), claims: claims.map(certified) }
  const { outcome, checks, signers, badSignature } = decide([one], subject, 'h')
  return { outcome, signers, badSignature, told: checks.map(({ reason, message }) => `${reason} ${message}`) }
}

describe('whose signature counts for nothing', () => {
  const by = `the signer is denied: signed by ${SUBJECT} from ${ISSUER}; DenyList incident denies`
  test.each([
    [WORKFLOW, identity(SUBJECT), `${by} this identity: runner compromised`],
    [WORKFLOW, { certificates: [LEAF] }, `${by} certificate ${LEAF}: runner compromised`],
    [WORKFLOW, { certificates: [OTHER, AUTHORITY] }, `${by} certificate ${AUTHORITY}: runner compromised`],
    [WORKFLOW, { keys: [OTHER, LEAF_KEY] }, `${by} key ${LEAF_KEY} of certificate ${LEAF}: runner compromised`],
    [WORKFLOW, { keys: [AUTHORITY_KEY] }, `${by} key ${AUTHORITY_KEY} of certificate ${AUTHORITY}: runner compromised`],
    [
      KEY,
      { keys: ['sha256:k'] },
      'the signer is denied: signed by key sha256:k; DenyList incident denies this key: runner compromised',
    ],
  ])('%j', (signer, denied, message) => {
    const { outcome, signers, told } = judge([good(signer)], denied)
    expect([outcome, signers]).toEqual(['rejected', []])
    expect(told).toContain(`denied ${message}`)
  })

  test.each([
    [WORKFLOW, identity('https://github.com/acme/other')],
    [WORKFLOW, identity(SUBJECT, { buildTrigger: { exact: 'push' } })],
    [WORKFLOW, { certificates: [OTHER, LEAF_KEY], keys: [LEAF, 'sha256:k'] }],
    [KEY, { keys: [OTHER], certificates: [LEAF] }],
    [KEY, { identities: PEOPLE }],
  ])('and not that of another one: %j', (signer, denied) => {
    expect(judge([good(signer)], denied)).toMatchObject({ outcome: 'verified', signers: [signer] })
  })

  it('by a certificate that makes a claim, where that is denied', () => {
    const denied = identity(SUBJECT, { buildTrigger: { exact: 'push' } })
    expect(judge([good({ ...WORKFLOW, claims: { buildTrigger: 'push' } })], denied).outcome).toBe('rejected')
  })
})

it('a message is told where there is one', () => {
  const { message: _, ...silent } = list({ keys: ['sha256:k'] })
  const one = policy([byKey()], { denied: [silent] })
  const { checks } = decide([one], { now: NOW, evidence: evidence(), claims: [good()] }, 'h')
  expect(checks[0]?.message).toMatch(/DenyList incident denies this key$/)
})

describe('beside a denied signer', () => {
  it('another one counts', () => {
    expect(judge([good(KEY), good(WORKFLOW)], { keys: ['sha256:k'] })).toMatchObject({
      outcome: 'verified',
      signers: [WORKFLOW],
    })
  })

  it('of so many distinct ones as are asked for, it is none', () => {
    const people = [byWorkflow({ identities: PEOPLE })]
    const two = [good(WORKFLOW), good(PERSON)]
    const require = { atLeast: 2 }
    expect(judge(two, identity('nobody'), people, { require }).outcome).toBe('verified')
    expect(judge(two, identity(SUBJECT), people, { require }).outcome).toBe('rejected')
  })

  it('the others that are turned away are not told of: it came closest', () => {
    const annotated = byWorkflow({ identities: PEOPLE, annotations: { team: 'blue' } })
    const says = { kind: 'signature', annotations: { team: 'blue' }, names: [] } as const
    const claims = [good(PERSON), good(WORKFLOW, says), bad()]
    for (const all of [claims, claims.toReversed()]) {
      expect(judge(all, identity(SUBJECT), [annotated]).told).toEqual([expect.stringMatching(/^denied /)])
    }
  })

  it('who was not asked for is a stranger, denied or not', () => {
    expect(judge([good(PERSON)], identity(PERSON.subject), [byWorkflow()]).told).toEqual([
      expect.stringMatching(/^identity-mismatch /),
    ])
  })

  it('static lets pass what it did: it asks nobody', () => {
    expect(judge([good()], { keys: ['sha256:k'] }, [withStatic('pass')]).outcome).toBe('verified')
  })
})

describe('what a denied signer attests', () => {
  const wanted = { name: 'sbom', predicateType: SPDX }
  const people = (fields: object = {}) => [byWorkflow({ identities: PEOPLE, attestations: [{ ...wanted, ...fields }] })]

  it('counts for nothing', () => {
    expect(judge([good(WORKFLOW, attestation(SPDX))], identity(SUBJECT), people())).toMatchObject({
      outcome: 'rejected',
      told: [expect.stringMatching(/^denied /)],
    })
  })

  it('is not the newest, so that an older one by another signer counts', () => {
    const [older, newer] = [
      good({ ...PERSON, signedAt: '2026-11-24T00:00:00.000Z' }, attestation(SPDX, { ok: true })),
      good({ ...WORKFLOW, signedAt: '2026-11-25T00:00:00.000Z' }, attestation(SPDX, { ok: false })),
    ]
    const asked = people({ policy: { language: 'cel', text: 'predicate.ok' } })
    expect(judge([older, newer], identity('nobody'), asked).outcome).toBe('rejected')
    expect(judge([older, newer], identity(SUBJECT), asked).outcome).toBe('verified')
  })
})

describe('to failFast', () => {
  it('a denied signature is a bad one', () => {
    expect(judge([good()], { keys: ['sha256:k'] }).badSignature).toBe(true)
  })

  test.each([
    ["is another's signature", 'nobody', false],
    ["is nobody's where the signer is denied", SUBJECT, true],
  ])('what another policy asks for %s', (_, subject, answer) => {
    const denied = [list(identity(subject))]
    const enforced = policy([byWorkflow(identity('somebody else'))], { denied })
    const warned = policy([byWorkflow()], { name: 'warned', mode: 'warn', denied })
    const given = { now: NOW, evidence: evidence(), claims: [good(WORKFLOW)] }
    expect(decide([enforced, warned], given, 'h').badSignature).toBe(answer)
  })
})
