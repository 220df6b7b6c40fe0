import type { Actors, Tag } from './cast.ts'

/** What people do, once, at any moment after the deed that it `follows` (by its place in the list). */
export type Deed = { readonly follows?: number } & (
  | { readonly do: 'push'; readonly image: Actors; readonly tag: Tag }
  /** A good signature, or one by a key that nobody asks for. */
  | { readonly do: 'sign' | 'junk' | 'waive' | 'revoke'; readonly image: Actors }
  | { readonly do: 'stricter' }
)

/** How often each may happen. */
export type Budget = {
  /** A worker dies between two calls; its message comes again, its lease runs out. */
  readonly crash: number
  readonly duplicate: number
  readonly lose: number
  /** A call is not answered. */
  readonly outage: number
  /** The grace period passes, whoever is at work. */
  readonly tick: number
  readonly sweep: number
}

export type Situation = {
  readonly name: string
  readonly deeds: readonly Deed[]
  readonly budget: Budget
  /** Messages worked on at the same time. */
  readonly workers: number
  /** Deeds that were done, and worked off, before. */
  readonly earlier?: readonly Deed[]
  /** Whether the registry can list an image's tags. */
  readonly lists?: boolean
  /** Whether the registry tells of our own writes, as ECR does. */
  readonly echo?: boolean
}

export const NONE: Budget = { crash: 0, duplicate: 0, lose: 0, outage: 0, tick: 1, sweep: 0 }
