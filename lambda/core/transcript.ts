import type { BaseEvidence } from './bases/base-evidence.ts'
import type { Digest, ImageId } from './image.ts'
import type { Descriptor } from './manifest.ts'
import type { BaseImage, Policy } from './policy/policy.ts'
import type { Verdict } from './verdict.ts'

/** One question to a registry, and its answer within a limit. Bytes lie in the evidence store under their digest. */
export type Read = { readonly host: string; readonly name: string } & (
  | {
      readonly ask: 'manifest'
      readonly reference: string
      readonly maxBytes?: number
      readonly answer: Answer<Served>
    }
  | { readonly ask: 'blob'; readonly digest: Digest; readonly answer: Answer<true> }
  | {
      readonly ask: 'referrers'
      readonly digest: Digest
      readonly artifactType?: string
      readonly maxBytes?: number
      readonly answer: Answer<readonly Descriptor[]>
    }
)
export type Served = { readonly digest: Digest; readonly mediaType: string }
/** Null: it was not there. */
export type Answer<T> = { readonly found: T | null } | { readonly overLimit: string }

type WithoutAnswer<T> = T extends unknown ? Omit<T, 'answer'> : never
export type Question = WithoutAnswer<Read>

/** One name for a question, the same when it is asked and when it is looked up, whatever its limit. */
export function questionKey(asked: Question): string {
  const { ask, host, name } = asked
  const about = ask === 'manifest' ? [asked.reference] : [asked.digest]
  const type = ask === 'referrers' && asked.artifactType !== undefined ? [asked.artifactType] : []
  return JSON.stringify([ask, host, name, ...about, ...type])
}

/** The same for a question within its limit: what is too much for one may not be for another. */
export function limitedKey(asked: Question): string {
  const limit = 'maxBytes' in asked && asked.maxBytes !== undefined ? ` within ${asked.maxBytes}` : ''
  return `${questionKey(asked)}${limit}`
}

/** All that a verdict rests on, and the verdict: enough to decide again without asking anybody. Bytes are named by digest. */
export type Transcript = {
  readonly version: 1
  readonly image: ImageId
  /** The moment of judging, ISO 8601. */
  readonly now: string
  /** Version of the decider. */
  readonly decider: string
  /** The compiled policies that match the image. */
  readonly policies: readonly Policy[]
  /** The trusted roots they name: digests of canonical JSON (RFC 8785). */
  readonly roots: Readonly<Record<string, Digest>>
  /** Keys of AWS KMS that they name: PEM by ARN. */
  readonly keys: Readonly<Record<string, string>>
  readonly reads: readonly Read[]
  /** What counted as a base, and what was found of it, where any BaseImage is declared. */
  readonly bases?: readonly BaseImage[]
  readonly base?: BaseEvidence
  /** What of the answers the registry no longer had. */
  readonly kept?: Kept
  readonly verdict: Verdict
}

/** Evidence that came from an earlier verdict's transcript; `gone`: the manifests of it that are wholly or partly gone, sorted. */
export type Kept = { readonly transcript: Digest; readonly gone: readonly Digest[] }
