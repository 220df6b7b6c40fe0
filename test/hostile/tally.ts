import type { Corpus } from './corpus.ts'
import { judge } from './judge.ts'
import { makeMutant } from './make-mutant.ts'
import type { Mutant } from './mutant.ts'

/** What came of some of the mutants of a run. Milliseconds are CPU time of this thread, of reading and judging alone. */
export type Tally = {
  readonly outcomes: Record<string, number>
  readonly fields: Record<string, number>
  readonly problems: { index: number; what: string; mutant: Mutant }[]
  slowest: { index: number; milliseconds: number; what: string }
  judged: number
}

export const MAX_MILLISECONDS = 1000

export function emptyTally(): Tally {
  return { outcomes: {}, fields: {}, problems: [], slowest: { index: -1, milliseconds: 0, what: '' }, judged: 0 }
}

/** Makes and judges one mutant. With `timed`, one that takes too long is a problem. */
export function judgeOne(corpus: Corpus, seed: number, index: number, tally: Tally, timed: boolean): void {
  const mutant = makeMutant(corpus, seed, index)
  const before = process.threadCpuUsage()
  const { outcome, problem, fields = [] } = judge(corpus, mutant)
  const { user, system } = process.threadCpuUsage(before)
  const milliseconds = (user + system) / 1000
  const what = `${mutant.kind} of "${mutant.specimen.name}"`
  add(tally.outcomes, `${mutant.kind}: ${outcome}`)
  for (const field of fields) add(tally.fields, field)
  if (problem !== undefined) tally.problems.push({ index, what: `${what}: ${problem}`, mutant })
  if (timed && milliseconds > MAX_MILLISECONDS) {
    tally.problems.push({ index, what: `${what}: ${milliseconds.toFixed(0)} ms`, mutant })
  }
  if (milliseconds > tally.slowest.milliseconds) tally.slowest = { index, milliseconds, what: `${what}: ${outcome}` }
  tally.judged++
}

/** All of several tallies. */
export function merge(tallies: readonly Tally[]): Tally {
  const all = emptyTally()
  for (const { outcomes, fields, problems, slowest, judged } of tallies) {
    for (const [key, count] of Object.entries(outcomes)) add(all.outcomes, key, count)
    for (const [key, count] of Object.entries(fields)) add(all.fields, key, count)
    all.problems.push(...problems)
    if (slowest.milliseconds > all.slowest.milliseconds) all.slowest = slowest
    all.judged += judged
  }
  return all
}

function add(counts: Record<string, number>, key: string, more = 1): void {
  counts[key] = (counts[key] ?? 0) + more
}
