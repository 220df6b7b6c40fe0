import { hash } from 'node:crypto'
import { serialize } from 'node:v8'
import { TrustedRoot } from '@sigstore/protobuf-specs'
import { type TrustMaterial, toTrustMaterial, VerificationError } from '@sigstore/verify'
import type { TrustedRoots } from '../core/policy/policy.ts'
import { TRUSTED_ROOT_TYPES } from '../core/trusted-root-types.ts'
import { Misconfigured } from '../errors.ts'
import { authoritiesOf, type CertificateAuthority } from './certificate-authority.ts'
import { leanMaterial } from './lean-certificate.ts'

/** Trusted roots by the name policies call them, parsed once. */
export type TrustMaterials = ReadonlyMap<string, TrustedMaterial>

/** A trusted root as the library reads it, its certificate authorities as paths to them are searched, and the hash of the document. */
export type TrustedMaterial = TrustMaterial & {
  readonly authorities: readonly CertificateAuthority[]
  readonly digest: string
}

const MEDIA_TYPES: readonly string[] = TRUSTED_ROOT_TYPES

/** Trusts nobody. */
export const NO_MATERIAL: TrustedMaterial = {
  authorities: [],
  digest: '',
  certificateAuthorities: [],
  timestampAuthorities: [],
  tlogs: [],
  ctlogs: [],
  publicKey: noKey,
}

/** Parses trusted_root.json documents; throws Misconfigured naming the first that cannot be trusted as it stands. */
export function trustMaterials(roots: TrustedRoots): TrustMaterials {
  return new Map(Object.entries(roots).map(([name, root]) => [name, trustMaterial(name, root)]))
}

function trustMaterial(name: string, json: unknown): TrustedMaterial {
  try {
    const root = TrustedRoot.fromJSON(json)
    const problem = problemOf(root)
    if (problem !== undefined) throw new Misconfigured(problem)
    const material = leanMaterial(toTrustMaterial(root, noKey))
    return { ...material, authorities: authoritiesOf(material), digest: hash('sha256', serialize(json)) }
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new Misconfigured(`trusted root "${name}": ${message}`, { cause })
  }
}

function problemOf(root: TrustedRoot): string | undefined {
  if (!MEDIA_TYPES.includes(root.mediaType)) {
    return `mediaType is "${root.mediaType}"; allowed are ${MEDIA_TYPES.join(', ')}`
  }
  const logs = { tlogs: root.tlogs, ctlogs: root.ctlogs }
  for (const [list, entries] of Object.entries(logs)) {
    // Without a start the library trusts the key for all of the past
    const index = entries.findIndex(({ publicKey }) => !isDate(publicKey?.validFor?.start))
    if (index >= 0)
      return `${list}[${index}] has no publicKey.validFor.start; a log key counts only from then on: add it`
  }
  return undefined
}

function isDate(date: Date | undefined): boolean {
  return date !== undefined && !Number.isNaN(date.getTime())
}

// Keys come from policies, never out of a trusted root
function noKey(): never {
  throw new VerificationError({ code: 'PUBLIC_KEY_ERROR', message: 'no key is asked for' })
}
