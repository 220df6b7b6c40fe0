import type { KeyObject } from 'node:crypto'
import type { HashAlgorithm } from '../core/policy/policy.ts'
import type { CertificateAuthority } from './certificate-authority.ts'
import type { TrustedMaterial } from './roots.ts'

/** When a key may be used, both ends included. */
export type Window = { readonly start: Date; readonly end: Date }

/** A demand with all it refers to: the trusted root, and the key, or the authorities that certificates must lead to. */
export type Trust = {
  readonly signer:
    | { readonly kind: 'key'; readonly key: KeyObject; readonly hash: HashAlgorithm; readonly window?: Window }
    | {
        readonly kind: 'certificate'
        readonly hash: 'sha256'
        readonly sct: boolean
        readonly authorities: readonly CertificateAuthority[]
        /** Fulcio's certificates name the issuer of the identity; those of a private authority may not. */
        readonly fulcio: boolean
      }
  readonly material: TrustedMaterial
  readonly log: number
  readonly timestamp: number
}
