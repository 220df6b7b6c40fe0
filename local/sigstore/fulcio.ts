import { createPublicKey, type KeyObject, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { BadInput } from '../../lambda/core/bad-input.ts'
import type { Authority } from './authority.ts'
import { type CertificateFields, certificate, extendedKeyUsage, keyUsage, tbsCertificate } from './certificate.ts'
import { sctExtension } from './ct.ts'
import { OID, sequence } from './der.ts'
import { claimExtensions, subjectAltName } from './fulcio-claims.ts'
import { certificatePem } from './pem.ts'
import { type Claims, readToken } from './token.ts'

const LIFETIME = 10 * 60 * 1000
const SigningRequest = z.object({
  credentials: z.object({ oidcIdentityToken: z.string() }).optional(),
  publicKeyRequest: z.object({ publicKey: z.object({ content: z.string() }) }),
})

/** Answers a request for a signing certificate; the token comes in the body or as the bearer's. */
export function signingCertificate(body: unknown, bearer: string | undefined, authority: Authority, now: Date) {
  const request = SigningRequest.parse(body)
  const token = request.credentials?.oidcIdentityToken ?? bearer
  if (token === undefined) throw new BadInput('no identity token: neither credentials.oidcIdentityToken nor a bearer')
  const leaf = issue(readToken(token), publicKey(request.publicKeyRequest.publicKey.content), authority, now)
  const certificates = [leaf, authority.fulcio.certificate, authority.root.certificate].map(certificatePem)
  return { signedCertificateEmbeddedSct: { chain: { certificates } } }
}

/** A certificate of ten minutes that binds the key to the identity, with its certificate timestamp inside. */
function issue(claims: Claims, key: KeyObject, authority: Authority, now: Date): Buffer {
  const fields: CertificateFields = {
    serial: randomBytes(16),
    subject: sequence(),
    publicKey: key,
    notBefore: now,
    notAfter: new Date(now.getTime() + LIFETIME),
    extensions: [
      keyUsage('sign'),
      extendedKeyUsage(OID.codeSigning),
      subjectAltName(claims),
      ...claimExtensions(claims),
    ],
  }
  const sct = sctExtension(tbsCertificate(fields, authority.fulcio), authority.fulcio.publicKey, authority.ct, now)
  return certificate({ ...fields, extensions: [...fields.extensions, sct] }, authority.fulcio)
}

function publicKey(pem: string): KeyObject {
  try {
    return createPublicKey(pem)
  } catch (cause) {
    throw new BadInput('publicKeyRequest.publicKey.content is not a public key in PEM', { cause })
  }
}
