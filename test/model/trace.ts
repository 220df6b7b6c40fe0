import { BAD, GOOD, IMAGES } from './cast.ts'
import type { Job } from './jobs.ts'
import type { Situation } from './situation.ts'
import type { Action, State } from './state.ts'
import type { Steps } from './step.ts'
import { clockOf } from './time.ts'

/** What happened, step by step, for people. */
export async function traceOf(
  steps: Steps,
  situation: Situation,
  initial: State,
  actions: readonly Action[],
): Promise<string[]> {
  const lines: string[] = []
  let state = initial
  for (const action of actions) {
    lines.push(`${String(lines.length + 1).padStart(3)}  ${describe(steps, situation, state, action)}`)
    // The last one is what must not be
    if (lines.length < actions.length) state = await steps.apply(state, action)
  }
  return lines
}

function describe({ values }: Steps, { deeds }: Situation, state: State, action: Action): string {
  switch (action.do) {
    case 'answer':
    case 'outage': {
      const { job, waiting } = state.workers[action.place]!.thread
      const { port, method, parameters } = waiting.get(action.nth)!
      const text = parameters.map((one) => briefly(one)).join(', ')
      return `worker ${action.place} (${nameOf(job)}): ${port}.${method}(${text})${action.do === 'outage' ? ' is not answered' : ''}`
    }
    case 'crash':
      return `worker ${action.place} (${nameOf(state.workers[action.place]!.thread.job)}) dies`
    case 'deliver':
    case 'duplicate':
    case 'lose':
      return `${action.do} ${briefly(values.value(action.message))}`
    case 'deed': {
      const { do: what, ...how } = deeds[action.deed]!
      return `a person: ${what} ${'image' in how ? how.image : ''} ${'tag' in how ? how.tag : ''}`
    }
    case 'calm':
      return 'from here on nothing goes wrong any more'
    case 'later':
      return `later, at ${action.clock / 1000} s: sweep`
    case 'tick':
      return 'the grace period passes'
    case 'expire':
      return 'the lease of the dead worker runs out'
    case 'sweep':
      return 'sweep'
  }
}

function nameOf(job: Job): string {
  return `${job.do} ${'image' in job ? briefly(job.image.digest) : ''}${'push' in job ? briefly(job.push.digest) : ''}`
}

const NAMES = Object.entries({ '': IMAGES, 'good signature of ': GOOD, 'bad signature of ': BAD }).flatMap(
  ([what, of]) => Object.entries(of).map(([name, digest]) => [digest, `${what}${name}`] as const),
)
/** Fields that say nothing to who follows a trace. */
const DULL = new Set([
  'host',
  'name',
  'bytes',
  'checks',
  'policies',
  'signers',
  'platforms',
  'transcript',
  'policyHash',
  'mediaType',
  'historyHash',
  'id',
  'source',
  'messages',
  'message',
  'to',
])

function briefly(value: unknown): string {
  const text = JSON.stringify(value, (key: string, one: unknown) => (DULL.has(key) ? undefined : one)) ?? 'undefined'
  const named = NAMES.reduce((so, [digest, name]) => so.replaceAll(digest, name), text)
  return named.replaceAll('"', '').replaceAll(/2026-[\d-]+T[\d:.]+Z/g, (time) => `${clockOf(time) / 1000}s`)
}
