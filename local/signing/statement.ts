import type { Digest } from '../../lambda/core/image.ts'

export const STATEMENT_V1 = 'https://in-toto.io/Statement/v1'
export const STATEMENT_V01 = 'https://in-toto.io/Statement/v0.1'
export const COSIGN_SIGNATURE = 'https://sigstore.dev/cosign/sign/v1'

/** An in-toto statement: something said about one image. */
export type Statement = {
  readonly _type: typeof STATEMENT_V1 | typeof STATEMENT_V01
  readonly subject: readonly {
    readonly name?: string
    readonly digest: { readonly sha256: string }
    readonly annotations?: Readonly<Record<string, string>>
  }[]
  readonly predicateType: string
  readonly predicate: unknown
}

/** An attestation of any type about an image. `name` is its repository, which some producers leave out. */
export function attestation(image: {
  readonly digest: Digest
  readonly name?: string
  readonly predicateType: string
  readonly predicate: unknown
}): Statement {
  const { name, predicateType, predicate } = image
  const subject = [{ ...(name && { name }), digest: { sha256: hex(image.digest) } }]
  return { _type: STATEMENT_V1, subject, predicateType, predicate }
}

/** The statement by which cosign 3 signs an image: an empty predicate, annotations on the subject. */
export function signatureStatement(digest: Digest, annotations: Readonly<Record<string, string>> = {}): Statement {
  const subject = [{ digest: { sha256: hex(digest) }, annotations }]
  return { _type: STATEMENT_V1, subject, predicateType: COSIGN_SIGNATURE, predicate: {} }
}

/** The hex digits of a digest, as tags and statements write it. */
export function hex(digest: Digest): string {
  return digest.slice('sha256:'.length)
}
