import {
  type Authenticated,
  demandId,
  type Evidence,
  type Proof,
  type Says,
  type Signer,
} from '../../lambda/core/evidence.ts'
import { type Authority, type Demand, OWN_SOURCE, type Policy } from '../../lambda/core/policy/policy.ts'
import type { SignatureFault } from '../../lambda/core/reasons.ts'
import { digest, ID } from './records.ts'

type SigstoreAuthority = Extract<Authority, { kind: 'sigstore' }>

/** When the subjects of tests are judged. */
export const NOW = new Date('2026-11-26T00:00:00.000Z')

export const ISSUER = 'https://token.actions.githubusercontent.com'
export const SUBJECT = 'https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main'
export const SPDX = 'https://spdx.dev/Document'
export const SLSA = 'https://slsa.dev/provenance/v1'

const KEY_DEMAND: Demand = {
  signer: { kind: 'key', key: { pem: 'K' }, hash: 'sha256' },
  root: 'default',
  log: 0,
  timestamp: 0,
}
const CERTIFICATE_DEMAND: Demand = {
  signer: { kind: 'certificate', sct: true },
  root: 'default',
  log: 1,
  timestamp: 0,
}

export const KEY: Signer = { kind: 'key', key: 'sha256:k' }
export const WORKFLOW = { kind: 'certificate', issuer: ISSUER, subject: SUBJECT, claims: {}, signedAt: '2026' } as const

export function byKey(fields: Partial<SigstoreAuthority> = {}): SigstoreAuthority {
  return {
    kind: 'sigstore',
    name: 'key',
    demand: KEY_DEMAND,
    identities: [],
    annotations: {},
    attestations: [],
    source: OWN_SOURCE,
    reference: 'any',
    ...fields,
  }
}

export function byWorkflow(fields: Partial<SigstoreAuthority> = {}): SigstoreAuthority {
  const identities = [{ issuer: { exact: ISSUER }, subject: { exact: SUBJECT }, claims: {} }]
  return { ...byKey({ name: 'workflow', demand: CERTIFICATE_DEMAND, identities }), ...fields }
}

export function withStatic(action: 'pass' | 'fail', message = ''): Authority {
  return { kind: 'static', name: action, action, message }
}

export function policy(authorities: readonly Authority[], fields: Partial<Policy> = {}): Policy {
  return {
    kind: 'VerificationPolicy',
    name: 'signed',
    images: [],
    mode: 'enforce',
    platforms: 'index',
    authorities,
    ...fields,
  }
}

export function evidence(fields: Partial<Evidence> = {}): Evidence {
  return { image: ID, mediaType: 'm', platforms: [], signature: false, claims: [], unsigned: [], ...fields }
}

export const SIGNATURE: Says = { kind: 'signature', annotations: {}, names: [] }

export function attestation(predicateType: string, predicate: unknown = {}): Says {
  const payload = Buffer.from(JSON.stringify({ predicateType, predicate }))
  return { kind: 'attestation', predicateType, names: [], payload }
}

/** A claim whose signature holds, to whoever asks for this kind of signer. */
export function good(signer: Signer = KEY, says: Says = SIGNATURE): Authenticated {
  const proof: Proof = { ok: true, signer, says }
  const other: Proof = { ok: false, fault: 'wrong-key-kind', detail: 'of the other kind' }
  return claim(signer.kind === 'key' ? proof : other, signer.kind === 'key' ? other : proof)
}

/** A claim that is turned away by every demand. */
export function bad(fault: SignatureFault = 'signature-invalid'): Authenticated {
  const proof: Proof = { ok: false, fault, detail: `it is ${fault}` }
  return claim(proof, proof)
}

function claim(key: Proof, certificate: Proof): Authenticated {
  return {
    claim: {
      carrier: 'cosign-bundle',
      source: '',
      manifest: digest(2),
      layer: digest(3),
      content: { kind: 'bundle', bundle: {} },
    },
    proofs: new Map([
      [demandId(KEY_DEMAND), key],
      [demandId(CERTIFICATE_DEMAND), certificate],
    ]),
  }
}
