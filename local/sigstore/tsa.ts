import { hash, randomBytes, sign, X509Certificate } from 'node:crypto'
import type { Authority } from './authority.ts'
import { SIGNATURE_ALGORITHM } from './certificate.ts'
import { context, generalizedTime, integer, OID, octets, oid, sequence, setOf, time, tlv } from './der.ts'
import type { TimestampRequest } from './tsa-request.ts'

/** What a token is signed with: the hash by name, and the identifiers of hash and signature. */
export type TokenAlgorithms = { readonly hash: string; readonly digest: Uint8Array; readonly signature: Uint8Array }

const ECDSA_SHA256 = { hash: 'sha256', digest: sequence(oid(OID.sha256)), signature: SIGNATURE_ALGORITHM }
const GRANTED = sequence(integer(0))
const ONE_SECOND = sequence(integer(1))

/** Answers with a granted TimeStampResp (RFC 3161, section 2.4.2). */
export function timestamp(
  request: TimestampRequest,
  authority: Authority,
  now: Date,
  algorithms: TokenAlgorithms = ECDSA_SHA256,
): Buffer {
  const info = sequence(
    integer(1),
    request.policy,
    request.messageImprint,
    integer(randomBytes(16)),
    generalizedTime(now),
    ONE_SECOND,
    ...(request.nonce ? [request.nonce] : []),
  )
  const token = sequence(
    oid(OID.signedData),
    context(0, signedData(info, authority, request.certificate, now, algorithms)),
  )
  return sequence(GRANTED, token)
}

// RFC 5652, section 5
function signedData(
  info: Uint8Array,
  authority: Authority,
  withCertificate: boolean,
  now: Date,
  { hash: name, digest, signature }: TokenAlgorithms,
): Buffer {
  const { certificate, privateKey } = authority.timestamps
  const issuer = authority.root.name
  const serial = integer(Buffer.from(new X509Certificate(certificate).serialNumber, 'hex'))
  const attributes = setOf(
    attribute(OID.contentType, oid(OID.tstInfo)),
    attribute(OID.signingTime, time(now)),
    attribute(OID.messageDigest, octets(hash(name, info, 'buffer'))),
    attribute(OID.signingCertificateV2, signingCertificate(certificate, issuer, serial)),
  )
  const signer = sequence(
    integer(1),
    sequence(issuer, serial),
    digest,
    // Signed as a SET OF, sent under the tag [0] (RFC 5652, section 5.4)
    Buffer.concat([Buffer.of(0xa0), attributes.subarray(1)]),
    signature,
    octets(sign(name, attributes, privateKey)),
  )
  return sequence(
    integer(3),
    setOf(digest),
    sequence(oid(OID.tstInfo), context(0, octets(info))),
    ...(withCertificate ? [context(0, certificate)] : []),
    setOf(signer),
  )
}

// ESSCertIDv2 (RFC 5035, section 4): the certificate by SHA-256, by its issuer and its serial number
function signingCertificate(certificate: Uint8Array, issuer: Uint8Array, serial: Uint8Array): Buffer {
  const directoryName = tlv(0xa4, issuer)
  const id = sequence(octets(hash('sha256', certificate, 'buffer')), sequence(sequence(directoryName), serial))
  return sequence(sequence(id))
}

function attribute(id: string, value: Uint8Array): Buffer {
  return sequence(oid(id), setOf(value))
}
