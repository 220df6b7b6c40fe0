import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Asked, findAccepted, findingOf } from '../../../lambda/core/checks/authority.ts'
import type { Authenticated, Says } from '../../../lambda/core/evidence.ts'
import { explain } from '../../../lambda/core/explain.ts'
import type { Reason } from '../../../lambda/core/reasons.ts'
import {
  attestation,
  bad,
  byKey,
  byWorkflow,
  good,
  ISSUER,
  KEY,
  SIGNATURE,
  SLSA,
  SPDX,
  SUBJECT,
  WORKFLOW,
} from '../claims.ts'
import { digest, ID } from '../records.ts'

const signature: Asked = { kind: 'signature' }
const sbom: Asked = { kind: 'attestation', predicateType: SPDX }
const signed = (annotations: Record<string, string>): Says => ({ kind: 'signature', annotations, names: [] })
const stranger = { ...WORKFLOW, subject: 'mallory@example.com' }
const team = byKey({ annotations: { team: 'blue' } })

type Case = readonly [string, ReturnType<typeof byKey>, Asked, readonly Authenticated[], Reason, string]

const cases: readonly Case[] = [
  ['no claim', byKey(), signature, [], 'no-signature', 'nothing on the image'],
  ['a signature by key', byKey(), signature, [good()], 'verified', 'signed by key sha256:k'],
  [
    'a signature by workflow',
    byWorkflow(),
    signature,
    [good(WORKFLOW)],
    'verified',
    `signed by ${SUBJECT} from ${ISSUER}`,
  ],
  ['an attestation', byKey(), sbom, [good(KEY, attestation(SPDX))], 'verified', 'signed by key'],
  [
    'an attestation where a signature is wanted',
    byKey(),
    signature,
    [good(KEY, attestation(SPDX))],
    'no-matching-signature',
    'no image signature',
  ],
  ['a signature where an attestation is wanted', byKey(), sbom, [good()], 'no-matching-attestation', SPDX],
  ['an attestation of another type', byKey(), sbom, [good(KEY, attestation(SLSA))], 'no-matching-attestation', SPDX],
  [
    'a type that only begins the same',
    byKey(),
    sbom,
    [good(KEY, attestation(`${SPDX}/v2`))],
    'no-matching-attestation',
    SPDX,
  ],
  [
    'a key where a certificate is wanted',
    byWorkflow(),
    signature,
    [good(KEY)],
    'wrong-key-kind',
    'cosign-bundle in sha256:',
  ],
  ['a stranger', byWorkflow(), signature, [good(stranger)], 'identity-mismatch', 'mallory@example.com'],
  [
    'a stranger: whom we wanted',
    byWorkflow(),
    signature,
    [good(stranger)],
    'identity-mismatch',
    `wanted is ${SUBJECT}`,
  ],
  ['a stranger before the right one', byWorkflow(), signature, [good(stranger), good(WORKFLOW)], 'verified', SUBJECT],
  ['an annotation', team, signature, [good(KEY, signed({ team: 'blue', x: 'y' }))], 'verified', 'signed by'],
  ['no annotation', team, signature, [good()], 'annotation-mismatch', 'team is not signed; asked for is "blue"'],
  ['another annotation', team, signature, [good(KEY, signed({ team: 'red' }))], 'annotation-mismatch', 'team is "red"'],
  [
    'an attestation, which annotations say nothing about',
    team,
    sbom,
    [good(KEY, attestation(SPDX))],
    'verified',
    'signed by',
  ],
  [
    'an inherited name as annotation',
    byKey({ annotations: { toString: 'x' } }),
    signature,
    [good()],
    'annotation-mismatch',
    'toString is not signed',
  ],
  ['junk before the good one', byKey(), signature, [bad(), bad('malformed'), good()], 'verified', 'signed by key'],
  ['junk after the good one', byKey(), signature, [good(), bad()], 'verified', 'signed by key'],
  [
    'junk alone',
    byKey(),
    signature,
    [bad()],
    'signature-invalid',
    `cosign-bundle in ${digest(2)}: it is signature-invalid`,
  ],
  [
    'of two equally near misses the first',
    byWorkflow(),
    signature,
    [good({ ...stranger, subject: 'first@example.com' }), good(stranger)],
    'identity-mismatch',
    'first@example.com',
  ],
  [
    'the nearest miss: a wrong identity',
    byWorkflow(),
    signature,
    [bad('log-invalid'), good(stranger), bad('malformed')],
    'identity-mismatch',
    'mallory',
  ],
  [
    'the nearest miss: further than an absent one',
    byKey(),
    signature,
    [good(KEY, attestation(SPDX)), bad('malformed')],
    'malformed',
    'malformed',
  ],
  [
    'the nearest miss: a bad signature before a foreign subject',
    byKey(),
    signature,
    [bad('subject-mismatch'), bad()],
    'signature-invalid',
    'signature-invalid',
  ],
]

describe('what an authority asks for', () => {
  it.each(cases)('%s', (_, authority, wanted, claims, reason, message) => {
    const finding = findingOf(findAccepted(authority, wanted, ID, claims))
    expect(finding).toMatchObject({ met: reason === 'verified', reason })
    expect(explain(finding.reason, finding.detail)).toContain(message)
  })

  it('names the signer where it is met', () => {
    expect(findingOf(findAccepted(byWorkflow(), signature, ID, [good(WORKFLOW, SIGNATURE)]))).toMatchObject({
      signers: [WORKFLOW],
    })
  })

  it('passes over claims that were not checked against its demand', () => {
    const other = byKey({ demand: { ...byKey().demand, root: 'elsewhere' } })
    expect(findingOf(findAccepted(other, signature, ID, [good()]))).toMatchObject({ met: false })
  })
})

const anyClaim = fc.constantFrom(
  good(),
  good(WORKFLOW),
  good(stranger),
  good(KEY, attestation(SPDX)),
  good(KEY, signed({ team: 'red' })),
  bad(),
  bad('log-missing'),
  bad('malformed'),
)
const anyAuthority = fc.constantFrom(byKey(), byWorkflow(), team)
const anyWanted = fc.constantFrom(signature, sbom)

describe('laws', () => {
  it('order and number of claims change neither outcome nor reason', () => {
    fc.assert(
      fc.property(anyAuthority, anyWanted, fc.array(anyClaim), fc.nat(), (authority, wanted, claims, turn) => {
        const cut = claims.length === 0 ? 0 : turn % claims.length
        const turned = [...claims.slice(cut), ...claims.toReversed(), ...claims.slice(0, cut)]
        const [one, other] = [claims, turned].map((list) => findingOf(findAccepted(authority, wanted, ID, list)))
        expect([other?.met, other?.reason]).toEqual([one?.met, one?.reason])
      }),
    )
  })

  it('a further claim never takes a yes away', () => {
    fc.assert(
      fc.property(anyAuthority, anyWanted, fc.array(anyClaim), anyClaim, (authority, wanted, claims, more) => {
        const before = findingOf(findAccepted(authority, wanted, ID, claims)).met
        for (const list of [
          [more, ...claims],
          [...claims, more],
        ]) {
          expect(findingOf(findAccepted(authority, wanted, ID, list)).met || !before).toBe(true)
        }
      }),
    )
  })
})
