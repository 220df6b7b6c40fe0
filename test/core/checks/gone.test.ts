import { expect, it } from 'vitest'
import { flagGone } from '../../../lambda/core/checks/gone.ts'
import type { Verdict } from '../../../lambda/core/verdict.ts'

const verdict: Verdict = {
  outcome: 'verified',
  policies: [],
  checks: [],
  signers: [],
  policyHash: 'p',
  badSignature: false,
}
const digests = (count: number) =>
  Array.from({ length: count }, (_, n) => `sha256:${String(n).padStart(64, 'a')}` as const)

it('leaves a verdict as it is where nothing is gone', () => {
  expect([flagGone(verdict), flagGone(verdict, [])]).toEqual([verdict, verdict])
})

it.each([
  [1, 'sha256:aaaaaaaaaaaa'],
  [3, 'sha256:aaaaaaaaaaaa, sha256:aaaaaaaaaaaa, sha256:aaaaaaaaaaaa'],
  [1000, 'sha256:aaaaaaaaaaaa, sha256:aaaaaaaaaaaa, sha256:aaaaaaaaaaaa and 997 more'],
])('tells of %d manifests that are gone, before all else, and names few', (count, named) => {
  const message = `no longer in the registry; the kept copy counts: ${named}`
  const other = { name: 'p/key', outcome: 'pass', reason: 'verified', message: '' } as const
  expect(flagGone({ ...verdict, checks: [other] }, digests(count)).checks).toEqual([
    { name: 'evidence', outcome: 'warn', reason: 'evidence-removed', message },
    other,
  ])
})
