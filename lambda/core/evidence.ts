import type { Digest, ImageId } from './image.ts'
import type { Descriptor } from './manifest.ts'
import type { Demand, Source } from './policy/policy.ts'
import type { SignatureFault } from './reasons.ts'

/** Something that claims to vouch for an image, as it was read: nothing in it has been believed yet. */
export type Claim = {
  readonly carrier: string
  /** Where it was looked for, by `sourceId`: it counts only for authorities that look there. */
  readonly source: string
  /** The manifest it lay in, and its place there. */
  readonly manifest: Digest
  readonly layer: Digest
  readonly content: ClaimContent
}

export type ClaimContent =
  /**
   * A Sigstore bundle as JSON; `artifact` are the signed bytes where the bundle holds a bare message signature,
   * `envelope` those of a legacy layer that the bundle's DSSE envelope was read from: some timestamps are over them.
   */
  | {
      readonly kind: 'bundle'
      readonly bundle: unknown
      readonly artifact?: Uint8Array
      readonly envelope?: Uint8Array
    }
  /** It could not be read as what it claims to be. `unread`: nobody looked into it, and it may be anything that is asked for. */
  | { readonly kind: 'unreadable'; readonly fault: SignatureFault; readonly detail: string; readonly unread?: true }

/** A statement that lies beside an image without any signature: worth telling, and counts for nothing. `type`: its predicate or media type. */
export type UnsignedClaim = { readonly carrier: string; readonly manifest: Digest; readonly type: string }

/** Everything read about one image, bounded, before judgement. */
export type Evidence = {
  readonly image: ImageId
  readonly mediaType: string
  /** What a runtime may choose from where the image is an index; undefined where it is none. */
  readonly children?: readonly Descriptor[]
  /** `os/arch[/variant]` of these, each once. */
  readonly platforms: readonly string[]
  /** It holds nothing but signatures or attestations: it speaks of another image. */
  readonly signature: boolean
  readonly claims: readonly Claim[]
  readonly unsigned: readonly UnsignedClaim[]
  /** Why the image's own manifest can be read two ways or not at all; such an image is never verified. */
  readonly ambiguous?: string
  /** Its image config, where a policy asks about it and the image is no index. */
  readonly config?: ImageConfig
}

/** An OCI image config with the platform it names, or why there is none. https://github.com/opencontainers/image-spec/blob/main/config.md */
export type ImageConfig =
  | { readonly platform: string; readonly json: Readonly<Record<string, unknown>> }
  | { readonly fault: string; readonly reason: 'config-missing' | Problem['reason'] }

/** One platform of an index with what vouches for it alone; `problem`: why it cannot be judged at all. */
export type PlatformEvidence = {
  readonly platform: string
  readonly digest: Digest
  readonly claims: readonly Claim[]
  readonly config?: ImageConfig
  readonly problem?: Problem
}
export type Problem = {
  readonly reason: 'ambiguous-manifest' | 'child-missing' | 'over-limit'
  readonly detail: string
}

/** Who signed, as far as cryptography proves it: a certificate identity or a public key. */
export type Signer =
  | {
      readonly kind: 'certificate'
      readonly issuer: string
      readonly subject: string
      readonly claims: Readonly<Record<string, string>>
      readonly signedAt: string
    }
  | { readonly kind: 'key'; readonly key: string; readonly signedAt?: string }

/** A certificate by its fingerprint, sha256 over its DER, and the key in it as keys of signers are named. */
export type Certified = { readonly certificate: Digest; readonly key: string }

/**
 * What one claim says once its signature has been checked against one demand. `until`: when time alone will make a fault of it, ISO 8601;
 * `lasting`: the key it was signed with, where that signs for longer than a day; `path`: from the signing certificate up to an
 * anchor; `signed`: what is at fault was signed as is asked for.
 */
export type Proof =
  | {
      readonly ok: true
      readonly signer: Signer
      readonly says: Says
      readonly until?: string
      readonly lasting?: string
      readonly path?: readonly Certified[]
    }
  | { readonly ok: false; readonly fault: SignatureFault; readonly detail: string; readonly signed?: true }

/** The signed content: an image signature with its annotations, or an attestation of some predicate type. `names`: what it calls the image. */
export type Says =
  | {
      readonly kind: 'signature'
      readonly annotations: Readonly<Record<string, string>>
      readonly names: readonly string[]
    }
  | {
      readonly kind: 'attestation'
      readonly predicateType: string
      readonly names: readonly string[]
      /** The in-toto statement as it was signed: JSON, within the limits of what is read. */
      readonly payload: Uint8Array
    }

/** A claim with its proof against every demand that the matching policies make, keyed by `demandId`. */
export type Authenticated = { readonly claim: Claim; readonly proofs: ReadonlyMap<string, Proof> }

/** The one predicate type that makes a statement an image signature (cosign 3); any other is an attestation. */
export const SIGN_V1 = 'https://sigstore.dev/cosign/sign/v1'

/** The claims of one platform, authenticated. */
export type PlatformClaims = Omit<PlatformEvidence, 'claims'> & { readonly claims: readonly Authenticated[] }

/** A stable name of a place where signatures are looked for; empty: the image's own repository. */
export function sourceId({ repository, tagPrefix }: Source): string {
  const place = repository === undefined ? '' : `${repository.host}/${repository.name}`
  return tagPrefix === '' ? place : `${place}#${tagPrefix}`
}

/** A stable name of a demand. */
export function demandId(demand: Demand): string {
  const { signer, root, log, timestamp } = demand
  const by = signer.kind === 'key' ? [signer.key, signer.hash, signer.validity] : [signer.sct, signer.ca]
  return JSON.stringify([signer.kind, ...by, root, log, timestamp])
}
