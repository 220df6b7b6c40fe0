import { type Explored, explore } from './explore.ts'
import { initialOf } from './initial.ts'
import type { Situation } from './situation.ts'
import type { State } from './state.ts'
import { newSteps, type Steps } from './step.ts'
import { traceOf } from './trace.ts'
import { walk } from './walk.ts'

/** What came of looking at a situation. `seconds` of a processor. */
export type Report = Omit<Explored, 'found'> & {
  readonly seconds: number
  readonly violation?: { readonly message: string; readonly trace: readonly string[] }
}
export type Walks = { readonly count: number; readonly seed: number }

/** What is remembered is forgotten after so many walks: they have little in common. */
const TOGETHER = 50

/** Every state of a situation, as long as there are no more than `most`. */
export function exploreSituation(situation: Situation, most: number): Promise<Report> {
  return timed(() => examine(situation, (steps, initial) => explore(steps, situation, initial, most)))
}

/** Random walks through a situation: the same ones for the same seed. */
export function walkSituation(situation: Situation, { count, seed }: Walks): Promise<Report> {
  return timed(async () => {
    let sum: Omit<Report, 'seconds'> = { states: 0, transitions: 0, runs: 0, endings: 0, exhausted: false }
    for (let first = 0; first < count && sum.violation === undefined; first += TOGETHER) {
      const numbers = Array.from({ length: Math.min(TOGETHER, count - first) }, (_, n) => seed + first + n)
      const some = await examine(situation, (steps, initial) => walkEach(steps, situation, initial, numbers))
      sum = { ...added(sum, some), ...(some.violation && { violation: some.violation }) }
    }
    return sum
  })
}

async function walkEach(
  steps: Steps,
  situation: Situation,
  initial: State,
  seeds: readonly number[],
): Promise<Explored> {
  let sum: Explored = { states: 0, transitions: 0, runs: 0, endings: 0, exhausted: false }
  for (const seed of seeds) {
    const walked = await walk(steps, situation, initial, seed)
    sum = { ...added(sum, walked), runs: steps.threads.counts.played }
    if (walked.found) return { ...sum, found: walked.found }
  }
  return sum
}

function added<Counts extends Omit<Explored, 'found'>>(sum: Counts, more: Omit<Explored, 'found'>): Counts {
  return {
    ...sum,
    states: sum.states + more.states,
    transitions: sum.transitions + more.transitions,
    runs: sum.runs + more.runs,
    endings: sum.endings + more.endings,
  }
}

type Look = (steps: Steps, initial: State) => Promise<Explored>

async function examine(situation: Situation, look: Look): Promise<Omit<Report, 'seconds'>> {
  const steps = newSteps(situation)
  const initial = await initialOf(steps, situation)
  const { found, ...counts } = await look(steps, initial)
  if (found === undefined) return counts
  const trace = await traceOf(steps, situation, initial, found.actions)
  return { ...counts, violation: { message: found.violation.message, trace } }
}

async function timed(look: () => Promise<Omit<Report, 'seconds'>>): Promise<Report> {
  const before = process.threadCpuUsage()
  const report = await look()
  const { user, system } = process.threadCpuUsage(before)
  return { ...report, seconds: (user + system) / 1e6 }
}
