import { createHash, type KeyObject, sign } from 'node:crypto'
import type { KeyPair } from './authority.ts'
import { extension, spki } from './certificate.ts'
import { OID, octets } from './der.ts'

// RFC 6962, section 3.2: the fixed bytes of a v1 timestamp over a precertificate
const V1 = 0
const CERTIFICATE_TIMESTAMP = 0
const PRECERT_ENTRY = 1
const SHA256_ECDSA = Buffer.of(4, 3)
const NO_EXTENSIONS = Buffer.of(0, 0)

/** The id of a log: the hash of its public key. */
export function logId(publicKey: KeyObject): Buffer {
  return createHash('sha256').update(spki(publicKey)).digest()
}

/** The certificate extension with one signed certificate timestamp over what the rest of the certificate says. */
export function sctExtension(tbs: Uint8Array, issuer: KeyObject, ct: KeyPair, now: Date): Buffer {
  const at = Buffer.alloc(8)
  at.writeBigUInt64BE(BigInt(now.getTime()))
  const signed = Buffer.concat([
    Buffer.of(V1, CERTIFICATE_TIMESTAMP),
    at,
    Buffer.of(0, PRECERT_ENTRY),
    createHash('sha256').update(spki(issuer)).digest(),
    prefixed(3, tbs),
    NO_EXTENSIONS,
  ])
  const signature = prefixed(2, sign('sha256', signed, ct.privateKey))
  const sct = Buffer.concat([Buffer.of(V1), logId(ct.publicKey), at, NO_EXTENSIONS, SHA256_ECDSA, signature])
  return extension(OID.sctList, octets(prefixed(2, prefixed(2, sct))))
}

function prefixed(width: number, bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(width)
  length.writeUIntBE(bytes.length, 0, width)
  return Buffer.concat([length, bytes])
}
