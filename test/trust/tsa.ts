import { hash, randomBytes, X509Certificate } from 'node:crypto'
import { certificate, distinguishedName, extendedKeyUsage, keyUsage } from '../../local/sigstore/certificate.ts'
import { OID } from '../../local/sigstore/der.ts'
import { type TokenAlgorithms, timestamp } from '../../local/sigstore/tsa.ts'
import { jsonRequest } from '../../local/sigstore/tsa-request.ts'
import { ecKeys, NOW, type Pki, rootOf } from './pki.ts'
import { hours } from './private-ca.ts'

/** One more timestamp authority below the root of this Sigstore; `serial` where it takes the place of another one. */
export function timestampAuthority(pki: Pki, commonName: string, serial: Buffer = randomBytes(16), keys = ecKeys()) {
  const { root } = pki.authority
  const fields = {
    serial,
    subject: distinguishedName('Acme', commonName),
    publicKey: keys.publicKey,
    notBefore: hours(-24),
    notAfter: hours(24),
    extensions: [keyUsage('sign'), extendedKeyUsage(OID.timeStamping, true)],
  }
  const timestamps = { ...keys, name: fields.subject, certificate: certificate(fields, root) }
  const [template] = rootOf(pki).timestampAuthorities
  const certificates = [timestamps, root].map((one) => ({ rawBytes: one.certificate.toString('base64') }))
  return {
    ...timestamps,
    json: { ...template!, certChain: { certificates } },
    stamp: (data: Uint8Array, at = NOW) => stampedBy(pki, timestamps, data, at),
  }
}

type Stamper = { readonly certificate: Buffer; readonly privateKey: Pki['authority']['timestamps']['privateKey'] }

/** A token signed by any key, that carries any certificates: the first of them is the one that it names as its signer's. */
export function stampedBy(
  { authority }: Pki,
  stamper: Stamper,
  data: Uint8Array,
  at = NOW,
  algorithms?: TokenAlgorithms,
): string {
  const artifactHash = hash('sha256', data, 'base64')
  const request = jsonRequest(JSON.stringify({ artifactHash, hashAlgorithm: 'sha256', certificates: true }))
  const timestamps = { ...authority.timestamps, ...stamper }
  return timestamp(request, { ...authority, timestamps }, at, algorithms).toString('base64')
}

export function serialOf(der: Buffer): Buffer {
  return Buffer.from(new X509Certificate(der).serialNumber, 'hex')
}

/** The same token with another signature, which is the last thing in it. */
export function broken(token: string): string {
  const der = Buffer.from(token, 'base64')
  der.writeUInt8(der.readUInt8(der.length - 1) ^ 1, der.length - 1)
  return der.toString('base64')
}
