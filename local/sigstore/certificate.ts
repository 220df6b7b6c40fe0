import { createHash, type KeyObject, sign } from 'node:crypto'
import { bits, boolean, context, integer, OID, octets, oid, sequence, setOf, time, tlv, utf8 } from './der.ts'

/** Who signs: the name certificates give as issuer, and the key pair behind it. */
export type Issuer = { readonly name: Uint8Array; readonly publicKey: KeyObject; readonly privateKey: KeyObject }

/** What a certificate says, apart from its issuer. */
export type CertificateFields = {
  readonly serial: Uint8Array
  readonly subject: Uint8Array
  readonly publicKey: KeyObject
  readonly notBefore: Date
  readonly notAfter: Date
  readonly extensions: readonly Uint8Array[]
}

/** The algorithm of every signature here: ECDSA over SHA-256. */
export const SIGNATURE_ALGORITHM = sequence(oid(OID.ecdsaWithSha256))

/** A distinguished name of organisation and common name. */
export function distinguishedName(organization: string, commonName: string): Buffer {
  return sequence(
    setOf(sequence(oid(OID.organization), utf8(organization))),
    setOf(sequence(oid(OID.commonName), utf8(commonName))),
  )
}

/** The part of a certificate that is signed (RFC 5280, 4.1.2). */
export function tbsCertificate(fields: CertificateFields, issuer: Issuer): Buffer {
  const common = [
    extension(OID.subjectKeyId, octets(keyId(fields.publicKey))),
    extension(OID.authorityKeyId, sequence(tlv(0x80, keyId(issuer.publicKey)))),
  ]
  return sequence(
    context(0, integer(2)),
    integer(fields.serial),
    SIGNATURE_ALGORITHM,
    issuer.name,
    sequence(time(fields.notBefore), time(fields.notAfter)),
    fields.subject,
    spki(fields.publicKey),
    context(3, sequence(...common, ...fields.extensions)),
  )
}

/** A signed certificate in DER. */
export function certificate(fields: CertificateFields, issuer: Issuer): Buffer {
  const tbs = tbsCertificate(fields, issuer)
  return sequence(tbs, SIGNATURE_ALGORITHM, bits(sign('sha256', tbs, issuer.privateKey)))
}

export function extension(id: string, value: Uint8Array, critical = false): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octets(value))
}

/** What the key may do. Bits are numbered from the left (RFC 5280, 4.2.1.3). */
export function keyUsage(use: 'sign' | 'issue'): Buffer {
  return extension(OID.keyUsage, use === 'sign' ? bits(Buffer.of(0x80), 7) : bits(Buffer.of(0x06), 1), true)
}

export function extendedKeyUsage(purpose: string, critical = false): Buffer {
  return extension(OID.extKeyUsage, sequence(oid(purpose)), critical)
}

export function certificateAuthority(): Buffer {
  return extension(OID.basicConstraints, sequence(boolean(true)), true)
}

/** The SubjectPublicKeyInfo of a key in DER. */
export function spki(publicKey: KeyObject): Buffer {
  return publicKey.export({ format: 'der', type: 'spki' })
}

function keyId(publicKey: KeyObject): Buffer {
  return createHash('sha1').update(spki(publicKey)).digest()
}
