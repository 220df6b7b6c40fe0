import { createPublicKey, type KeyObject } from 'node:crypto'
import { type Authenticated, type Claim, type ClaimContent, demandId, type Proof } from '../core/evidence.ts'
import type { Digest } from '../core/image.ts'
import type { Demand } from '../core/policy/policy.ts'
import { Misconfigured } from '../errors.ts'
import { spki } from './keys.ts'
import { proofCache } from './proof-cache.ts'
import { faultOf, isJudgement } from './rejection.ts'
import { NO_MATERIAL, type TrustMaterials } from './roots.ts'
import { readSays } from './says.ts'
import { type Trust, verifyBundle } from './verify-bundle.ts'

type BundleContent = Extract<ClaimContent, { kind: 'bundle' }>

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
    proofs: new Map(
      [...trusts].map(([id, trust]) => [id, prove(claim, trust, subject, [id, trust.material.digest, keyIn(trust)])]),
    ),
  }))
}

const remember = proofCache<Proof>()

/** The same content under the same trust is verified once: `judgedBy` names the demand and all that it refers to. */
function prove({ content }: Claim, trust: Trust, subject: Digest, judgedBy: readonly unknown[]): Proof {
  if (content.kind === 'unreadable') return { ok: false, fault: content.fault, detail: content.detail }
  try {
    return remember([content, subject, judgedBy], () => proveAfresh(content, trust, subject))
  } catch (thrown) {
    return { ok: false, ...faultOf(thrown) }
  }
}

/** Throws what may be different the next time: anything but a judgement. */
function proveAfresh(content: BundleContent, trust: Trust, subject: Digest): Proof {
  try {
    const { signer, content: signed } = verifyBundle(content, trust)
    return { ok: true, signer, says: readSays(signed, subject) }
  } catch (thrown) {
    if (!isJudgement(thrown)) throw thrown
    return { ok: false, ...faultOf(thrown) }
  }
}

function keyIn({ signer }: Trust): Buffer | undefined {
  return signer.kind === 'key' ? spki(signer.key) : undefined
}

function trustOf({ signer, root, log, timestamp }: Demand, roots: TrustMaterials): Trust {
  const material = roots.get(root)
  if (signer.kind === 'certificate') {
    if (material === undefined) throw unknownRoot(root, roots)
    return { signer, material, log, timestamp }
  }
  // A key alone needs no root
  if (material === undefined && log + timestamp > 0) throw unknownRoot(root, roots)
  const key = { kind: signer.kind, key: readKey('pem' in signer.key ? signer.key.pem : ''), hash: signer.hash }
  return { signer: key, material: material ?? NO_MATERIAL, log, timestamp }
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
