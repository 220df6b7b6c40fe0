import { describe, expect, it } from 'vitest'
import { judge } from './judge.ts'
import { makeMutant } from './make-mutant.ts'
import { samples } from './samples.ts'

const SEED = 20261126
const SAMPLE = 400
const from = samples()

describe('mutants of policy files', () => {
  it('come of files that are good', () => {
    expect(from.map((text) => judge(text))).toEqual(from.map(() => ({ outcome: 'accepted' })))
    expect(from.length).toBeGreaterThan(5)
  })

  it('are refused with a place, or accepted, and never a crash', () => {
    const judged = Array.from({ length: SAMPLE }, (_, index) => ({ index, ...judge(makeMutant(from, SEED, index)) }))
    expect(judged.filter(({ problem }) => problem !== undefined)).toEqual([])
    expect(new Set(judged.map(({ outcome }) => outcome))).toEqual(new Set(['accepted', 'refused']))
  })
})
