import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { examine } from './examine.ts'
import { exploreSituation, walkSituation } from './examine-situation.ts'
import { PAIRS, PRODUCT } from './situations.ts'
import { VARIANTS } from './variants.ts'

// A sample of npm run model

/** Pairs that have few states. */
const SMALL = [
  'late signature x duplicate',
  'late signature x lost event',
  'late signature x release',
  'crash x lost event',
  'crash x release',
  'two workers x release',
]

describe('the model', () => {
  it('is made of every pair of its traits', () => {
    expect(new Set(PAIRS.map(({ name }) => name)).size).toBe(55)
    expect(PAIRS.map(({ name }) => name)).toEqual(expect.arrayContaining(SMALL))
  })

  it.each(PAIRS.filter(({ name }) => SMALL.includes(name)))(
    '$name: every interleaving keeps every rule',
    async (pair) => {
      const report = await exploreSituation(pair, 10_000)
      expect(report.violation).toBeUndefined()
      expect(report).toMatchObject({ exhausted: true })
      expect(report.endings).toBeGreaterThan(5)
    },
  )

  it('keeps every rule on random walks through all of it', async () => {
    const report = await walkSituation(PRODUCT, { count: 40, seed: 1 })
    expect(report.violation).toBeUndefined()
    expect(report.endings).toBe(40)
  })

  it('knows the code it edits', () => {
    const edits = VARIANTS.flatMap((variant) => variant.edits)
    const times = edits.map(({ file, from }) => [from, readFileSync(file, 'utf8').split(from).length - 1])
    expect(times.filter(([, found]) => found !== 1)).toEqual([])
  })

  it.each(VARIANTS.filter(({ rule }) => rule === 'rule 5' || rule === 'rule 9'))(
    'finds that $without',
    async ({ edits, situation, without }) => {
      const { violation } = await examine({ situation: { name: without, ...situation }, edits, most: 10_000 })
      expect(violation?.trace.length).toBeGreaterThan(10)
    },
  )
})
