import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { judgeAttestation } from '../../../lambda/core/checks/attestation.ts'
import type { Authenticated, Signer } from '../../../lambda/core/evidence.ts'
import type { WantedAttestation } from '../../../lambda/core/policy/policy.ts'
import { attestation, byKey, byWorkflow, good, KEY, NOW, SLSA, SPDX, WORKFLOW } from '../claims.ts'
import { ID } from '../records.ts'

const signedAt = (at: string): Signer => ({ ...WORKFLOW, signedAt: at })
const says = (predicate: unknown, signer: Signer = WORKFLOW) => good(signer, attestation(SPDX, predicate))
const cel = (text: string) => ({ language: 'cel', text }) as const
const wanted = (fields: Partial<WantedAttestation> = {}): WantedAttestation => ({
  name: 'sbom',
  predicateType: SPDX,
  ...fields,
})

function judge(
  fields: Partial<WantedAttestation>,
  claims: readonly Authenticated[],
  counts: 'newest' | 'one' = 'newest',
) {
  const scene = { image: ID, claims, captures: { service: 'app' }, now: NOW, budget: new Map() }
  return judgeAttestation(byWorkflow(), wanted(fields), scene, counts).finding
}

const AT = '2026-11-25T00:00:00.000Z'
const DAY = 24 * 3600

describe('its age', () => {
  it('is as asked until the moment it is too old', () => {
    const finding = judge({ maxAge: 2 * DAY }, [says({}, signedAt(AT))])
    expect(finding).toMatchObject({ met: true, until: '2026-11-27T00:00:00.000Z' })
  })

  test.each([
    [DAY, false],
    [DAY + 1, true],
  ])('of one day is allowed up to %d seconds: %s', (maxAge, met) => {
    expect(judge({ maxAge }, [says({}, signedAt(AT))]).met).toBe(met)
  })

  it('is told', () => {
    expect(judge({ maxAge: 60 }, [says({}, signedAt(AT))])).toEqual({
      met: false,
      reason: 'too-old',
      detail: `signed by ${WORKFLOW.subject} from ${WORKFLOW.issuer} at ${AT}; good until 2026-11-25T00:01:00.000Z`,
    })
  })

  it('is that of the newest', () => {
    const claims = [says({}, signedAt('2026-01-01T00:00:00.000Z')), says({}, signedAt(AT))]
    expect(judge({ maxAge: 2 * DAY }, claims).met).toBe(true)
  })

  it('must be known', () => {
    const scene = { image: ID, claims: [good(KEY, attestation(SPDX))], captures: {}, budget: new Map(), now: NOW }
    expect(judgeAttestation(byKey(), wanted({ maxAge: DAY }), scene, 'newest').finding).toMatchObject({
      reason: 'too-old',
      detail: 'signed by key sha256:k at an unknown time; ask for ctlog or rfc3161timestamp beside the key',
    })
  })
})

describe('what it says', () => {
  test.each([
    ['predicate.packages.size() == 2', true],
    ['predicate.packages.size() == 3', false],
    [`statement.predicateType == "${SPDX}"`, true],
    [`signer.subject == "${WORKFLOW.subject}"`, true],
    [`image.digest == "${ID.digest}" && image.name == "${ID.name}"`, true],
    ['captures.service == "app"', true],
    ['captures.service == "other"', false],
    ['now == timestamp("2026-11-26T00:00:00Z")', true],
  ])('%s: %s', (text, met) => {
    expect(judge({ policy: cel(text) }, [says({ packages: ['a', 'b'] })]).met).toBe(met)
  })

  it('is told where it is not as asked', () => {
    expect(judge({ policy: cel('predicate.ok') }, [says({ ok: false })])).toEqual({
      met: false,
      reason: 'policy-not-met',
      detail: `signed by ${WORKFLOW.subject} from ${WORKFLOW.issuer}; the policy of sbom: it is false: predicate.ok`,
    })
  })

  const ok = (value: boolean, at: string) => says({ ok: value }, signedAt(at))
  const [older, newer] = ['2026-11-01T00:00:00.000Z', AT]
  test.each([
    ['newest', [ok(true, newer)], true],
    ['newest', [ok(false, older), ok(true, newer)], true],
    ['newest', [ok(true, older), ok(false, newer)], false],
    ['newest', [ok(true, newer), ok(false, newer)], false],
    ['one', [ok(true, older), ok(false, newer)], true],
    ['one', [ok(false, older), ok(false, newer)], false],
  ] as const)('by the %s that counts, of %#', (counts, claims, met) => {
    for (const list of [claims, claims.toReversed()]) {
      expect(judge({ policy: cel('predicate.ok') }, list, counts).met).toBe(met)
    }
  })

  it('counts of every one whose time nobody knows', () => {
    const scene = (...oks: readonly boolean[]) => ({
      image: ID,
      claims: oks.map((value) => good(KEY, attestation(SPDX, { ok: value }))),
      captures: {},
      budget: new Map(),
      now: NOW,
    })
    const met = (...oks: readonly boolean[]) =>
      judgeAttestation(byKey(), wanted({ policy: cel('predicate.ok') }), scene(...oks), 'newest').finding.met
    expect([met(true), met(true, true), met(true, false), met(false)]).toEqual([true, true, false, false])
    const { finding } = judgeAttestation(
      byKey(),
      wanted({ policy: cel('predicate.ok') }),
      scene(true, false, true),
      'newest',
    )
    expect(finding.detail).toMatch(/3 may be the newest, as no trusted time tells them apart, and all of these must be/)
  })

  it('takes its steps from one budget, whatever the order', () => {
    const pairs = cel('predicate.x.all(one, predicate.x.all(other, one != other || true))')
    const attached = (count: number) =>
      Array.from({ length: count }, (_, n) =>
        good(KEY, attestation(SPDX, { x: Array.from({ length: 400 }, (__, at) => n * 1000 + at) })),
      )
    const reason = (claims: readonly Authenticated[]) =>
      judgeAttestation(
        byKey(),
        wanted({ policy: pairs }),
        { image: ID, claims, captures: {}, budget: new Map(), now: NOW },
        'newest',
      ).finding.reason
    const [few, many] = [attached(2), attached(20)]
    expect([reason(few), reason(many), reason(many.toReversed()), reason(few)]).toEqual([
      'verified',
      'over-limit',
      'over-limit',
      'verified',
    ])
  })

  it('of another type or another signer counts for nothing', () => {
    const stranger = { ...WORKFLOW, subject: 'https://github.com/evil/app' }
    const policy = cel('predicate.ok')
    expect(judge({ policy }, [good(WORKFLOW, attestation(SLSA, { ok: true }))]).reason).toBe('no-matching-attestation')
    expect(judge({ policy }, [says({ ok: true }, stranger)]).reason).toBe('identity-mismatch')
    expect(judge({ policy }, [says({ ok: true }), says({ ok: false }, { ...stranger, signedAt: '2027' })]).met).toBe(
      true,
    )
  })
})

it('comes out the same whatever the order', () => {
  const claim = fc
    .tuple(fc.boolean(), fc.integer({ min: 1, max: 9 }))
    .map(([value, day]) => says({ ok: value }, signedAt(`2026-11-0${day}T00:00:00.000Z`)))
  fc.assert(
    fc.property(
      fc.array(claim, { maxLength: 6 }),
      fc.constantFrom('newest' as const, 'one' as const),
      (claims, counts) => {
        const [one, other] = [claims, claims.toReversed()].map((list) =>
          judge({ policy: cel('predicate.ok') }, list, counts),
        )
        expect([one!.met, one!.reason]).toEqual([other!.met, other!.reason])
      },
    ),
  )
})
