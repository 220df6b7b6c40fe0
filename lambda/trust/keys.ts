import { hash, type KeyObject, verify } from 'node:crypto'
import { verifyEd25519ph } from './ed25519ph.ts'
import { Rejection } from './rejection.ts'

/** The public key in DER, SubjectPublicKeyInfo: one encoding for comparing and naming keys. */
export function spki(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' })
}

/** The name under which a signing key is shown and stored. */
export function keyName(spki: Buffer): string {
  return `sha256:${hash('sha256', spki)}`
}

/** Verifies a signature under the hash that tools use with this kind of key, or under one of those asked for. */
export function verifySignature(key: KeyObject, hashes: readonly string[], signed: Buffer, signature: Buffer): boolean {
  const own = hashOf(key)
  if (own === null) return verify(null, signed, key, signature) || isEd25519ph(key, signed, signature)
  return [...new Set([own, ...hashes])].some((name) => verify(name, signed, key, signature))
}

function isEd25519ph(key: KeyObject, signed: Buffer, signature: Buffer): boolean {
  return key.asymmetricKeyType === 'ed25519' && verifyEd25519ph(key, signed, signature)
}

/** Null where the algorithm brings its own hash. */
function hashOf(key: KeyObject): string | null {
  const type = key.asymmetricKeyType ?? ''
  if (OWN_HASH.includes(type)) return null
  if (type === 'rsa') return 'sha256'
  if (type === 'ec') return CURVE_HASHES[key.asymmetricKeyDetails?.namedCurve ?? ''] ?? 'sha256'
  throw new Rejection('unsupported', `keys of type ${type} are not judged`)
}

const OWN_HASH = ['ed25519', 'ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87']
// https://github.com/sigstore/architecture-docs/blob/main/algorithm-registry.md
const CURVE_HASHES: Readonly<Record<string, string>> = { secp384r1: 'sha384', secp521r1: 'sha512' }
