import type { KeyObject } from 'node:crypto'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import type { Prehash } from '../../lambda/trust/artifact.ts'
import { Rejection } from '../../lambda/trust/rejection.ts'

const CURVES: Readonly<Record<string, typeof p256>> = { prime256v1: p256, secp384r1: p384, secp521r1: p521 }

/** An artifact of which only the SHA-256 is known. */
export function sha256Prehash(digest: Buffer): Prehash {
  return { hash: 'sha256', digest, verify: (key, signature) => verifyDigest(key, digest, signature) }
}

/** Verifies an ECDSA signature of a digest. Other signatures need the bytes: Ed25519 hashes them together with itself. */
function verifyDigest(key: KeyObject, digest: Uint8Array, signature: Uint8Array): boolean {
  const curve = CURVES[key.asymmetricKeyDetails?.namedCurve ?? '']
  if (curve === undefined) {
    throw new Rejection(
      'unsupported',
      `a signature under ${key.asymmetricKeyType} cannot be verified from a digest alone`,
    )
  }
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  const point = Buffer.concat([Buffer.of(0x04), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')])
  // Sigstore's signers do not keep S low
  return curve.verify(signature, digest, point, { prehash: false, format: 'der', lowS: false })
}
