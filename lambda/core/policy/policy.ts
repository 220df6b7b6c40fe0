/** What policy files compile to: plain data, canonical, hashable. Defaults applied, references resolved, nothing optional left to guess. */

/** A compiled image pattern, always matched in full; against what (`host/name`, a reference, or `host/name:tag`) depends on where it stands. `source` is the text a person wrote. */
export type ImageGlob = { readonly source: string; readonly pattern: string; readonly exclude: readonly string[] }

/** How an identity field is compared. `full` false only for ClusterImagePolicy patterns, which upstream leaves unanchored. */
export type TextMatch = { readonly exact: string } | { readonly pattern: string; readonly full: boolean }

export type Identity = { readonly issuer: TextMatch; readonly subject: TextMatch }

export type HashAlgorithm = 'sha224' | 'sha256' | 'sha384' | 'sha512'

/**
 * What a signature must stand up to before its content counts. Two authorities with the same demand share one verification.
 * `root` names the trusted root whose certificate authorities, logs and timestamp authorities count.
 */
export type Demand = {
  readonly signer:
    | { readonly kind: 'key'; readonly pem: string; readonly hash: HashAlgorithm }
    | { readonly kind: 'certificate'; readonly sct: boolean }
  readonly root: string
  readonly log: boolean
  readonly timestamp: boolean
}

export type WantedAttestation = { readonly name: string; readonly predicateType: string }

/** One who may vouch for an image. With `attestations`, those are asked for in place of an image signature, as upstream does. */
export type Authority =
  | { readonly kind: 'static'; readonly name: string; readonly action: 'pass' | 'fail'; readonly message: string }
  | {
      readonly kind: 'sigstore'
      readonly name: string
      readonly demand: Demand
      readonly identities: readonly Identity[]
      readonly annotations: Readonly<Record<string, string>>
      readonly attestations: readonly WantedAttestation[]
    }

export type Policy = {
  readonly kind: 'ClusterImagePolicy' | 'VerificationPolicy'
  readonly name: string
  readonly images: readonly ImageGlob[]
  readonly mode: 'enforce' | 'warn'
  readonly authorities: readonly Authority[]
}

/** What follows from a verdict for the images it covers. Durations in seconds. */
export type Enforcement = {
  readonly name: string
  readonly images: readonly ImageGlob[]
  readonly environment?: string
  readonly onFailure: 'observe' | 'quarantine'
  readonly onDegraded: 'alert' | 'allow' | 'quarantine'
  readonly gracePeriod: number
  readonly failFast: boolean
  readonly protect: readonly ImageGlob[]
}

/** A Sigstore trusted_root.json document, by the name policies call it. */
export type TrustedRoots = Readonly<Record<string, unknown>>

export type PolicySet = {
  readonly policies: readonly Policy[]
  readonly enforcements: readonly Enforcement[]
  /** Roots declared in policy files, and those the installation supplies (always `default`). */
  readonly roots: TrustedRoots
}

/** A place in a policy file, 1-based. */
export type Position = { readonly file: string; readonly line: number; readonly column: number }

/** One thing wrong (or odd) in a policy file. `path` is the field, `seen` the value found there. */
export type PolicyProblem = {
  readonly at: Position
  readonly path: string
  readonly message: string
  readonly severity: 'error' | 'warning'
}

/** The name of the trusted root used where a policy names none. */
export const DEFAULT_ROOT = 'default'
