import { describe, expect, it } from 'vitest'
import type { PlatformBase } from '../../../lambda/core/bases/base-evidence.ts'
import { baseFacts } from '../../../lambda/core/bases/base-facts.ts'
import { digest } from '../records.ts'
import { ALIKE, base, chain, platform, REPLACED, TAMPERED } from './found.ts'

const claim = (outcome: 'asked' | 'false' | 'holds' | 'unknown' | 'unrelated') =>
  ({ from: 'f', image: 'cgr.dev/chainguard/node', outcome, detail: 'd' }) as const
const vouchedBy = (...names: string[]) => base(2, { vouched: names })
const UNKNOWN = { unknown: 'layer 4: too large' }

const CASES: readonly (readonly [what: string, platform: PlatformBase, facts: object])[] = [
  [
    'all of it is good',
    platform([chain(3)]),
    {
      rung: 'fresh',
      proof: 'layers',
      signature: 'verified',
      intact: 'yes',
      current: 'yes',
      digest: digest(3),
      by: ['chainguard'],
      layers: { base: 3, above: 2 },
    },
  ],
  [
    'a file of the base was overwritten',
    platform([chain(3, [base(3)], { changes: { chainguard: TAMPERED } })]),
    { rung: 'proved', signature: 'verified', intact: 'no', current: 'yes' },
  ],
  [
    'what lies above was not read',
    platform([chain(3, [base(3)], { changes: { chainguard: UNKNOWN } })]),
    { rung: 'verified', intact: 'unknown', current: 'yes' },
  ],
  [
    'it was replaced',
    platform([chain(3, [base(3, REPLACED)])]),
    { rung: 'verified', intact: 'yes', current: 'no', replaced: REPLACED.tags[0].replaced },
  ],
  [
    'none of its tags is known',
    platform([chain(3, [base(3, { tags: [] })])]),
    { rung: 'verified', current: 'unknown' },
  ],
  [
    'its tags are gone',
    platform([chain(3, [base(3, { tags: [{ tag: 'v1', now: false }] })])]),
    { rung: 'verified', current: 'unknown' },
  ],
  [
    'one of its tags was replaced, and another not',
    platform([chain(3, [base(3, { tags: [{ tag: '20', now: true }, ...REPLACED.tags] })])]),
    { current: 'no' },
  ],
  [
    'nobody vouches for it',
    platform([chain(3, [base(3, { vouched: [] })])]),
    { rung: 'proved', proof: 'layers', signature: 'unverified', intact: 'unknown', digest: digest(3) },
  ],
  [
    'the longest that is vouched for counts',
    platform([chain(4, [base(4, { vouched: [] })]), chain(3), chain(2)]),
    { rung: 'fresh', digest: digest(3), beneath: [104, 103, 102].map(digest) },
  ],
  [
    'the longest that is proved counts',
    platform([chain(4, [base(4)], { proved: { why: 'too large' } }), chain(2)]),
    { rung: 'fresh', digest: digest(2), beneath: [digest(102)] },
  ],
  [
    'only what is not proved is there',
    platform([chain(4, [base(4)], { proved: { why: 'too large' } })]),
    { rung: 'claimed', proof: 'claimed', signature: 'none', message: 'too large' },
  ],
  [
    'of two with the same layers the one counts that was replaced: a copy makes it no more current',
    platform([chain(2, [base(5, REPLACED), base(6)])]),
    { rung: 'verified', current: 'no', digest: digest(5) },
  ],
  [
    'of two with the same layers the newer one counts, which took the place of the other',
    platform([chain(2, [base(5, ALIKE), base(6, { existedAt: '2026-11-22T00:00:00.000Z' })])]),
    { rung: 'fresh', current: 'yes', digest: digest(6) },
  ],
  [
    'of two current ones the newer counts',
    platform([chain(2, [base(5), base(6, { existedAt: '2026-11-22T00:00:00.000Z' })])]),
    { digest: digest(6) },
  ],
  [
    'the strictest of those who vouch says whether it is intact',
    platform([chain(2, [vouchedBy('a', 'b')], { changes: { a: UNKNOWN, b: TAMPERED } })]),
    { intact: 'no' },
  ],
  [
    'one of those who vouch cannot tell',
    platform([chain(2, [vouchedBy('a', 'b')], { changes: { a: UNKNOWN } })]),
    { intact: 'unknown' },
  ],
  [
    'nothing is known, and one layer',
    platform([], { layers: 1 }),
    {
      rung: 'none',
      proof: 'none',
      signature: 'none',
      message: 'it has a single layer: built from scratch, squashed, or put together at once',
    },
  ],
  [
    'nothing is known, and several layers',
    platform([]),
    { rung: 'none', message: 'none of its 5 layers is where a known base ends' },
  ],
  [
    'it is claimed',
    platform([], { claims: [claim('asked')] }),
    { rung: 'claimed', proof: 'claimed', claims: [claim('asked')] },
  ],
  ['what is claimed is a lie', platform([], { claims: [claim('false')] }), { rung: 'none', proof: 'none' }],
  ['the build used something else', platform([], { claims: [claim('unrelated')] }), { rung: 'none' }],
  [
    'its layers cannot be told',
    platform([chain(3)], { problem: { reason: 'config-missing', detail: 'no config' } }),
    { rung: 'none', proof: 'none', message: 'no config' },
  ],
]

describe('what is known of a base', () => {
  it.each(CASES)('%s', (_, found, facts) => {
    expect(baseFacts({ platforms: [found] })?.platforms).toMatchObject([facts])
    expect(baseFacts({ platforms: [found] })).toMatchObject(facts)
  })

  it('is nothing where nothing could be looked at', () => {
    expect(baseFacts({ platforms: [] })).toBeUndefined()
  })

  it('is that of the weakest platform', () => {
    const [fresh, replaced, tampered] = [CASES[0]![1], CASES[3]![1], CASES[1]![1]]
    const named = [fresh, tampered, replaced].map((one, n) => ({ ...one, platform: `linux/${n}` }))
    const facts = baseFacts({ platforms: named })
    expect(facts).toMatchObject({ rung: 'proved', intact: 'no' })
    expect(facts?.platforms.map(({ rung }) => rung)).toEqual(['fresh', 'proved', 'verified'])
    expect(baseFacts({ platforms: named.filter(({ platform: name }) => name !== 'linux/1') })).toMatchObject({
      rung: 'verified',
      current: 'no',
    })
  })
})
