import { createHash, randomBytes, sign, X509Certificate } from 'node:crypto'
import type { Authority } from './authority.ts'
import { SIGNATURE_ALGORITHM } from './certificate.ts'
import { context, generalizedTime, integer, OID, octets, oid, sequence, setOf, time, tlv } from './der.ts'
import type { TimestampRequest } from './tsa-request.ts'

const SHA256_ALGORITHM = sequence(oid(OID.sha256))
const GRANTED = sequence(integer(0))
const ONE_SECOND = sequence(integer(1))

/** Answers with a granted TimeStampResp (RFC 3161, section 2.4.2). */
export function timestamp(request: TimestampRequest, authority: Authority, now: Date): Buffer {
  const info = sequence(
    integer(1),
    request.policy,
    request.messageImprint,
    integer(randomBytes(16)),
    generalizedTime(now),
    ONE_SECOND,
    ...(request.nonce ? [request.nonce] : []),
  )
  const token = sequence(oid(OID.signedData), context(0, signedData(info, authority, request.certificate, now)))
  return sequence(GRANTED, token)
}

// RFC 5652, section 5
function signedData(info: Uint8Array, authority: Authority, withCertificate: boolean, now: Date): Buffer {
  const { certificate, privateKey } = authority.timestamps
  const issuer = authority.root.name
  const serial = integer(Buffer.from(new X509Certificate(certificate).serialNumber, 'hex'))
  const attributes = setOf(
    attribute(OID.contentType, oid(OID.tstInfo)),
    attribute(OID.signingTime, time(now)),
    attribute(OID.messageDigest, octets(sha256(info))),
    attribute(OID.signingCertificateV2, signingCertificate(certificate, issuer, serial)),
  )
  const signer = sequence(
    integer(1),
    sequence(issuer, serial),
    SHA256_ALGORITHM,
    // Signed as a SET OF, sent under the tag [0] (RFC 5652, section 5.4)
    Buffer.concat([Buffer.of(0xa0), attributes.subarray(1)]),
    SIGNATURE_ALGORITHM,
    octets(sign('sha256', attributes, privateKey)),
  )
  return sequence(
    integer(3),
    setOf(SHA256_ALGORITHM),
    sequence(oid(OID.tstInfo), context(0, octets(info))),
    ...(withCertificate ? [context(0, certificate)] : []),
    setOf(signer),
  )
}

// ESSCertIDv2 (RFC 5035, section 4): the certificate by SHA-256, by its issuer and its serial number
function signingCertificate(certificate: Uint8Array, issuer: Uint8Array, serial: Uint8Array): Buffer {
  const directoryName = tlv(0xa4, issuer)
  const id = sequence(octets(sha256(certificate)), sequence(sequence(directoryName), serial))
  return sequence(sequence(id))
}

function attribute(id: string, value: Uint8Array): Buffer {
  return sequence(oid(id), setOf(value))
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}
