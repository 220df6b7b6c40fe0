import { parseArgs } from 'node:util'
import { judge } from './judge.ts'
import { makeMutant } from './make-mutant.ts'
import { samples } from './samples.ts'

// npm run test:policy-mutants -- [--count 10000] [--seed 1] [--only INDEX]: policy files made from good ones. Each must be refused with
// the place of its mistakes, or be accepted and judge whatever there is; none may throw, none may take a second.

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
})
const seed = Number(values.seed)
const from = samples()
const indexes =
  values.only === undefined ? Array.from({ length: Number(values.count) }, (_, index) => index) : [Number(values.only)]
const tally = { accepted: 0, refused: 0, failed: 0 }
let slowest = { milliseconds: 0, index: 0 }

for (const index of indexes) {
  const text = makeMutant(from, seed, index)
  if (values.only !== undefined) console.log(text)
  const started = process.cpuUsage()
  const problem = problemWith(text)
  const { user, system } = process.cpuUsage(started)
  const milliseconds = (user + system) / 1000
  if (milliseconds > slowest.milliseconds) slowest = { milliseconds, index }
  const told = problem ?? (milliseconds > 1000 ? `took ${milliseconds.toFixed(0)} ms of CPU` : undefined)
  if (told === undefined) continue
  tally.failed++
  console.log(`FAILED --seed ${seed} --only ${index}: ${told}`)
}
console.log(
  `${indexes.length} mutants of seed ${seed} from ${from.length} files: ${tally.refused} refused, ${tally.accepted} accepted, ${tally.failed} failed`,
)
console.log(`slowest: ${slowest.milliseconds.toFixed(0)} ms of CPU, mutant ${slowest.index}`)
process.exitCode = tally.failed === 0 && tally.refused > 0 && (tally.accepted > 0 || values.only !== undefined) ? 0 : 1

function problemWith(text: string): string | undefined {
  try {
    const { outcome, problem } = judge(text)
    tally[outcome]++
    return problem
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
}
