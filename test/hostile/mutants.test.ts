import { describe, expect, it } from 'vitest'
import { newCorpus } from './corpus.ts'
import { judge, originalOf } from './judge.ts'
import { makeMutant } from './make-mutant.ts'
import { KINDS, type Mutant } from './mutant.ts'
import { emptyTally, judgeOne } from './tally.ts'
import { isUnauthenticated } from './unauthenticated.ts'

const SEED = 20260301
/** Of each kind. */
const SAMPLE = 80
const corpus = newCorpus()
const good = [...corpus.bundles, ...corpus.layers]

describe('mutants of good evidence', () => {
  it.each(good.map((specimen) => [specimen.name, specimen] as const))('%s is good before', (_, specimen) => {
    expect(originalOf(corpus, specimen)).toMatchObject({ ok: true })
  })

  it.each(KINDS)('of kind "%s" are turned away with a reason, or prove only what was signed', (kind) => {
    const tally = emptyTally()
    for (let round = 0; round < SAMPLE; round++) {
      judgeOne(corpus, SEED, round * KINDS.length + KINDS.indexOf(kind), tally, false)
    }
    expect(tally.problems.map(({ index, what }) => `${index}: ${what}`)).toEqual([])
    expect(tally.judged).toBe(SAMPLE)
    // Not all of them end at the first check
    expect(Object.keys(tally.outcomes).length).toBeGreaterThan(2)
  })

  it('are the same ones again from the same seed', () => {
    for (let index = 0; index < KINDS.length; index++) {
      // Certificates issued and entries logged anew are signed anew
      if (index >= KINDS.indexOf('signed payload')) continue
      expect(makeMutant(corpus, SEED, index)).toEqual(makeMutant(corpus, SEED, index))
    }
  })
})

describe('the judge of mutants', () => {
  const named = (name: string) => good.find((specimen) => specimen.name === name)!
  const signature = named('key, no log asked')
  const attestation = named('key, logged')
  const spoiled = (change: object): Mutant['input'] => {
    const bytes = signature.input.carrier === 'bundle' ? signature.input.bytes : Buffer.of()
    return { carrier: 'bundle', bytes: Buffer.from(JSON.stringify({ ...JSON.parse(bytes.toString()), ...change })) }
  }

  it('lets a yes stand where only a key that nobody reads was added', () => {
    const judged = judge(corpus, { kind: 'bundle', specimen: signature, input: spoiled({ extra: 1 }) })
    expect(judged).toEqual({ outcome: 'verified', fields: [' (more)'], proof: originalOf(corpus, signature) })
  })

  it('calls it a problem where evidence under another name says other things, or was no evidence', () => {
    // As if the attestation were a mutant of a signature by the same key
    const byTheSameKey = { ...signature, demand: attestation.demand }
    const judged = judge(corpus, { kind: 'bundle', specimen: byTheSameKey, input: attestation.input })
    expect(judged.problem).toMatch(/not good to begin with/)
    const atNoTime = { ...attestation, times: [] }
    expect(judge(corpus, { kind: 'bundle', specimen: atNoTime, input: attestation.input }).problem).toMatch(
      /another time/,
    )
  })

  it('calls a yes a problem where a field that counts differs', () => {
    const specimen = { ...attestation, input: { carrier: 'bundle', bytes: Buffer.from('{}') } } as const
    expect(judge(corpus, { kind: 'bundle', specimen, input: attestation.input }).problem).toMatch(/not good/)
    expect(isUnauthenticated('.dsseEnvelope.payload', { kind: 'bundle', specimen, input: attestation.input })).toBe(
      false,
    )
    expect(
      isUnauthenticated('.dsseEnvelope.signatures[].keyid', { kind: 'bundle', specimen, input: attestation.input }),
    ).toBe(true)
  })
})
