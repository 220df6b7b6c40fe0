import { ASN1Obj, type X509Certificate } from '@sigstore/core'
import { CLAIM_ARCS } from '../core/policy/certificate-claims.ts'
import { assertBounded } from './bounded-der.ts'
import { Rejection } from './rejection.ts'

/** Who a certificate was issued to, and what its authority says about them. */
export type CertificateIdentity = {
  readonly issuer: string
  readonly subject: string
  readonly claims: Readonly<Record<string, string>>
}

const FULCIO = '1.3.6.1.4.1.57264.1'
const ISSUER_V1 = `${FULCIO}.1`
const ISSUER_V2 = `${FULCIO}.8`
const EXTENDED_KEY_USAGE = '2.5.29.37'
/** The purpose of certificates that sign software. */
export const CODE_SIGNING = '1.3.6.1.5.5.7.3.3'
const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17'
const URI_NAME = 0x86
const EMAIL_NAME = 0x81
const UTF8_STRING = 0x0c

/** Below it an extension holds the raw text, from it on a DER UTF8String (Fulcio's docs/oid-info.md). */
const FIRST_DER_ARC = 8

/**
 * Reads the identity out of a certificate whose path is already verified. Whatever is not plain text is no identity.
 * Fulcio's certificates name who knows the identity; where others name nobody the issuer is empty.
 */
export function readIdentity(certificate: X509Certificate, fulcio: boolean): CertificateIdentity {
  assertCodeSigning(certificate)
  const isNamed = [ISSUER_V1, ISSUER_V2].some((oid) => certificate.extension(oid) !== undefined)
  return {
    issuer: fulcio || isNamed ? issuerOf(certificate) : '',
    subject: subjectOf(certificate),
    claims: claimsOf(certificate),
  }
}

/** A chain that ends in a trusted authority is not enough: a server certificate of a private CA must not sign images. */
function assertCodeSigning(certificate: X509Certificate): void {
  const usages = certificate.extension(EXTENDED_KEY_USAGE)?.valueObj.subs[0]?.subs ?? []
  if (!usages.some((usage) => usage.tag.isOID() && usage.toOID() === CODE_SIGNING)) {
    throw new Rejection('certificate-untrusted', 'the certificate is not for code signing')
  }
}

function issuerOf(certificate: X509Certificate): string {
  // Where both are there and disagree, the newer decides; a broken newer one is no reason to fall back
  const issuer = certificate.extension(ISSUER_V2)
    ? derText(certificate, ISSUER_V2)
    : rawText(certificate.extension(ISSUER_V1)?.value)
  if (!issuer) throw new Rejection('certificate-untrusted', 'the certificate names no issuer of the identity')
  return issuer
}

/** The first URI, else the first e-mail address. The library masks the high bit of each byte, so bytes are read here. */
function subjectOf(certificate: X509Certificate): string {
  const names = certificate.extension(SUBJECT_ALTERNATIVE_NAME)?.valueObj.subs[0]?.subs ?? []
  const named = [URI_NAME, EMAIL_NAME].map((tag) => names.find((name) => name.tag.toDER() === tag)?.value)
  const subject = named.find((value) => value !== undefined)
  const text = rawText(subject)
  if (!text)
    throw new Rejection('certificate-untrusted', 'the certificate names no URI and no e-mail address as its subject')
  return text
}

function claimsOf(certificate: X509Certificate): Record<string, string> {
  const claims = Object.entries(CLAIM_ARCS).map(([name, arc]) => {
    const oid = `${FULCIO}.${arc}`
    return [name, arc < FIRST_DER_ARC ? rawText(certificate.extension(oid)?.value) : derText(certificate, oid)]
  })
  return Object.fromEntries(claims.filter(([, value]) => value !== undefined))
}

function rawText(value: Buffer | undefined): string | undefined {
  const text = value?.toString('latin1') ?? ''
  return /^[\x20-\x7e]+$/.test(text) ? text : undefined
}

function derText(certificate: X509Certificate, oid: string): string | undefined {
  const value = certificate.extension(oid)?.value
  if (value === undefined) return undefined
  try {
    assertBounded(value, 'a claim of the certificate')
    const { tag, value: bytes } = ASN1Obj.parseBuffer(Buffer.from(value))
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return tag.toDER() === UTF8_STRING && !/\p{Cc}/u.test(text) ? text : undefined
  } catch {
    return undefined
  }
}
