import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { randomOf } from '../hostile/random.ts'
import { KINDS, type Loss } from './losses.ts'
import { median, newRound, PHASES, settle, startAndKill, type Tally } from './round.ts'

// npm run test:kill -- [--kills 300] [--every 20] [--seed 1]: kills the local stack by SIGKILL while it starts, takes pushes or
// works them off, and starts it again on the same data. After every so many kills it may finish: nothing that was answered may be lost.

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '300' },
    every: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
  },
})
const [kills, every, seed] = [Number(values.kills), Number(values.every), Number(values.seed)]
const SHOWN = 20

const begun = performance.now()
const tally: Tally = { kills: { start: 0, load: 0, drain: 0 }, starts: [], gaveUp: 0, toldAgain: 0 }
const total = { answered: 0, unanswered: 0, images: 0 }
const losses: Loss[] = []
for (let kill = 0; kill < kills; ) {
  const folder = await mkdtemp(join(tmpdir(), 'assay-kill-'))
  const round = await newRound(folder)
  for (const end = Math.min(kills, kill + every); kill < end; kill++) {
    await startAndKill(round, randomOf(seed, kill), tally)
  }
  const found = await settle(round, tally)
  losses.push(...found)
  const { counts, tags } = round.ledger
  total.answered += counts.answered
  total.unanswered += counts.unanswered
  total.images += tags.reduce((sum, { entries }) => sum + entries.length, 0)
  console.error(`${kill} kills, ${total.answered} pushes answered, ${losses.length} lost`)
  if (found.length === 0) await rm(folder, { recursive: true })
  else console.error(`kept: ${folder}`)
}

const lost = (kind: Loss['kind']) => losses.filter((loss) => loss.kind === kind).length
const figures: readonly (readonly [number, string])[] = [
  [kills, `kills: ${PHASES.map((phase) => `${tally.kills[phase]} in ${phase}`).join(', ')}`],
  [median(tally.starts) ?? 0, 'milliseconds a start takes, median'],
  [tally.gaveUp, 'starts that gave up, the machine being too busy'],
  [total.answered, 'pushes answered, of images and of signatures'],
  [total.unanswered, 'pushes that a kill left unanswered'],
  [total.images, 'images judged'],
  [tally.toldAgain, 'alerts that an image failed, beyond one for each'],
  ...KINDS.map((kind) => [lost(kind), `lost: ${kind}`] as const),
]
console.log(`seed ${seed}, ${Math.round((performance.now() - begun) / 1000)} s`)
for (const [figure, name] of figures) console.log(`${String(figure).padStart(8)}  ${name}`)
for (const { kind, what } of losses.slice(0, SHOWN)) console.log(`LOST ${kind}: ${what}`)
// The rule of three: what was not seen in n trials happens in at most 3 of n, at 95 %
if (losses.length === 0) console.log(`a kill loses something in at most ${(300 / kills).toFixed(2)} % of cases (95 %)`)
process.exitCode = losses.length === 0 ? 0 : 1
