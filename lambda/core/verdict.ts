import type { BaseFacts } from './bases/base-facts.ts'
import type { Signer } from './evidence.ts'
import type { Reason } from './reasons.ts'

export type Outcome = 'pass' | 'fail' | 'warn' | 'skip' | 'error'

/** One thing judged. `name` is `POLICY/AUTHORITY[/ATTESTATION]`; `message` is for people. */
export type Check = {
  readonly name: string
  readonly outcome: Outcome
  readonly reason: Reason
  readonly message: string
  readonly platform?: string
}

/** Why a no counts for nothing: what is more than is read, or cannot be judged here, might have made it a yes. */
export type Undecided = { readonly reason: 'over-limit' | 'not-judged'; readonly message: string }

/** The whole judgement of one image at one moment. */
export type Verdict = {
  readonly outcome: 'verified' | 'rejected' | 'unmanaged'
  readonly policies: readonly { readonly name: string; readonly outcome: 'pass' | 'fail' | 'warn' }[]
  readonly checks: readonly Check[]
  readonly signers: readonly Signer[]
  readonly policyHash: string
  /** When time alone may make a no of a verified image, ISO 8601. */
  readonly goodUntil?: string
  /** Where it is there, nothing follows from the verdict. */
  readonly undecided?: Undecided
  /** A signature is there and bad, not merely missing: what `failFast` looks at. */
  readonly badSignature: boolean
  /** What is known of the base it stands on, where BaseImages are declared. */
  readonly base?: BaseFacts
  /** That it is rejected for its base alone. */
  readonly onlyBase?: OnlyBase
}

/** `outdated`: it was replaced, or is at its end; `too-old`: time has passed; `unverified`: nobody vouches for it; `awaited`: nobody could judge it yet. */
export type OnlyBase = 'outdated' | 'too-old' | 'unverified' | 'awaited'
