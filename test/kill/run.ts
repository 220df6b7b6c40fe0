import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { demoPolicies } from '../../local/demo/policies.ts'
import { generateKeys } from '../../local/signing/key.ts'
import { type Random, randomOf } from '../hostile/random.ts'
import { freePorts } from './free-ports.ts'
import { type Ledger, newLedger } from './ledger.ts'
import { advance, load, type Target } from './load.ts'
import { findLosses, KINDS, type Loss } from './losses.ts'
import { type StackProcess, spawnStack } from './stack-process.ts'

// npm run test:kill -- [--kills 300] [--every 25] [--seed 1]: kills the local stack by SIGKILL while it starts, takes pushes or
// works them off, and starts it again on the same data. After every so many kills it may finish; nothing that was answered may be lost.

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '300' },
    every: { type: 'string', default: '25' },
    seed: { type: 'string', default: '1' },
  },
})
const [kills, every, seed] = [Number(values.kills), Number(values.every), Number(values.seed)]
const PHASES = ['start', 'load', 'drain'] as const
/** Milliseconds within which the kill falls, once the phase has begun. */
const WITHIN = { load: 1500, drain: 3500 }
/** Milliseconds of load before a drain. */
const LOAD = 400
/** As policies write it: short, so that deadlines come between two kills. */
const GRACE = '2s'
/** Milliseconds the first start is taken to last. */
const FIRST_START = 1000
/** At the end: how often is looked, how many seconds of the stack's time lie between, and milliseconds of ours. */
const [LOOKS, STEP, SETTLING] = [40, 1000, 500]
const SHOWN = 20
const MAX_GIVEN_UP = 50
const keys = generateKeys()

type Round = { readonly env: Readonly<Record<string, string>>; readonly target: Target; readonly ledger: Ledger }
type Done = { readonly kills: Record<(typeof PHASES)[number], number>; readonly starts: number[]; gaveUp: number }

async function newRound(folder: string): Promise<Round> {
  const policies = join(folder, 'policies')
  await mkdir(policies)
  await writeFile(join(policies, 'kill.yaml'), demoPolicies(keys.publicKey, GRACE))
  const [api, registry] = await freePorts(2)
  return {
    env: {
      ASSAY_API_PORT: String(api),
      ASSAY_REGISTRY_PORT: String(registry),
      ASSAY_DATA: join(folder, 'data'),
      ASSAY_POLICIES: policies,
      ASSAY_SAMPLES: '0',
    },
    target: { registry: `http://127.0.0.1:${registry}`, api: `http://127.0.0.1:${api}`, privateKey: keys.privateKey },
    ledger: newLedger(),
  }
}

/** Starts the stack, kills it at a moment that the choices say, and is done when it is gone. */
async function startAndKill({ env, target, ledger }: Round, random: Random, done: Done): Promise<void> {
  const phase = random.pick(PHASES)
  if (phase === 'start') {
    const stack = spawnStack(env)
    await pause(random.below(median(done.starts) ?? FIRST_START))
    await stack.kill()
  } else {
    const moment = random.below(WITHIN[phase])
    const stack = await started(env, done)
    const stop = new AbortController()
    const loading = load(target, ledger, random, stop.signal)
    await pause(phase === 'load' ? moment : LOAD)
    stop.abort()
    if (phase === 'drain') {
      await loading
      await pause(moment)
    }
    await stack.kill()
    await loading
  }
  done.kills[phase]++
}

/** A stack that answers. One that gave up is started again: functions that load for ten seconds are ended, as on AWS. */
async function started(env: Round['env'], done: Done): Promise<StackProcess> {
  for (;;) {
    const began = performance.now()
    const stack = spawnStack(env)
    try {
      await stack.ready
      done.starts.push(Math.round(performance.now() - began))
      return stack
    } catch (error) {
      if (!/Task timed out|healthz is 503/.test(String(error)) || ++done.gaveUp > MAX_GIVEN_UP) throw error
    }
  }
}

function median(numbers: readonly number[]): number | undefined {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]
}

/** Lets the stack finish: what is still lost when time no longer changes it. */
async function settle({ env, target, ledger }: Round, done: Done): Promise<readonly Loss[]> {
  const stack = await started(env, done)
  let losses: readonly Loss[] = []
  let same = 0
  for (let look = 0; look < LOOKS && same < 2; look++) {
    await advance(target.api, STEP)
    await pause(SETTLING)
    losses = await findLosses(target, ledger)
    same = losses.length === 0 ? same + 1 : 0
  }
  await stack.kill()
  return losses
}

const begun = performance.now()
const done: Done = { kills: { start: 0, load: 0, drain: 0 }, starts: [], gaveUp: 0 }
const total = { answered: 0, unanswered: 0, images: 0 }
const losses: Loss[] = []
for (let kill = 0; kill < kills; ) {
  const folder = await mkdtemp(join(tmpdir(), 'assay-kill-'))
  const round = await newRound(folder)
  for (const end = Math.min(kills, kill + every); kill < end; kill++) {
    await startAndKill(round, randomOf(seed, kill), done)
  }
  const found = await settle(round, done)
  losses.push(...found)
  const { counts, tags } = round.ledger
  total.answered += counts.answered
  total.unanswered += counts.unanswered
  total.images += tags.reduce((sum, { entries }) => sum + entries.length, 0)
  console.error(`${kill} kills, ${total.answered} pushes answered, ${losses.length} lost`)
  if (found.length === 0) await rm(folder, { recursive: true })
  else console.error(`kept: ${folder}`)
}
report()

function report(): void {
  const line = (name: string, figure: number | string) => console.log(`${String(figure).padStart(8)}  ${name}`)
  const seconds = Math.round((performance.now() - begun) / 1000)
  console.log(`seed ${seed}, ${seconds} s`)
  line(`kills: ${PHASES.map((phase) => `${done.kills[phase]} in ${phase}`).join(', ')}`, kills)
  line('milliseconds a start takes, median', median(done.starts) ?? 0)
  line('starts that gave up, the machine being too busy', done.gaveUp)
  line('pushes answered', total.answered)
  line('pushes a kill left unanswered', total.unanswered)
  line('images judged', total.images)
  for (const kind of KINDS) line(`lost: ${kind}`, losses.filter((loss) => loss.kind === kind).length)
  for (const { kind, what } of losses.slice(0, SHOWN)) console.log(`LOST ${kind}: ${what}`)
  // The rule of three: what was never seen in n trials happens in at most 3 of n, at 95 %
  if (losses.length === 0)
    console.log(`a kill loses something in at most ${(300 / kills).toFixed(2)} % of cases (95 %)`)
  process.exitCode = losses.length === 0 ? 0 : 1
}
