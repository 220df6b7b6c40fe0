import { X509Certificate } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { Proof, Signer } from '../../lambda/core/evidence.ts'
import { DIGEST, SIGN_V1 } from '../trust/bundles.ts'
import { NOW } from '../trust/pki.ts'
import type { Input } from './mutant.ts'

type Yes = Extract<Proof, { ok: true }>
const CODE_SIGNING = '1.3.6.1.5.5.7.3.3'

/**
 * Where what was proven is not what another reading of the same signed bytes finds: OpenSSL's of a certificate, a plain one of a payload.
 * `strange`: OpenSSL refuses a certificate that the trusted authority issued, so only its text can be compared.
 */
export function unfaithful(
  input: Input,
  proof: Yes,
  original: Yes,
): { readonly strange?: boolean; readonly problem?: string } {
  if (input.carrier === 'manifest') return { problem: 'a manifest proves nothing' }
  if (input.carrier === 'legacy')
    return told(simpleSigningDiffers(input.bytes, proof) ?? signerDiffers(proof, original))
  const { verificationMaterial: material, dsseEnvelope } = JSON.parse(input.bytes.toString()) as {
    verificationMaterial: { certificate?: { rawBytes: string } }
    dsseEnvelope: { payload: string }
  }
  const problem = statementDiffers(Buffer.from(dsseEnvelope.payload, 'base64'), proof)
  if (problem !== undefined || material.certificate === undefined)
    return told(problem ?? signerDiffers(proof, original))
  return certificateDiffers(Buffer.from(material.certificate.rawBytes, 'base64'), proof.signer)
}

function told(problem: string | undefined): { readonly problem?: string } {
  return problem === undefined ? {} : { problem }
}

function signerDiffers(proof: Yes, original: Yes): string | undefined {
  return isDeepStrictEqual(proof.signer, original.signer)
    ? undefined
    : `another signer: ${JSON.stringify(proof.signer)}`
}

type Statement = { predicateType?: unknown; subject?: { digest?: { sha256?: unknown }; annotations?: unknown }[] }

function statementDiffers(payload: Buffer, { says }: Yes): string | undefined {
  const statement = JSON.parse(payload.toString()) as Statement
  const about = statement.subject?.find((one) => one?.digest?.sha256 === DIGEST.slice('sha256:'.length))
  if (about === undefined) return 'a statement that does not name the image'
  if (says.kind === 'attestation') {
    const told = says.predicateType === statement.predicateType && says.predicateType !== SIGN_V1
    return told ? undefined : 'another type than was signed'
  }
  if (statement.predicateType !== SIGN_V1) return 'an attestation taken for a signature'
  return annotationsDiffer(about.annotations, says.annotations)
}

function simpleSigningDiffers(payload: Buffer, { says }: Yes): string | undefined {
  const { critical, optional } = JSON.parse(payload.toString()) as {
    critical?: { type?: unknown; image?: Record<string, unknown> }
    optional?: unknown
  }
  if (says.kind !== 'signature') return 'a signature taken for an attestation'
  if (critical?.type !== 'cosign container image signature') return 'a payload of another type'
  if (critical.image?.['docker-manifest-digest'] !== DIGEST) return 'a payload that does not name the image'
  return annotationsDiffer(optional, says.annotations)
}

function annotationsDiffer(signed: unknown, told: Readonly<Record<string, string>>): string | undefined {
  const odd = Object.entries(told).find(([key, value]) => (signed as Record<string, unknown>)[key] !== value)
  return odd && `annotation ${odd[0]} is told as ${odd[1]}`
}

function certificateDiffers(der: Buffer, signer: Signer): { readonly strange?: boolean; readonly problem?: string } {
  if (signer.kind !== 'certificate') return { problem: 'a key taken for a certificate' }
  const odd = [signer.subject, signer.issuer].find((text) => !der.includes(text))
  if (odd !== undefined) return { problem: `${JSON.stringify(odd)} is nowhere in the certificate` }
  const certificate = byOpenSsl(der)
  // Undefined too where an extension comes twice
  if (certificate?.subjectAltName === undefined || certificate.keyUsage === undefined) return { strange: true }
  const { subjectAltName: names, keyUsage, validFrom, validTo } = certificate
  // Where a name has quotes or commas OpenSSL's is told as JSON
  const told = [signer.subject, JSON.stringify(signer.subject).replaceAll(',', '\\u002c')].flatMap((name) => [
    `URI:${name}`,
    `email:${name}`,
  ])
  if (!told.some((name) => names.includes(name))) {
    return { problem: `subject ${JSON.stringify(signer.subject)}; OpenSSL reads ${JSON.stringify(names)}` }
  }
  if (!keyUsage.includes(CODE_SIGNING)) return { problem: 'a certificate that is not for code signing' }
  const valid = new Date(validFrom) <= NOW && NOW <= new Date(validTo)
  return valid ? {} : { problem: `valid from ${validFrom} to ${validTo}` }
}

function byOpenSsl(der: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(der)
  } catch {
    return undefined
  }
}
