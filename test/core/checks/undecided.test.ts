import { describe, expect, it, test } from 'vitest'
import { decide } from '../../../lambda/core/decide.ts'
import type { Authenticated, ImageConfig, PlatformClaims, Proof } from '../../../lambda/core/evidence.ts'
import type { Authority, Policy } from '../../../lambda/core/policy/policy.ts'
import { attestation, bad, byKey, byWorkflow, evidence, good, KEY, NOW, policy, SPDX, withStatic } from '../claims.ts'
import { digest } from '../records.ts'

const BEYOND: Authority = { kind: 'beyond', name: 'beyond', why: 'not at hand' }
const SBOM = byKey({ name: 'sbom', attestations: [{ name: 'spdx', predicateType: SPDX }] })
const CONFIG: Partial<Policy> = { config: [{ cel: { language: 'cel', text: 'config.ok' }, message: 'no' }] }
const config = (ok: boolean): ImageConfig => ({ platform: 'linux', json: { ok } })
const TOO_LARGE: ImageConfig = { fault: 'too large', reason: 'over-limit' }
/** Over a limit by what it is made of: nobody signs such things. */
const odd = bad('over-limit')
/** Not looked into: it may be anything. */
const unread: Authenticated = {
  ...odd,
  claim: { ...odd.claim, content: { kind: 'unreadable', fault: 'over-limit', detail: 'too many', unread: true } },
}
/** By this very signer, and more than is read of a statement. */
const signed: Authenticated = {
  ...odd,
  proofs: new Map([...odd.proofs].map(([id, proof]) => [id, { ...proof, signed: true } as Proof])),
}

function judge(policies: readonly Policy[], claims: readonly Authenticated[], its: ImageConfig = config(true)) {
  const named = policies.map((one, at) => ({ ...one, name: `p${at}` }))
  return decide(named, { evidence: evidence({ config: its }), claims, now: NOW }, 'h')
}

type Row = [what: string, policies: readonly Policy[], claims: readonly Authenticated[], its: ImageConfig | undefined]

describe('a no counts for nothing', () => {
  test.each<Row>([
    ['where what was not read might be a good signature', [policy([byKey()])], [unread], undefined],
    ['or an authority cannot be asked', [policy([byKey(), BEYOND])], [], undefined],
    ['or the image config was not read', [policy([byKey()], CONFIG)], [good()], TOO_LARGE],
    ['in every policy that is missed', [policy([byKey()]), policy([BEYOND])], [unread], undefined],
    [
      'whatever a policy says that warns',
      [policy([byKey()]), policy([byWorkflow()], { mode: 'warn' })],
      [unread],
      undefined,
    ],
  ])('%s', (_, policies, claims, its) => {
    const { outcome, undecided } = judge(policies, claims, its)
    expect(outcome).toBe('rejected')
    expect(undecided).toBeDefined()
  })
})

it('where all are asked for, one that is missed for good is enough', () => {
  const all = (...authorities: readonly Authority[]) => [policy(authorities, { require: 'all' })]
  expect(judge(all(withStatic('fail'), byKey()), [unread]).undecided).toBeUndefined()
  expect(judge(all(byKey(), byWorkflow()), [unread]).undecided).toBeDefined()
  const elsewhere = byWorkflow({ source: { tagPrefix: 'elsewhere' } })
  expect(judge(all(byKey(), elsewhere), [unread]).undecided).toBeUndefined()
})

describe('a no stands', () => {
  test.each<Row>([
    ['where all was read', [policy([byKey()])], [bad()], undefined],
    [
      'where the image config is not as asked, whatever was not read',
      [policy([byKey()], CONFIG)],
      [unread],
      config(false),
    ],
    ['where nobody signed, whatever the image config says', [policy([byKey()], CONFIG)], [], TOO_LARGE],
    ['where one policy is missed whatever was not read', [policy([BEYOND]), policy([byWorkflow()])], [], undefined],
    [
      'where only a policy that warns cannot be judged',
      [policy([byKey()]), policy([BEYOND], { mode: 'warn' })],
      [],
      undefined,
    ],
  ])('%s', (_, policies, claims, its) => {
    const { outcome, undecided } = judge(policies, claims, its)
    expect(outcome).toBe('rejected')
    expect(undecided).toBeUndefined()
  })

  it('where what was not read lies on platforms that nobody asks', () => {
    const on: PlatformClaims = { platform: 'linux/amd64', digest: digest(5), claims: [unread] }
    const problem: PlatformClaims = { ...on, claims: [], problem: { reason: 'over-limit', detail: 'too many' } }
    const ask = (asked: Policy, platform: PlatformClaims) =>
      decide([asked], { evidence: evidence({ children: [] }), claims: [], platforms: [platform], now: NOW }, 'h')
        .undecided
    for (const one of [on, problem]) {
      expect(ask(policy([byKey()]), one)).toBeUndefined()
      expect(ask(policy([SBOM]), one)).toBeDefined()
      expect(ask(policy([byKey()], { platforms: 'each' }), one)).toBeDefined()
    }
  })
})

it('a yes needs no reason', () => {
  expect(judge([policy([byKey(), BEYOND])], [good(), unread])).not.toHaveProperty('undecided')
  expect(judge([policy([byKey()], { mode: 'warn' })], [unread])).not.toHaveProperty('undecided')
})

describe('what an attestation says, where the newest counts', () => {
  const asking = (fields: object) => [
    policy([byKey({ attestations: [{ name: 'spdx', predicateType: SPDX, ...fields }] })]),
  ]
  const OK = { policy: { language: 'cel', text: 'predicate.ok' } }
  const claims = [good(KEY, attestation(SPDX, { ok: true })), unread]

  it('is open where something was not read, that might be newer', () => {
    for (const newer of [unread, signed]) {
      const verdict = judge(asking(OK), [...claims.slice(0, 1), newer])
      expect(verdict).toMatchObject({ outcome: 'rejected', undecided: { reason: 'over-limit' } })
    }
    expect(judge(asking(OK), claims.slice(0, 1)).outcome).toBe('verified')
  })

  it('is not open for junk that no signer makes', () => {
    expect(judge(asking(OK), [...claims.slice(0, 1), odd]).outcome).toBe('verified')
    expect(judge(asking(OK), [odd]).undecided).toBeDefined()
  })

  it('is open, too, where a policy asks about all that matched', () => {
    const whole = (text: string, kind: Policy['kind'] = 'VerificationPolicy') => [
      policy([byKey({ attestations: [{ name: 'spdx', predicateType: SPDX }] })], {
        kind,
        policy: { language: 'cel', text, withConfig: false },
      }),
    ]
    expect(judge(whole('true'), claims)).toMatchObject({ outcome: 'rejected', undecided: { reason: 'over-limit' } })
    expect(judge(whole('false'), claims).undecided).toBeDefined()
    expect(judge(whole('true', 'ClusterImagePolicy'), claims).outcome).toBe('verified')
    expect(judge(whole('false', 'ClusterImagePolicy'), claims).undecided).toBeDefined()
    expect(judge(whole('false', 'ClusterImagePolicy'), claims.slice(0, 1)).undecided).toBeUndefined()
  })

  it('is enough where nothing is asked of it, or any one suffices', () => {
    expect(judge(asking({}), claims).outcome).toBe('verified')
    expect(judge([{ ...asking(OK)[0]!, kind: 'ClusterImagePolicy' }], claims).outcome).toBe('verified')
  })
})
