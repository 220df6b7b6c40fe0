import { X509Certificate } from 'node:crypto'
import { X509Certificate as Asn1Certificate } from '@sigstore/core'
import type { TrustMaterial } from '@sigstore/verify'
import { pemCertificates } from '../core/pem.ts'
import { assertBounded } from './bounded-der.ts'
import { leanCertificate } from './lean-certificate.ts'
import { oncePerPair } from './once-per-pair.ts'
import { Rejection } from './rejection.ts'

/** One certificate in two readings: OpenSSL verifies it, and the library's shows the extensions that OpenSSL keeps to itself. */
export type Certificate = { readonly x509: X509Certificate; readonly asn1: Asn1Certificate }

/** Where a path may end, what may lie on the way there, and at which times. */
export type CertificateAuthority = {
  readonly anchors: readonly Certificate[]
  readonly intermediates: readonly Certificate[]
  readonly validFor: { readonly start: Date; readonly end: Date }
}

const ALWAYS = { start: new Date(0), end: new Date(8_640_000_000_000_000) }

/** A certificate out of its DER, and nothing else than that. */
export function parseCertificate(der: Buffer): Certificate {
  const x509 = new X509Certificate(der)
  if (!x509.raw.equals(der)) throw new Rejection('malformed', 'the certificate is not plain DER')
  let asn1: Asn1Certificate | undefined
  return {
    x509,
    // Bundles bring certificates that nobody needs
    get asn1() {
      if (asn1 === undefined) {
        assertBounded(der, 'a certificate')
        asn1 = leanCertificate(Asn1Certificate.parse(x509.raw))
      }
      return asn1
    },
  }
}

/**
 * The authority that one or more certificates (PEM) stand for, as with cosign's `--ca-roots` and `--ca-intermediates`:
 * self-signed ones are anchors, others may lie on the way. Where none is self-signed the last one is the anchor,
 * so that an issuing authority can be trusted alone.
 */
export function privateAuthority(pem: string): CertificateAuthority {
  const certificates = pemCertificates(pem).map(parseCertificate)
  if (certificates.length === 0) throw new Error('there is no certificate in it')
  const authority = authorityOf(certificates, ALWAYS)
  const odd = authority.anchors.find(({ x509 }) => !x509.ca)
  if (odd !== undefined) throw new Error(`${odd.x509.subject} is not a certificate authority`)
  return authority
}

/** The certificate authorities of a trusted root, by the same rule. */
export function authoritiesOf({ certificateAuthorities }: TrustMaterial): CertificateAuthority[] {
  return certificateAuthorities.map(({ certChain, validFor }) =>
    authorityOf(
      certChain.map(({ root }) => parseCertificate(root.toDER())),
      validFor,
    ),
  )
}

/** Whether one certificate was issued by another: by names, key identifiers, key usage and signature. */
export const isIssued = oncePerPair(
  ({ x509 }: Certificate, by: Certificate) => x509.checkIssued(by.x509) && x509.verify(by.x509.publicKey),
)

function authorityOf(
  certificates: readonly Certificate[],
  validFor: CertificateAuthority['validFor'],
): CertificateAuthority {
  const selfSigned = certificates.filter((certificate) => isIssued(certificate, certificate))
  const anchors = selfSigned.length > 0 ? selfSigned : certificates.slice(-1)
  return { anchors, intermediates: certificates, validFor }
}
