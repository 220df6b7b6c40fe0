import { describe, expect, it, test } from 'vitest'
import { decide } from '../../../lambda/core/decide.ts'
import type { Authenticated, ImageConfig, PlatformClaims } from '../../../lambda/core/evidence.ts'
import type { Authority, Policy } from '../../../lambda/core/policy/policy.ts'
import { attestation, bad, byKey, byWorkflow, evidence, good, KEY, NOW, policy, SPDX } from '../claims.ts'
import { digest } from '../records.ts'

const BEYOND: Authority = { kind: 'beyond', name: 'beyond', why: 'not at hand' }
const SBOM = byKey({ name: 'sbom', attestations: [{ name: 'spdx', predicateType: SPDX }] })
const CONFIG: Partial<Policy> = { config: [{ cel: { language: 'cel', text: 'config.ok' }, message: 'no' }] }
const config = (ok: boolean): ImageConfig => ({ platform: 'linux', json: { ok } })
const TOO_LARGE: ImageConfig = { fault: 'too large', reason: 'over-limit' }
const unread = bad('over-limit')

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
    expect(judge(asking(OK), claims)).toMatchObject({ outcome: 'rejected', undecided: { reason: 'over-limit' } })
    expect(judge(asking(OK), claims.slice(0, 1)).outcome).toBe('verified')
  })

  it('is enough where nothing is asked of it, or any one suffices', () => {
    expect(judge(asking({}), claims).outcome).toBe('verified')
    expect(judge([{ ...asking(OK)[0]!, kind: 'ClusterImagePolicy' }], claims).outcome).toBe('verified')
  })
})
