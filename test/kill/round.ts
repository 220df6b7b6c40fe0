import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { demoPolicies } from '../../local/demo/policies.ts'
import { generateKeys } from '../../local/signing/key.ts'
import type { Random } from '../hostile/random.ts'
import { freePorts } from './free-ports.ts'
import { type Ledger, newLedger } from './ledger.ts'
import { advance, load, type Target } from './load.ts'
import { findLosses, type Loss, toldOf } from './losses.ts'
import { type StackProcess, spawnStack } from './stack-process.ts'

/** One data folder, killed again and again, and what its clients were told. */
export type Round = { readonly env: Readonly<Record<string, string>>; readonly target: Target; readonly ledger: Ledger }

export const PHASES = ['start', 'load', 'drain'] as const

export type Tally = {
  readonly kills: Record<(typeof PHASES)[number], number>
  /** Milliseconds that each start took. */
  readonly starts: number[]
  /** Starts that gave up, the machine being too busy. */
  gaveUp: number
  /** Alerts that an image failed, beyond one for each. */
  toldAgain: number
}

/** Milliseconds within which the kill falls, once the phase has begun; where nothing has started yet, a guess. */
const WITHIN = { start: 1000, load: 1500, drain: 2500 }
/** Milliseconds of load before a drain. */
const LOAD = 400
/** A grace so short that deadlines come between two kills, and no breaker. */
const ENFORCED = 'gracePeriod: 2s\n  breaker: { images: 1000, percent: 100 }'
/** At the end: how often is looked, how many seconds of the stack's time lie between, and milliseconds of ours. */
const [LOOKS, STEP, SETTLING] = [40, 1000, 500]
const MAX_GIVEN_UP = 50

/** A stack that keeps everything in this folder. */
export async function newRound(folder: string): Promise<Round> {
  const policies = join(folder, 'policies')
  const { publicKey, privateKey } = generateKeys()
  await mkdir(policies)
  await writeFile(join(policies, 'kill.yaml'), demoPolicies(publicKey, ENFORCED))
  const [api, registry] = await freePorts(2)
  return {
    env: {
      ASSAY_API_PORT: String(api),
      ASSAY_REGISTRY_PORT: String(registry),
      ASSAY_DATA: join(folder, 'data'),
      ASSAY_POLICIES: policies,
      ASSAY_SAMPLES: '0',
    },
    target: { registry: `http://127.0.0.1:${registry}`, api: `http://127.0.0.1:${api}`, privateKey },
    ledger: newLedger(),
  }
}

/** Starts the stack, kills it at a moment that the choices say, and is done when it is gone. */
export async function startAndKill({ env, target, ledger }: Round, random: Random, tally: Tally): Promise<void> {
  const phase = random.pick(PHASES)
  if (phase === 'start') {
    const stack = spawnStack(env)
    await pause(random.below(median(tally.starts) ?? WITHIN.start))
    await stack.kill()
  } else {
    const moment = random.below(WITHIN[phase])
    const stack = await started(env, tally)
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
  tally.kills[phase]++
}

/** Lets the stack finish; what is still lost when time no longer changes it. */
export async function settle({ env, target, ledger }: Round, tally: Tally): Promise<readonly Loss[]> {
  const stack = await started(env, tally)
  let losses: readonly Loss[] = []
  let whole = 0
  for (let look = 0; look < LOOKS && whole < 2; look++) {
    await advance(target.api, STEP)
    await pause(SETTLING)
    losses = await findLosses(target, ledger)
    whole = losses.length === 0 ? whole + 1 : 0
  }
  const told = (await toldOf(target)).map((image) => image.slice(image.indexOf('@')))
  tally.toldAgain += told.length - new Set(told).size
  await stack.kill()
  return losses
}

/** A stack that answers. One that gave up is started again: functions that load for ten seconds are ended, as on AWS. */
async function started(env: Round['env'], tally: Tally): Promise<StackProcess> {
  for (;;) {
    const began = performance.now()
    const stack = spawnStack(env)
    try {
      await stack.ready
      tally.starts.push(Math.round(performance.now() - began))
      return stack
    } catch (error) {
      if (!/Task timed out|healthz is 503/.test(String(error)) || ++tally.gaveUp > MAX_GIVEN_UP) throw error
    }
  }
}

export function median(numbers: readonly number[]): number | undefined {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]
}
