import type { ProvenanceRule, SbomRule, VulnerabilityRule } from './statement-rules.ts'

/** What policy files compile to: plain data, canonical, hashable. Defaults applied, references resolved, nothing optional left to guess. */

/**
 * A compiled image pattern, always matched in full; against what (`host/name`, a reference, or `host/name:tag`) depends on where it
 * stands. `source` is the text a person wrote; each of its `{name}` is a group of this name in `pattern`.
 */
export type ImageGlob = Glob & { readonly exclude: readonly Glob[] }
type Glob = { readonly source: string; readonly pattern: string }

/** How a text is compared. `full` false only for ClusterImagePolicy patterns, which upstream leaves unanchored. `{name}` stands for what a glob captures. */
export type TextMatch = { readonly exact: string } | { readonly pattern: string; readonly full: boolean }

/** Whose certificate counts. `claims`: what its authority must say beside, by the names that a signer's claims have. */
export type Identity = {
  readonly issuer: TextMatch
  readonly subject: TextMatch
  readonly claims: Readonly<Record<string, TextMatch>>
}

/** Whose signatures count for nothing, whatever a policy asks; `message` is what people are told of it. */
export type DenyList = {
  readonly name: string
  readonly message?: string
  readonly identities: readonly Identity[]
  /** Fingerprints, sha256 over DER: of signing certificates, or of others on their path. */
  readonly certificates: readonly string[]
  /** As signers name their keys: those of signers, or of certificates on their path. */
  readonly keys: readonly string[]
}

export type HashAlgorithm = 'sha224' | 'sha256' | 'sha384' | 'sha512'

/** When a key may be used, ISO 8601, both ends included; open where an end is missing. */
export type Validity = { readonly start?: string; readonly end?: string }

/** A public key as PEM, or the ARN of one in AWS KMS, whose PEM lies in the policy set's `keys`. */
export type KeySource = { readonly pem: string } | { readonly kms: string }

/**
 * What a signature must stand up to before its content counts. Two authorities with the same demand share one verification.
 * `root` names the trusted root whose certificate authorities, logs and timestamp authorities count;
 * `ca` (PEM, one certificate or more) stands in place of its certificate authorities.
 * `log` and `timestamp`: from how many distinct logs and timestamp authorities there must be proof; 0: none is asked for.
 */
export type Demand = {
  readonly signer:
    | { readonly kind: 'key'; readonly key: KeySource; readonly hash: HashAlgorithm; readonly validity?: Validity }
    | { readonly kind: 'certificate'; readonly sct: boolean; readonly ca?: string }
  readonly root: string
  readonly log: number
  readonly timestamp: number
}

/** Where signatures are looked for: another repository in place of the image's own, another prefix of signature tags. */
export type Source = {
  readonly repository?: { readonly host: string; readonly name: string }
  readonly tagPrefix: string
}

/** Something that must hold, in a language of its own: what it is asked about depends on where it stands (`expression.ts`). */
export type Expression = { readonly language: 'cel' | 'cue' | 'rego'; readonly text: string }

/**
 * `maxAge` in seconds from when it was signed; the built-in rules read what the predicate type says. `typed`: the short name in a
 * ClusterImagePolicy by which upstream reads the predicate into a type of its own.
 */
export type WantedAttestation = {
  readonly name: string
  readonly predicateType: string
  readonly typed?: string
  readonly maxAge?: number
  readonly policy?: Expression
  readonly provenance?: ProvenanceRule
  readonly sbom?: SbomRule
  readonly vulnerabilities?: VulnerabilityRule
}

/** Must hold of the image config of every platform; `message` is what people are told where it does not. */
export type ConfigRule = { readonly cel: Expression; readonly message: string }

/** One who may vouch for an image. With `attestations`, those are asked for in place of an image signature, as upstream does. */
export type Authority =
  | { readonly kind: 'static'; readonly name: string; readonly action: 'pass' | 'fail'; readonly message: string }
  /** One that upstream can ask, and nobody here: what only it might vouch for is not judged, and so never failed. */
  | { readonly kind: 'beyond'; readonly name: string; readonly why: string }
  | {
      readonly kind: 'sigstore'
      readonly name: string
      readonly demand: Demand
      readonly identities: readonly Identity[]
      readonly annotations: Readonly<Record<string, string>>
      readonly attestations: readonly WantedAttestation[]
      /** Where its signatures lie. */
      readonly source: Source
      /** `repository`: the signed payload must name the repository that the image lies in. */
      readonly reference: 'any' | 'repository'
    }

/** More than one authority that is satisfied: all of them, or as many as come to so many distinct signers. */
export type Requirement = 'all' | { readonly atLeast: number }

export type Policy = {
  /** `BaseImage`: what it covers, and it vouches for, counts as a base that others stand on. */
  readonly kind: 'ClusterImagePolicy' | 'VerificationPolicy' | 'BaseImage'
  readonly name: string
  readonly images: readonly ImageGlob[]
  readonly mode: 'enforce' | 'warn'
  /** Whether the evidence of an index covers its platforms, or each needs evidence of its own. */
  readonly platforms: 'index' | 'each'
  /** Absent: one authority that is satisfied is enough. */
  readonly require?: Requirement
  readonly authorities: readonly Authority[]
  /** Asked once some authority is satisfied, about all that matched and, with `withConfig`, about the image config. `beyond`: why it cannot be. */
  readonly policy?: Expression & { readonly withConfig: boolean; readonly beyond?: string }
  readonly config?: readonly ConfigRule[]
  readonly base?: BaseRule
  /** The deny lists of the installation, where there are any: every policy carries all of them. */
  readonly denied?: readonly DenyList[]
}

/**
 * What is asked of the base that an image stands on, on every platform. `from`: names of BaseImages of which one must vouch for it; any
 * where empty. `required`: it must be proved by layers, vouched for, and not be tampered with; without, an image that stands on none is as
 * good. `intact`: that it was left as it is must be known for sure. `maxAge` in seconds.
 */
export type BaseRule = {
  readonly from: readonly string[]
  readonly required: boolean
  readonly intact: boolean
  readonly current: boolean
  readonly maxAge?: number
}

/**
 * What a BaseImage says beside who must have signed. `tags`: which tags tell whether a base is current; all where empty. `expected`: what may
 * be done to its bases, by name or as a glob of paths.
 */
export type BaseImage = {
  readonly name: string
  readonly images: readonly ImageGlob[]
  readonly watch: readonly Watched[]
  readonly tags: readonly TextMatch[]
  readonly expected: readonly string[]
  /** The hash of all that a base is judged by: a verdict on what stands on it is one of other policies where that changes. */
  readonly rules: string
}

/** A tag that is looked at again and again, in a registry that need not tell us of its pushes. */
export type Watched = { readonly host: string; readonly name: string; readonly tag: string }

/** What follows from a verdict for the images it covers. Durations in seconds. */
export type Enforcement = {
  readonly name: string
  readonly images: readonly ImageGlob[]
  readonly environment?: string
  readonly onFailure: 'observe' | 'quarantine' | 'archive'
  readonly onDegraded: 'alert' | 'allow' | 'quarantine'
  readonly gracePeriod: number
  readonly failFast: boolean
  readonly protect: readonly ImageGlob[]
  /** Whether a marker is put where a tag was removed, so that nobody else can take an immutable name. */
  readonly tombstone: boolean
  readonly breaker: BreakerLimits
}

/** How many images may be quarantined in ten minutes, in all and as a percentage of those of one repository. */
export type BreakerLimits = { readonly images: number; readonly percent: number }

/** A Sigstore trusted_root.json document, by the name policies call it. */
export type TrustedRoots = Readonly<Record<string, unknown>>

export type PolicySet = {
  readonly policies: readonly Policy[]
  readonly enforcements: readonly Enforcement[]
  readonly denyLists: readonly DenyList[]
  readonly bases: readonly BaseImage[]
  /** Roots declared in policy files, and those the installation supplies (always `default`). */
  readonly roots: TrustedRoots
  /** Public keys of AWS KMS that policies name, PEM by ARN; one that has not been fetched yet is missing. */
  readonly keys: Readonly<Record<string, string>>
  /** TUF repositories that keep a root current; the trust function fetches them, never the path of a push. */
  readonly mirrors: readonly Mirror[]
}

/** A TUF repository. `root` is its trusted root.json, base64; `target` the trusted_root.json it serves for the root of this name. */
export type Mirror = {
  readonly name: string
  readonly url: string
  readonly root: string
  readonly target: string
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

/** The image's own repository, as cosign names signature tags there. */
export const OWN_SOURCE: Source = { tagPrefix: '' }

/** The name of the trusted root used where a policy names none. */
export const DEFAULT_ROOT = 'default'
