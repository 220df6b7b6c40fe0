import type { Signer } from './evidence.ts'
import type { Digest, ImageId } from './image.ts'
import type { Check, Verdict } from './verdict.ts'

/** The state of a digest. Absent: `unknown`. */
export type State = 'pending' | 'verified' | 'degraded' | 'failed' | 'error' | 'unmanaged'

/** Work that a change of state calls for; kept on the image item itself, written together with the verdict. */
export type Todo = {
  readonly kind: 'quarantine' | 'release' | 'alert'
  readonly seq: number
  readonly events?: readonly AlertEvent[]
}
export type AlertEvent = 'failed' | 'taken-again' | 'recovered' | 'degraded' | 'error'

/** Everything we know of one image. Times are ISO 8601. `version` is bumped by every write, `rev` by every change of state. */
export type ImageRecord = ImageId & {
  readonly version: number
  readonly rev: number
  readonly state: State
  readonly mediaType: string
  readonly platforms: readonly string[]
  readonly policies: Verdict['policies']
  readonly checks: readonly Check[]
  readonly signers: readonly Signer[]
  readonly policyHash: string
  readonly evidence: readonly Digest[]
  readonly firstSeenAt: string
  readonly firstTaggedAt?: string
  readonly checkedAt: string
  readonly graceUntil?: string
  /** The least of all reasons to look again. */
  readonly dueAt?: string
  readonly seq: number
  readonly todo: readonly Todo[]
  /** Tags taken from this digest and not given back. */
  readonly taken: readonly string[]
  readonly lease?: { readonly owner: string; readonly until: string }
  readonly lastError?: { readonly at: string; readonly message: string }
  /** Hash of the newest history row, so that rows form a chain. */
  readonly historyHash?: string
}

/** What a tag pointed at when last looked at, and whether we took it. */
export type TagRecord = {
  readonly host: string
  readonly name: string
  readonly tag: string
  readonly rev: number
  readonly digest?: Digest
  readonly observedAt: string
  readonly quarantined?: { readonly digest: Digest; readonly at: string }
  readonly ownPut?: { readonly digest: Digest; readonly at: string }
}

/** An outgoing verdict, kept before the image moves on. */
export type HistoryRow = {
  readonly rev: number
  readonly state: State
  readonly at: string
  readonly policies: Verdict['policies']
  readonly checks: readonly Check[]
  readonly signers: readonly Signer[]
  readonly policyHash: string
  readonly previousHash?: string
}
