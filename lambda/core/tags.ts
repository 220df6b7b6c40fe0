import { type Digest, isDigest } from './image.ts'

// cosign: legacy tags end in .sig, .att, .sbom; the referrers fallback tag has no suffix (OCI distribution-spec 1.1, "Referrers Tag Schema")
const SIGNATURE_TAG = /^sha256-([0-9a-f]{64})(?:\.(?:sig|att|sbom))?$/
const QUARANTINE_TAG = /^quarantined\.sha256-([0-9a-f]{64})$/

/** The tag that keeps a quarantined image alive; put before any other tag is taken, and never removed. */
export function quarantineTag(digest: Digest): string {
  return `quarantined.${digest.replace(':', '-')}`
}

export function isQuarantineTagOf(tag: string, digest: Digest): boolean {
  return QUARANTINE_TAG.test(tag) && tag === quarantineTag(digest)
}

/** The image that a signature tag claims to speak about; undefined for ordinary tags. */
export function signatureSubject(tag: string): Digest | undefined {
  const hex = SIGNATURE_TAG.exec(tag)?.[1]
  const digest = `sha256:${hex}`
  return isDigest(digest) ? digest : undefined
}
