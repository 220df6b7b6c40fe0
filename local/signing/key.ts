import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

/** A key pair in PEM. */
export type PemKeys = { readonly privateKey: string; readonly publicKey: string }

export type KeyKind = 'P-256' | 'P-384' | 'P-521' | 'RSA' | 'Ed25519'

/** Makes a new key pair: P-256, as cosign does, or of another kind. */
export function generateKeys(kind: KeyKind = 'P-256'): PemKeys {
  const { privateKey, publicKey } = newPair(kind)
  return {
    privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    publicKey: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
  }
}

/** The public half of a private key in PEM. */
export function publicKeyOf(privateKey: string): string {
  return createPublicKey(privateKey).export({ format: 'pem', type: 'spki' }).toString()
}

/** The name cosign gives a public key in a bundle: the hash of its DER form. */
export function keyHint(publicKey: string): string {
  const der = createPublicKey(publicKey).export({ format: 'der', type: 'spki' })
  return createHash('sha256').update(der).digest('base64')
}

/** Signs with the hash that belongs to the key: SHA-384 for P-384, SHA-512 for P-521, none of its own for Ed25519. */
export function signBytes(data: Uint8Array, privateKey: string): Buffer {
  const key = createPrivateKey(privateKey)
  return sign(hashFor(key), data, key)
}

function newPair(kind: KeyKind): { privateKey: KeyObject; publicKey: KeyObject } {
  switch (kind) {
    case 'RSA':
      return generateKeyPairSync('rsa', { modulusLength: 2048 })
    case 'Ed25519':
      return generateKeyPairSync('ed25519')
    case 'P-256':
    case 'P-384':
    case 'P-521':
      return generateKeyPairSync('ec', { namedCurve: kind })
  }
}

function hashFor(key: KeyObject): string | null {
  if (key.asymmetricKeyType === 'ed25519') return null
  const curve = key.asymmetricKeyDetails?.namedCurve
  if (curve === 'secp384r1') return 'sha384'
  return curve === 'secp521r1' ? 'sha512' : 'sha256'
}
