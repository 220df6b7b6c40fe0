import { attachBundle } from './attach.ts'
import { signStatement } from './bundle.ts'
import type { Content, Repository } from './push.ts'
import type { Signing } from './signing.ts'
import { attestation, signatureStatement } from './statement.ts'

/** Signs an image as `cosign sign` of cosign 3 does, and returns the referrer. */
export async function signImage(
  repository: Repository,
  image: Content,
  signing: Signing,
  annotations?: Readonly<Record<string, string>>,
): Promise<Content> {
  return await attachBundle(
    repository,
    image,
    await signStatement(signatureStatement(image.digest, annotations), signing),
  )
}

/** Attests something about an image as `cosign attest` of cosign 3 does, and returns the referrer. */
export async function attestImage(
  repository: Repository,
  image: Content,
  signing: Signing,
  said: { readonly predicateType: string; readonly predicate: unknown },
): Promise<Content> {
  const statement = attestation({ digest: image.digest, ...said })
  return await attachBundle(repository, image, await signStatement(statement, signing))
}
