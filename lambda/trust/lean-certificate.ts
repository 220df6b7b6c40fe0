import { ASN1Obj, X509Certificate } from '@sigstore/core'
import type { TrustMaterial } from '@sigstore/verify'
import { oncePerPair } from './once-per-pair.ts'
import { Rejection } from './rejection.ts'

/**
 * The same certificate to the library, which judges it with its own code, only without its copying: it encodes a certificate
 * back into DER whenever it compares, verifies or names one, and here gets the bytes that were parsed. They are the same:
 * its parser takes nothing but minimal lengths and single-byte tags. Only for certificates that `X509Certificate.parse` made.
 */
export function leanCertificate(certificate: X509Certificate): X509Certificate {
  const [tbs, ...rest] = certificate.root.subs
  if (tbs === undefined) return certificate
  const lean = new X509Certificate(sliced(certificate.root, [sliced(tbs, tbs.subs.map(asParsed)), ...rest]))
  const oids = new Map<ASN1Obj, string>()
  const oidOf = (extension: ASN1Obj): string => {
    const oid = oids.get(extension) ?? nameOf(extension).toOID()
    oids.set(extension, oid)
    return oid
  }
  return Object.defineProperties(lean, {
    verify: { value: (issuer: X509Certificate = lean) => isVerifiedBy(lean, issuer) },
    findExtension: {
      value(oid: string): ASN1Obj | undefined {
        return lean.extensions.find((extension) => oidOf(extension) === oid)
      },
    },
    clone: { value: () => clone(lean) },
  })
}

type CertAuthority = TrustMaterial['certificateAuthorities'][number]

/** The same trusted root, its certificates lean. */
export function leanMaterial(material: TrustMaterial): TrustMaterial {
  return {
    ...material,
    certificateAuthorities: material.certificateAuthorities.map(leanAuthority),
    timestampAuthorities: material.timestampAuthorities.map(leanAuthority),
  }
}

function leanAuthority(authority: CertAuthority): CertAuthority {
  return { ...authority, certChain: authority.certChain.map(leanCertificate) }
}

// Who signed an authority's certificate stays the same from bundle to bundle
const isVerifiedBy = oncePerPair((certificate: X509Certificate, issuer: X509Certificate) =>
  X509Certificate.prototype.verify.call(certificate, issuer),
)

/** A copy whose list of extensions can be changed: the library takes the SCTs out and encodes the rest. */
function clone(certificate: X509Certificate): X509Certificate {
  const { root, tbsCertificate: tbs } = certificate
  const holder = tbs.subs.find((sub) => sub.tag.isContextSpecific(0x03))
  const [list, ...others] = holder?.subs ?? []
  if (holder === undefined || list === undefined) return X509Certificate.prototype.clone.call(certificate)
  const copied = encoded(holder, [encoded(list, list.subs.map(asParsed)), ...others.map(asParsed)])
  const tbsCopy = encoded(
    tbs,
    tbs.subs.map((sub) => (sub === holder ? copied : sub)),
  )
  return new X509Certificate(encoded(root, [tbsCopy, ...root.subs.slice(1).map(asParsed)]))
}

/** Encoded by the library, from its parts. */
function encoded({ tag, value }: ASN1Obj, subs: ASN1Obj[]): ASN1Obj {
  return new ASN1Obj(tag, value, subs)
}

function asParsed(object: ASN1Obj): ASN1Obj {
  return sliced(object, object.subs)
}

/** An object that encodes to the bytes it was parsed from: those of its value, which is a view of them, and the header before. */
function sliced({ tag, value }: ASN1Obj, subs: ASN1Obj[]): ASN1Obj {
  const header = 2 + (value.length < 0x80 ? 0 : bytesOf(value.length))
  return Object.defineProperty(new ASN1Obj(tag, value, subs), 'toDER', {
    value: () => Buffer.from(value.buffer, value.byteOffset - header, header + value.length),
  })
}

function bytesOf(length: number): number {
  return Math.ceil((32 - Math.clz32(length)) / 8)
}

function nameOf({ subs: [name] }: ASN1Obj): ASN1Obj {
  if (name === undefined) throw new Rejection('malformed', 'a certificate extension has no name')
  return name
}
