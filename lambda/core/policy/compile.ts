import type * as z from 'zod'
import { compileGlob } from './glob.ts'
import type { Parsed } from './kinds.ts'
import { type Authority, DEFAULT_ROOT, type Demand, type Enforcement, OWN_SOURCE, type Policy } from './policy.ts'
import { type ownAuthority, predicateUri } from './schema-authority.ts'

type AuthorityDocument = z.output<typeof ownAuthority>

/** A policy document with its defaults applied. */
export function compilePolicy(parsed: Extract<Parsed, { readonly kind: Policy['kind'] }>): Policy {
  const { metadata, spec } = parsed.document
  return {
    kind: parsed.kind,
    name: metadata.name,
    images:
      parsed.kind === 'VerificationPolicy'
        ? parsed.document.spec.images.map(({ glob, exclude }) => compileGlob(glob, 'repository', exclude))
        : spec.images.map(({ glob }) => compileGlob(glob, 'reference')),
    mode: spec.mode ?? 'enforce',
    platforms: 'index',
    authorities: spec.authorities.map((authority, index) => compileAuthority(authority, index)),
  }
}

/** What an Enforcement document asks for, with its defaults applied. */
export function compileEnforcement({
  metadata,
  spec,
}: Extract<Parsed, { readonly kind: 'Enforcement' }>['document']): Enforcement {
  return {
    ...DEFAULT_ENFORCEMENT,
    name: metadata.name,
    images: spec.images.map(({ glob, exclude }) => compileGlob(glob, 'repository', exclude)),
    ...(spec.environment !== undefined && { environment: spec.environment }),
    onFailure: spec.onFailure ?? DEFAULT_ENFORCEMENT.onFailure,
    onDegraded: spec.onDegraded ?? DEFAULT_ENFORCEMENT.onDegraded,
    gracePeriod: spec.gracePeriod ?? DEFAULT_ENFORCEMENT.gracePeriod,
    failFast: spec.failFast ?? DEFAULT_ENFORCEMENT.failFast,
    protect: (spec.protect ?? []).map((glob) => compileGlob(glob, 'tag')),
  }
}

/** What holds for images that no Enforcement covers: look, tell, take nothing. */
export const DEFAULT_ENFORCEMENT: Enforcement = {
  name: 'default',
  images: [],
  onFailure: 'observe',
  onDegraded: 'alert',
  gracePeriod: 600,
  failFast: false,
  protect: [],
}

function compileAuthority(authority: AuthorityDocument, index: number): Authority {
  const name = authority.name ?? `authority-${index}`
  if (authority.static !== undefined) {
    return { kind: 'static', name, action: authority.static.action, message: authority.static.message ?? '' }
  }
  return {
    kind: 'sigstore',
    name,
    demand: demandOf(authority),
    identities: authority.keyless?.identities ?? [],
    annotations: authority.annotations ?? {},
    attestations: (authority.attestations ?? []).map(({ name: wanted, predicateType }) => ({
      name: wanted,
      predicateType: predicateUri(predicateType),
    })),
    source: OWN_SOURCE,
    reference: 'any',
  }
}

function demandOf({ key, keyless, ctlog, rfc3161timestamp }: AuthorityDocument): Demand {
  const timestamp = rfc3161timestamp === undefined ? 0 : 1
  return {
    signer:
      key?.data === undefined
        ? { kind: 'certificate', sct: keyless?.insecureIgnoreSCT !== true }
        : { kind: 'key', key: { pem: key.data }, hash: key.hashAlgorithm ?? 'sha256' },
    root: keyless?.trustRootRef ?? ctlog?.trustRootRef ?? rfc3161timestamp?.trustRootRef ?? DEFAULT_ROOT,
    // A short-lived certificate proves nothing without a trusted time: from a log, or from a timestamp in its place.
    log: ctlog !== undefined || (keyless !== undefined && timestamp === 0) ? 1 : 0,
    timestamp,
  }
}
