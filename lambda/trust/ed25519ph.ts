import type { KeyObject } from 'node:crypto'
import { ed25519ph } from '@noble/curves/ed25519.js'

const SIGNATURE_LENGTH = 64

/** Verifies Ed25519ph (RFC 8032, 5.1), which cosign 3 signs with under Ed25519 keys and Node does not offer. */
export function verifyEd25519ph(key: KeyObject, signed: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_LENGTH) return false
  const point = Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url')
  // Strict: the default is ZIP 215, made for consensus, which accepts what others refuse
  return ed25519ph.verify(signature, signed, point, { zip215: false })
}
