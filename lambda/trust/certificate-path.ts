import type { ASN1Obj } from '@sigstore/core'
import { CODE_SIGNING } from './certificate.ts'
import { type Certificate, type CertificateAuthority, isIssued } from './certificate-authority.ts'
import { Rejection } from './rejection.ts'

/** From the signing certificate up to an anchor. */
export type CertificatePath = readonly [leaf: Certificate, ...between: Certificate[], anchor: Certificate]

const ANY_PURPOSE = '2.5.29.37.0'
// Key usage, alternative name, basic constraints, policies, extended key usage
const UNDERSTOOD = ['2.5.29.15', '2.5.29.17', '2.5.29.19', '2.5.29.32', '2.5.29.37']
// RFC 5280, 4.1.2.5: whole seconds in Zulu time. OpenSSL takes fractions and zones too, and does not print them
const SHORT_TIME = /^\d{12}Z$/
const LONG_TIME = /^\d{14}Z$/
const BROKEN_HASH = /md[245]|sha1(?!\d)/i

/**
 * The way from a signing certificate to an anchor of one of the authorities, each link of it valid at that time (RFC 5280, 6.1).
 * What the bundle brought along may lie on the way, and is never where it ends.
 */
export function pathAt(
  time: Date,
  leaf: Certificate,
  brought: readonly Certificate[],
  authorities: readonly CertificateAuthority[],
): CertificatePath {
  if (!isValidAt(time, leaf)) throw untrusted(`the certificate was not valid at ${time.toISOString()}`)
  for (const { anchors, intermediates, validFor } of authorities) {
    if (time < validFor.start || time > validFor.end) continue
    const path =
      shortestPath(time, leaf, intermediates, anchors) ??
      shortestPath(time, leaf, [...intermediates, ...brought], anchors)
    if (path !== undefined) return sound(path)
  }
  throw untrusted(`no path from the certificate to an authority trusted at ${time.toISOString()}`)
}

/**
 * Level by level, each certificate used once: the work is bounded by the square of their number, however they refer to each other.
 * The lowest place of a certificate is its best one, since a path length only ever limits what lies below.
 */
function shortestPath(
  time: Date,
  leaf: Certificate,
  between: readonly Certificate[],
  anchors: readonly Certificate[],
): CertificatePath | undefined {
  let unused = between.filter((one) => isValidAt(time, one))
  let ways: Certificate[][] = [[]]
  for (let below = 0; ways.length > 0; below++) {
    const issuersOf = (way: readonly Certificate[], candidates: readonly Certificate[]) =>
      candidates.filter((one) => isIssued(way.at(-1) ?? leaf, one) && mayIssue(one, below))
    for (const way of ways) {
      const anchor = issuersOf(way, anchors).find((one) => isValidAt(time, one))
      if (anchor !== undefined) return [leaf, ...way, anchor]
    }
    ways = ways.flatMap((way) => {
      const issuers = issuersOf(way, unused)
      unused = unused.filter((one) => !issuers.includes(one))
      return issuers.map((issuer) => [...way, issuer])
    })
  }
  return undefined
}

/** An authority for signing code, with at most as many authorities below it as it may have. */
function mayIssue({ x509, asn1 }: Certificate, below: number): boolean {
  if (!x509.ca) return false
  // Undefined where the certificate states no purpose. Node calls the extended key usage the key usage
  const purposes: readonly string[] | undefined = x509.keyUsage
  if (purposes !== undefined && ![CODE_SIGNING, ANY_PURPOSE].some((one) => purposes.includes(one))) return false
  const limit = asn1.extBasicConstraints?.pathLenConstraint
  return limit === undefined || limit >= below
}

function isValidAt(time: Date, { x509 }: Certificate): boolean {
  return x509.validFromDate <= time && time <= x509.validToDate
}

/**
 * What no path may contain: a time that others may read otherwise, a critical extension that is not judged here
 * (name constraints, say), an extension twice, a signature that can be forged; and at its end no authority, whose key is for certificates (RFC 5280, 4.2).
 */
function sound(path: CertificatePath): CertificatePath {
  if (path[0].asn1.extBasicConstraints?.isCA) throw untrusted('the signing certificate is that of an authority')
  for (const { asn1 } of path) {
    if (!hasPlainTimes(asn1)) throw untrusted('a certificate has a time that is not in whole seconds of Zulu time')
    const names = asn1.extensions.map(({ subs: [id] }) => id?.toOID())
    if (new Set(names).size < names.length) throw untrusted('a certificate has an extension twice')
    const odd = asn1.extensions.find(({ subs: [id, critical, value] }) => {
      return value !== undefined && critical?.toBoolean() && !UNDERSTOOD.includes(id?.toOID() ?? '')
    })
    if (odd !== undefined)
      throw new Rejection('unsupported', `critical extension ${odd.subs[0]?.toOID()} of a certificate`)
  }
  const weak = path.slice(0, -1).find(({ x509 }) => BROKEN_HASH.test(x509.signatureAlgorithm ?? ''))
  if (weak !== undefined) throw untrusted(`a certificate is signed with ${weak.x509.signatureAlgorithm}`)
  return path
}

/** Its validity: the one part of a certificate that is a sequence of two times. */
function hasPlainTimes({ tbsCertificate: { subs } }: Certificate['asn1']): boolean {
  return subs.some((part) => part.subs.length === 2 && part.subs.every(isPlainTime))
}

function isPlainTime({ tag, value }: ASN1Obj): boolean {
  const text = value.toString('latin1')
  return (tag.isUTCTime() && SHORT_TIME.test(text)) || (tag.isGeneralizedTime() && LONG_TIME.test(text))
}

function untrusted(message: string): Rejection {
  return new Rejection('certificate-untrusted', message)
}
