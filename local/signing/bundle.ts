import { BUNDLE_V03_MEDIA_TYPE, bundleToJSON, type SerializedBundle } from '@sigstore/bundle'
import { DSSEBundleBuilder, MessageSignatureBundleBuilder } from '@sigstore/sign'
import { jsonBytes } from './push.ts'
import type { Signing } from './signing.ts'
import type { Statement } from './statement.ts'

export const IN_TOTO = 'application/vnd.in-toto+json'

/** A bundle (v0.3) around a signed statement. */
export async function signStatement(statement: Statement, signing: Signing): Promise<SerializedBundle> {
  return bundleToJSON(await new DSSEBundleBuilder(signing).create({ data: jsonBytes(statement), type: IN_TOTO }))
}

/** A bundle (v0.3) around a bare signature of bytes. */
export async function signMessage(data: Uint8Array, signing: Signing): Promise<SerializedBundle> {
  const built = await new MessageSignatureBundleBuilder(signing).create({ data: Buffer.from(data) })
  // The builder writes v0.2 with a chain of one certificate; v0.3 has no chain
  const { content } = built.verificationMaterial
  const certificate = content.$case === 'x509CertificateChain' && content.x509CertificateChain.certificates[0]
  const verificationMaterial = certificate
    ? { ...built.verificationMaterial, content: { $case: 'certificate' as const, certificate } }
    : built.verificationMaterial
  return bundleToJSON({ ...built, mediaType: BUNDLE_V03_MEDIA_TYPE, verificationMaterial })
}
