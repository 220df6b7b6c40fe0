import { BUNDLE_V03_MEDIA_TYPE, type Bundle, bundleToJSON, type SerializedBundle } from '@sigstore/bundle'
import { DSSEBundleBuilder, MessageSignatureBundleBuilder } from '@sigstore/sign'
import { jsonBytes } from './push.ts'
import type { Signing } from './signing.ts'
import type { Statement } from './statement.ts'

export const IN_TOTO = 'application/vnd.in-toto+json'

/** A bundle (v0.3) around a signed statement. */
export async function signStatement(statement: Statement, signing: Signing): Promise<SerializedBundle> {
  const builder = new DSSEBundleBuilder(signing)
  return finish(await builder.create({ data: jsonBytes(statement), type: IN_TOTO }), signing)
}

/** A bundle (v0.3) around a bare signature of bytes. */
export async function signMessage(data: Uint8Array, signing: Signing): Promise<SerializedBundle> {
  return finish(await new MessageSignatureBundleBuilder(signing).create({ data: Buffer.from(data) }), signing)
}

/**
 * The builders give a message bundle v0.2 with a chain of one certificate where v0.3 has no chain, and write a key's
 * hint into the envelope as well, where cosign rejects it: so they get none, and it is put where it belongs here.
 */
function finish(bundle: Bundle, { hint }: Signing): SerializedBundle {
  const { content } = bundle.verificationMaterial
  const certificate = content.$case === 'x509CertificateChain' && content.x509CertificateChain.certificates[0]
  const verificationMaterial = {
    ...bundle.verificationMaterial,
    ...(certificate && { content: { $case: 'certificate' as const, certificate } }),
    ...(hint && { content: { $case: 'publicKey' as const, publicKey: { hint } } }),
  }
  return bundleToJSON({ ...bundle, mediaType: BUNDLE_V03_MEDIA_TYPE, verificationMaterial })
}
