import type { Replaced } from './bases/standing.ts'
import type { Digest } from './image.ts'
import type { AlertEvent, DerivedImage, State } from './status.ts'
import type { Check } from './verdict.ts'
import type { Undone, Waiver } from './waiver.ts'

/** What people are told. Everything in it comes from registries and certificates: channels escape it. */
export type Alert = {
  readonly event: AlertEvent
  readonly image: string
  readonly digest: Digest
  readonly state: State
  readonly at: string
  readonly checks: readonly Check[]
  /** What was done to which tag. */
  readonly tags: readonly TagOutcome[]
  /** The waiver that was given, or whose end this is about. */
  readonly waiver?: Waiver
  /** Who put back what was taken. */
  readonly undone?: Undone
  /** Who stands on this base, and must be rebuilt: how many, and the first of them; `replaced`: what took its place. */
  readonly derived?: {
    readonly count: number
    readonly images: readonly DerivedImage[]
    readonly replaced?: Replaced
  }
  /** Why nothing more is taken. */
  readonly stopped?: string
}

export type TagOutcome = {
  readonly tag: string
  readonly outcome:
    | 'taken'
    | 'would-take'
    | 'moved'
    | 'protected'
    | 'given-back'
    | 'refused-newer'
    | 'not-armed'
    | 'disarmed'
    | 'stopped'
    | 'immutable'
    | 'archived'
    | 'restored'
    | 'gone'
    | 'failed'
}
