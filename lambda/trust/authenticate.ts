import { createPublicKey, type KeyObject } from 'node:crypto'
import type { TrustMaterial } from '@sigstore/verify'
import { type Authenticated, type Claim, demandId, type Proof } from '../core/evidence.ts'
import type { Digest } from '../core/image.ts'
import type { Demand } from '../core/policy/policy.ts'
import { Misconfigured } from '../errors.ts'
import { faultOf } from './rejection.ts'
import type { TrustMaterials } from './roots.ts'
import { readSays } from './says.ts'
import { type Trust, verifyBundle } from './verify-bundle.ts'

/**
 * Checks every claim against every demand. Whatever goes wrong with a claim is a fault of that claim and never hides another one;
 * only an installation that lacks a root or holds an unreadable key throws, before any claim is looked at.
 */
export function authenticate(
  claims: readonly Claim[],
  demands: readonly Demand[],
  subject: Digest,
  roots: TrustMaterials,
): Authenticated[] {
  const trusts = new Map(demands.map((demand) => [demandId(demand), trustOf(demand, roots)]))
  return claims.map((claim) => ({
    claim,
    proofs: new Map([...trusts].map(([id, trust]) => [id, prove(claim, trust, subject)])),
  }))
}

function prove({ content }: Claim, trust: Trust, subject: Digest): Proof {
  if (content.kind === 'unreadable') return { ok: false, fault: content.fault, detail: content.detail }
  try {
    const { signer, content: signed } = verifyBundle(content, trust)
    return { ok: true, signer, says: readSays(signed, subject) }
  } catch (thrown) {
    return { ok: false, ...faultOf(thrown) }
  }
}

function trustOf(demand: Demand, roots: TrustMaterials): Trust {
  const { signer, log, timestamp } = demand
  const material = roots.get(demand.root)
  if (signer.kind === 'key') {
    // A key alone needs no root
    if (material === undefined && (log || timestamp)) throw unknownRoot(demand.root, roots)
    return { demand, material: material ?? NOTHING, key: readKey(signer.pem) }
  }
  if (material === undefined) throw unknownRoot(demand.root, roots)
  return { demand, material }
}

const NOTHING: TrustMaterial = {
  certificateAuthorities: [],
  timestampAuthorities: [],
  tlogs: [],
  ctlogs: [],
  publicKey: () => {
    throw new Misconfigured('no key is asked for')
  },
}

function readKey(pem: string): KeyObject {
  try {
    return createPublicKey(pem)
  } catch (cause) {
    throw new Misconfigured(`a policy's public key cannot be read: ${String(cause)}`, { cause })
  }
}

function unknownRoot(name: string, roots: TrustMaterials): Misconfigured {
  const known = [...roots.keys()].map((root) => `"${root}"`).join(', ') || 'none'
  return new Misconfigured(`no trusted root is called "${name}"; known: ${known}`)
}
