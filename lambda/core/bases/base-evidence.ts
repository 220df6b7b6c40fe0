import type { EndOfLife } from '../end-of-life.ts'
import type { Digest, ImageId } from '../image.ts'
import type { ImageTools } from '../image-tools.ts'
import type { BaseChanges } from './base-changes.ts'
import type { Replaced } from './standing.ts'

/**
 * All that was found out about what an image stands on, one entry a platform, before judgement: data alone, small, and the same
 * whenever a verdict is replayed. Empty: nothing of the image could be looked at.
 */
export type BaseEvidence = {
  readonly platforms: readonly PlatformBase[]
  /** Why there may be bases that nobody has looked at yet. */
  readonly awaited?: readonly AwaitedBase[]
}

/** Why there may be a base that nobody has looked at yet; `by`: the BaseImages that may vouch for it, any of them where none is named. */
export type AwaitedBase = { readonly why: string; readonly by?: readonly string[] }

export type PlatformBase = {
  readonly platform: string
  readonly digest: Digest
  /** Why its layers are not to be told. */
  readonly problem?: BaseProblem
  /** How many layers it has, and what they are where no problem is in the way. */
  readonly layers: number
  /** What the first of them unpacks to: whatever it may stand on begins with it. */
  readonly first?: Digest
  /** Bytes of its layers as they are stored. */
  readonly size?: number
  /** Shells and package managers among its files, where these were read. */
  readonly tools?: ImageTools
  readonly claims: readonly FollowedClaim[]
  /** What is known to end at one of its layers, those with most layers first; none of them is the image itself. */
  readonly found: readonly FoundChain[]
}

export type BaseProblem = {
  readonly reason: 'config-missing' | 'layers-mismatch' | 'over-limit' | 'ambiguous-manifest' | 'child-missing'
  readonly detail: string
}

/** The bases that end at the same layer. `proved`: the layers are theirs, as they store them or as they unpack. Those of one layer that are proved stand apart from those that are not. */
export type FoundChain = {
  readonly chain: Digest
  readonly layers: number
  readonly bases: readonly FoundBase[]
  readonly proved: true | { readonly why: string }
  /** What the layers above do to the base, by the name of the BaseImage whose word on what is expected counts. */
  readonly changes: Readonly<Record<string, BaseChanges | { readonly unknown: string }>>
}

/** One base as it stood when it was looked at. */
export type FoundBase = {
  readonly image: ImageId
  readonly vouched: readonly string[]
  /** By the policies of now nobody could judge it yet: who vouches for it is not known. */
  readonly unjudged?: true
  /** The BaseImages that may vouch for one that nobody could judge. */
  readonly by?: readonly string[]
  /** When time alone may make a no of the verdict on it. */
  readonly goodUntil?: string
  readonly existedAt: string
  /** Its tags that count; none: nothing tells whether it is current. */
  readonly tags: readonly FollowedTag[]
  readonly endOfLife?: EndOfLife
  /** Its packages (PackageLists), in the evidence store. */
  readonly packages?: Digest
}

/**
 * A tag that a base has or had. `now`: it points at the base, or nothing that is vouched for took its place yet, but `unvouched`, or something
 * that is `settling`; else it was replaced, or is gone. `settling`: what it points at is not compared with the base before `until`.
 */
export type FollowedTag = {
  readonly tag: string
  readonly now: boolean
  readonly unvouched?: Digest
  readonly settling?: { readonly by: Digest; readonly until: string }
  readonly replaced?: Replaced
}

/**
 * What an image claims its base to be, and what came of it. `asked`: nobody could judge it yet; `unknown`: nobody may look there; `unrelated`:
 * provenance names it among all that the build used, and it is not the base. `from`: the field; `by`: the BaseImages that may vouch for what is asked.
 */
export type FollowedClaim = {
  readonly from: string
  readonly image: string
  readonly outcome: 'holds' | 'false' | 'asked' | 'unknown' | 'unrelated'
  readonly detail: string
  readonly by?: readonly string[]
}
