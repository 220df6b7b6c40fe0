import type { Alert } from '../../lambda/core/alert.ts'
import type { Digest, ImageId } from '../../lambda/core/image.ts'
import type { ImageRecord } from '../../lambda/core/status.ts'
import { event } from './event.ts'
import type { Ledger } from './ledger.ts'
import { checkAlert, checkReachable, checkRemoval, checkWrite } from './rules.ts'
import type { Situation } from './situation.ts'
import type { State, Told } from './state.ts'
import type { Call } from './threads.ts'

export type Performed = { readonly answer: number; readonly state: State }
/** What two things that happen may have in common. `writes`: what is lost by a worker that dies before. */
export type Part = 'table' | 'registry' | 'clock' | 'writes'

/** What a call touches. */
export function partsOf({ port, method }: Call): readonly Part[] {
  switch (port) {
    case 'store':
      return method.startsWith('put') ? ['table', 'writes'] : ['table']
    case 'registry':
      return ['registry']
    case 'queue':
      return ['clock', 'writes']
    case 'alerts':
    case 'person':
    case 'tagger':
      // What is checked as a tag is removed, and as people are told, looks everywhere
      return ['table', 'registry', 'clock', 'writes']
  }
}

/** Does what a call asks; throws a Violation where it breaks a rule. */
export function newPerform({ echo }: Situation, { read, values, outside, write, enqueue }: Ledger) {
  function performHere(state: State, { port, method, parameters }: Call): State {
    if (port === 'person') return state
    if (port === 'alerts') {
      const alert = parameters[0] as Alert
      checkAlert(read.moment(state), alert)
      const { digest, event, tags } = alert
      const text = (one: Told) => JSON.stringify(one)
      const told = [...read.told(state), { digest, event, tags }].sort((a, b) => (text(a) < text(b) ? -1 : 1))
      return write(state, { told })
    }
    const { host, name, digest } = parameters[0] as ImageId
    if (method === 'act') return enqueue(state, { to: 'act', image: { host, name, digest } })
    return enqueue(state, event(state, { kind: 'recheck', name, digest }), parameters[1] as number)
  }

  /** Checks a write, and keeps in mind that an image has failed. */
  function performWrite(before: State, after: State, next: ImageRecord): State {
    checkWrite(read.moment(before), next)
    const witness = read.witness(before)
    if (next.state !== 'failed' || witness.failed.includes(next.digest)) return after
    return write(after, { witness: { ...witness, failed: [...witness.failed, next.digest].sort() } })
  }

  /** Checks what became of a tag, and sends the event of it where the registry does. */
  function performTag(before: State, after: State, said: unknown, parameters: readonly unknown[]): State {
    const [name, tag, of] = parameters as [string, string, Digest | { readonly digest: Digest }]
    const digest = typeof of === 'string' ? of : of.digest
    const moment = read.moment(before)
    if (said === 'removed') checkRemoval(moment, tag, digest)
    checkReachable({ ...moment, shelf: outside.shelf(after.registry) })
    if (!echo || (said !== 'put' && said !== 'removed')) return after
    return enqueue(after, event(before, { kind: said === 'put' ? 'push' : 'delete', name, digest, tag }))
  }

  return async function perform(state: State, call: Call): Promise<Performed> {
    const { port, method, parameters } = call
    if (port === 'queue' || port === 'alerts' || port === 'person') {
      return { answer: values.number(undefined), state: performHere(state, call) }
    }
    const { answer, contents } = await outside.ask(state, call)
    const said = values.value(answer)
    const after: State = { ...state, ...contents }
    if (port === 'tagger') return { answer, state: performTag(state, after, said, parameters) }
    if (method !== 'putImage' || said !== true) return { answer, state: after }
    return { answer, state: performWrite(state, after, parameters[0] as ImageRecord) }
  }
}
