import { type Digest, isDigest } from './image.ts'

// cosign: legacy tags end in .sig, .att, .sbom; the referrers fallback tag has no suffix (OCI distribution-spec 1.1, "Referrers Tag Schema")
const SIGNATURE_TAG = /^sha256-([0-9a-f]{64})(?:\.(?:sig|att|sbom))?$/
/** How many names there are for the tag that keeps an image, should somebody hold the first. */
const KEEPING_NAMES = 10

/** The repository in which the self-test tries how a registry removes tags; what happens in it is nobody's push. */
export const SELF_TEST_REPOSITORY = 'assay-self-test'

/** The tag that keeps a quarantined image alive; put before any other tag is taken, and never removed. */
export function quarantineTag(digest: Digest): string {
  return `quarantined.${digest.replace(':', '-')}`
}

/** Its names in the order they are tried: where tags are immutable, anybody may have put the first on another image. */
export function quarantineTags(digest: Digest): readonly string[] {
  const first = quarantineTag(digest)
  return Array.from({ length: KEEPING_NAMES }, (_, n) => (n === 0 ? first : `${first}.${n}`))
}

/** One of these names, or one that nobody could foresee. */
export function isQuarantineTagOf(tag: string, digest: Digest): boolean {
  const first = quarantineTag(digest)
  return tag === first || tag.startsWith(`${first}.`)
}

/** The image that a signature tag claims to speak about; undefined for ordinary tags. `prefixes`: what policies let stand before it. */
export function signatureSubject(tag: string, prefixes: readonly string[] = []): Digest | undefined {
  const prefix = prefixes.find((one) => tag.startsWith(one)) ?? ''
  const hex = (SIGNATURE_TAG.exec(tag) ?? SIGNATURE_TAG.exec(tag.slice(prefix.length)))?.[1]
  const digest = `sha256:${hex}`
  return isDigest(digest) ? digest : undefined
}
