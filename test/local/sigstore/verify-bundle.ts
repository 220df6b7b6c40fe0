import { createPublicKey } from 'node:crypto'
import { bundleFromJSON } from '@sigstore/bundle'
import { TrustedRoot } from '@sigstore/protobuf-specs'
import { type Signer, toSignedEntity, toTrustMaterial, Verifier, type VerifierOptions } from '@sigstore/verify'

/** Verifies a bundle with the stock verifier under a trusted root; `key` answers every key hint. */
export function verifyBundle(
  trustedRoot: unknown,
  bundle: unknown,
  options: VerifierOptions & { key?: string; artifact?: Uint8Array } = {},
): Signer {
  const { key, artifact, ...thresholds } = options
  const keyFinder = key === undefined ? undefined : () => ({ publicKey: createPublicKey(key), validFor: () => true })
  const trust = toTrustMaterial(TrustedRoot.fromJSON(trustedRoot), keyFinder)
  const data = artifact === undefined ? undefined : Buffer.from(artifact)
  return new Verifier(trust, thresholds).verify(toSignedEntity(bundleFromJSON(bundle), data))
}

/** The bundle as it lies in a registry: through its JSON. */
export function throughJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}
