import type { TagOutcome } from '../../lambda/core/alert.ts'
import type { Digest, ImageId } from '../../lambda/core/image.ts'
import type { Push } from '../../lambda/core/push.ts'
import type { AlertEvent } from '../../lambda/core/status.ts'
import type { Rules } from './jobs.ts'
import type { Budget } from './situation.ts'
import type { Thread } from './threads.ts'

export type Message = { readonly to: 'verify'; readonly push: Push } | { readonly to: 'act'; readonly image: ImageId }
/** By number, and when it may be seen. */
export type Queued = { readonly message: number; readonly at: number }
export type Told = {
  readonly digest: Digest
  readonly event: AlertEvent
  readonly tags: readonly TagOutcome[]
}
/** What the code does not know, and what it is judged by. */
export type Witness = {
  /** What people pushed to each tag, the last last. */
  readonly pushed: Readonly<Record<string, readonly Digest[]>>
  readonly signed: Readonly<Record<Digest, number>>
  readonly failed: readonly Digest[]
}
/** What may still happen. */
export type Left = Budget & { readonly deeds: readonly number[] }
export type Worker = { readonly thread: Thread; readonly message?: number }

/** Everything there is at one moment; but for the workers and the clock by number. Two workers' places, then one person's. */
export type State = {
  readonly clock: number
  readonly rules: Rules
  readonly table: number
  readonly registry: number
  readonly queue: number
  readonly told: number
  readonly witness: number
  readonly left: number
  readonly workers: readonly (Worker | undefined)[]
}

export function keyOf({ clock, rules, table, registry, queue, told, witness, left, workers }: State): string {
  const places = workers.map((one) => (one ? `${one.thread.number}:${one.message ?? ''}` : ''))
  return [clock, rules, table, registry, queue, told, witness, left, ...places].join()
}

export type Action =
  | { readonly do: 'answer' | 'outage'; readonly place: number; readonly nth: number }
  | { readonly do: 'crash'; readonly place: number }
  | { readonly do: 'deliver' | 'duplicate' | 'lose'; readonly message: number }
  | { readonly do: 'deed'; readonly deed: number }
  | { readonly do: 'tick' | 'expire' | 'sweep' | 'calm' }
  | { readonly do: 'later'; readonly clock: number }

/** Something that must never be. `rule` names what it breaks. */
export class Violation extends Error {
  readonly rule: string
  constructor(rule: string, message: string) {
    super(`${rule}: ${message}`)
    this.rule = rule
  }
}
