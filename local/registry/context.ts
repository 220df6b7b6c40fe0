import type { Access } from './auth.ts'
import type { EcrEvent } from './events.ts'
import type { Store } from './storage/store.ts'
import type { TokenBucket } from './token-bucket.ts'
import type { Tokens } from './tokens.ts'

/** How a registry is started. */
export type RegistryOptions = {
  /** Folder everything is kept in; made where it is missing. */
  readonly dir: string
  /** Loopback port; 0 takes a free one. */
  readonly port: number
  readonly account?: string
  readonly region?: string
  readonly now: () => Date
  /** Takes each event; the call that changed something is answered only after it has resolved. */
  readonly onEvent: (event: EcrEvent) => Promise<void>
  /**
   * What BatchDeleteImage with both tag and digest removes, which AWS does not document:
   * the tag alone if it is on that digest (the default), or the whole image with all its tags.
   */
  readonly deleteMeaning?: () => 'tag' | 'image'
  /** False: no referrers API, as registries before OCI 1.1. */
  readonly referrersApi?: boolean
  /** Whether a tag, once put, cannot be moved. */
  readonly immutable?: (name: string, tag: string) => boolean
  /** How many PutImage calls of the ECR API go through in a second; without it, all. ECR's own quota is 10; pushes do not count. */
  readonly putImagePerSecond?: number
  /** Whether this caller may do this; without it everyone may do everything. */
  readonly authorize?: (access: Access) => boolean
  /** How callers are asked to log in: with a token, or as ECR asks. Default `bearer`. */
  readonly challenge?: 'basic' | 'bearer'
  /** Makes a request go wrong; for tests. */
  readonly faults?: (request: FaultRequest) => Fault | undefined | Promise<Fault | undefined>
}

/** What a fault can be chosen by; `operation` is the name of the ECR call. */
export type FaultRequest = { readonly method: string; readonly path: string; readonly operation?: string }

/** An answer given in place of the real one, a connection closed before anything is done, or closed after all is done. */
export type Fault =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  | 'hang-up'
  | 'lose-answer'

/** What every part of a running registry works with. */
export type Context = Required<Omit<RegistryOptions, 'dir' | 'port' | 'putImagePerSecond' | 'authorize' | 'faults'>> &
  Pick<RegistryOptions, 'authorize'> & {
    readonly url: string
    readonly store: Store
    readonly tokens: Tokens
    /** Absent where PutImage is not limited. */
    readonly putImages?: TokenBucket
  }
