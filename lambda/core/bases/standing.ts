import type { EndOfLife } from '../end-of-life.ts'
import type { Digest, ImageId } from '../image.ts'
import type { ListedPackage } from '../image-contents.ts'

/** A layer as it is stored and as it unpacks: the pair is proven where the base that names it is vouched for, or the layer was read. */
export type LayerPair = { readonly digest: Digest; readonly diffId: Digest }

/** What runs with an image, as far as whoever builds on it may turn it against the base. */
export type RunConfig = {
  readonly entrypoint: readonly string[]
  readonly cmd: readonly string[]
  readonly env: readonly string[]
  readonly user: string
}

/** What one platform of an image consists of. */
export type PlatformContents = {
  readonly platform: string
  readonly digest: Digest
  readonly layers: readonly LayerPair[]
  /** Bytes of the layers as they are stored. */
  readonly size: number
  readonly run: RunConfig
}

/** Where the layers of one platform of a base end. */
export type BaseChain = { readonly platform: string; readonly chain: Digest; readonly layers: number }

/**
 * What an image that a BaseImage covers is to those that stand on it; kept on its item.
 * `vouched`: the BaseImages by which it is good now; none: it no longer counts. `contents`: its PlatformContents, in the evidence store.
 * `existedAt`: the earliest moment at which it is known to have been there, ISO 8601; never its own word (`created`).
 */
export type BaseStanding = {
  readonly vouched: readonly string[]
  readonly chains: readonly BaseChain[]
  readonly contents: Digest
  readonly existedAt: string
  readonly replaced?: Replaced
  /** Its packages by platform as its attested SBOMs list them (PackageLists), in the evidence store. */
  readonly packages?: Digest
  /** That Chainguard attests the end of its main package. */
  readonly endOfLife?: EndOfLife
}

/** What a verdict makes of an image as a base. `signedAt`: the first trusted time of a signature over it, or when its provenance says that it was built, ISO 8601. */
export type JudgedStanding = Omit<BaseStanding, 'existedAt'> & { readonly signedAt?: string }

/**
 * That a tag of a base points at another image that is vouched for, since when, and how many rebuilds have passed since; `at` unknown where
 * that was before we looked. `material`: what differs in packages, where the SBOMs of both are attested.
 */
export type Replaced = {
  readonly tag: string
  readonly at?: string
  readonly by?: Digest
  readonly behind: number
  readonly material?: Material
  /** Its layers are the same: only its config was made anew. */
  readonly alike?: true
}

/** How many packages differ, and the first of them as text for people. */
export type Material = {
  readonly added: number
  readonly removed: number
  readonly changed: number
  readonly listed: readonly string[]
}

/** The packages of a base for each of its platforms; for all of them where no platform is named. */
export type PackageLists = readonly {
  readonly platform?: string
  readonly count: number
  readonly packages: readonly ListedPackage[]
}[]

/** Who is known to end at a chain of layers: hints, the newest last, each with the BaseImages that vouched for it then. `version` is bumped by every write. */
export type ChainRecord = {
  readonly chain: Digest
  readonly version: number
  readonly bases: readonly (ImageId & { readonly vouched?: readonly string[] })[]
}
