import { createPublicKey, type KeyObject } from 'node:crypto'
import { type Authenticated, type Claim, type ClaimContent, demandId, type Proof } from '../core/evidence.ts'
import type { Digest } from '../core/image.ts'
import type { Demand, KeySource, Validity } from '../core/policy/policy.ts'
import { Misconfigured, Unavailable } from '../errors.ts'
import { type CertificateAuthority, privateAuthority } from './certificate-authority.ts'
import { spki } from './keys.ts'
import { proofCache } from './proof-cache.ts'
import { faultOf, isJudgement } from './rejection.ts'
import { NO_MATERIAL, type TrustMaterials } from './roots.ts'
import { readSays } from './says.ts'
import type { SignedContent } from './signed-content.ts'
import type { Trust, Window } from './trust.ts'
import { type Verified, verifyBundle } from './verify-bundle.ts'

/** All that claims are judged by: trusted roots by name, keys of AWS KMS by ARN (PEM), and the moment of judging. */
export type Trusted = {
  readonly materials: TrustMaterials
  readonly keys: Readonly<Record<string, string>>
  readonly now: Date
}

/** Checks every claim about a subject against every demand. Whatever goes wrong with a claim is a fault of that claim and never hides another one. */
export type Authenticate = (claims: readonly Claim[], subject: Digest) => Authenticated[]

/**
 * Reads all that demands refer to once, for every manifest of an image. Throws where the installation lacks a root or a key,
 * or holds one it cannot read, before any claim is looked at.
 */
export function authenticator(demands: readonly Demand[], trusted: Trusted): Authenticate {
  const trusts = demands.map((demand) => [demandId(demand), trustOf(demand, trusted)] as const)
  return (claims, subject) =>
    claims.map((claim) => ({
      claim,
      proofs: new Map(trusts.map(([id, trust]) => [id, prove(claim, trust, subject, id, trusted.now)])),
    }))
}

type BundleContent = Extract<ClaimContent, { kind: 'bundle' }>
/** What a claim proves whenever it is looked at, and the trusted times that this rests on. */
type Proven = { readonly proof: Proof; readonly times: readonly Date[] }

const remember = proofCache<Proven>()

/** The same content under the same trust is verified once; only a key's window is held against the moment each time. */
function prove({ content }: Claim, trust: Trust, subject: Digest, judgedBy: string, now: Date): Proof {
  if (content.kind === 'unreadable') return { ok: false, fault: content.fault, detail: content.detail }
  try {
    const basis = [content, subject, judgedBy, trust.material.digest, keyIn(trust)]
    const { proof, times } = remember(basis, () => proveAtAnyTime(content, trust, subject))
    const window = trust.signer.kind === 'key' ? trust.signer.window : undefined
    return proof.ok && window ? within(window, proof, times, now) : proof
  } catch (thrown) {
    return { ok: false, ...faultOf(thrown) }
  }
}

/** Throws what may be different the next time: anything but a judgement. */
function proveAtAnyTime(content: BundleContent, trust: Trust, subject: Digest): Proven {
  try {
    const { content: signed, times, ...by } = verifyBundle(content, trust)
    return { proof: saying(by, signed, subject), times }
  } catch (thrown) {
    if (!isJudgement(thrown)) throw thrown
    return { proof: { ok: false, ...faultOf(thrown) }, times: [] }
  }
}

/** Whatever is wrong with it from here on, it is by this signer. */
function saying(by: Omit<Verified, 'content' | 'times'>, signed: SignedContent, subject: Digest): Proof {
  try {
    return { ok: true, ...by, says: readSays(signed, subject) }
  } catch (thrown) {
    if (!isJudgement(thrown)) throw thrown
    return { ok: false, ...faultOf(thrown), signed: true }
  }
}

/** A demand names a KMS key by its ARN, and an alias may come to mean another key. */
function keyIn({ signer }: Trust): Buffer | undefined {
  return signer.kind === 'key' ? spki(signer.key) : undefined
}

/** Every trusted time must lie in the key's window; where the signature has none, now must (sigstore-go GHSA-wqqc-jjcq-vfxm), for as long as it does. */
function within(window: Window, proof: Proof & { readonly ok: true }, times: readonly Date[], now: Date): Proof {
  const outside = (times.length > 0 ? times : [now]).find((time) => time < window.start || time > window.end)
  if (outside === undefined) {
    if (times.length > 0 || window.end >= LAST_YEAR) return proof
    // The end belongs to it
    return { ...proof, until: new Date(window.end.getTime() + 1).toISOString() }
  }
  const known = times.length > 0 ? 'signed' : 'signed at an unknown time, judged'
  const detail = `${known} at ${outside.toISOString()}, outside the key's validity`
  return { ok: false, fault: 'key-outside-validity', detail }
}

function trustOf({ signer, root, log, timestamp }: Demand, { materials, keys }: Trusted): Trust {
  const material = materials.get(root)
  if (signer.kind === 'certificate') {
    if (material === undefined) throw unknownRoot(root, materials)
    const authorities = signer.ca === undefined ? material.authorities : [readAuthority(signer.ca)]
    const { kind, sct, ca } = signer
    return { signer: { kind, hash: 'sha256', sct, authorities, fulcio: ca === undefined }, material, log, timestamp }
  }
  // A key alone needs no root
  if (material === undefined && log + timestamp > 0) throw unknownRoot(root, materials)
  const { kind, hash, validity } = signer
  const key = { kind, hash, key: readKey(signer.key, keys), ...(validity && { window: windowOf(validity) }) }
  return { signer: key, material: material ?? NO_MATERIAL, log, timestamp }
}

function readKey(source: KeySource, keys: Trusted['keys']): KeyObject {
  if ('kms' in source && !Object.hasOwn(keys, source.kms)) {
    throw new Unavailable('AWS KMS', `the trust function has not fetched the public key ${source.kms} yet`)
  }
  const name = 'kms' in source ? `public key ${source.kms}` : "a policy's public key"
  try {
    return createPublicKey('kms' in source ? (keys[source.kms] ?? '') : source.pem)
  } catch (cause) {
    throw new Misconfigured(`${name} cannot be read: ${String(cause)}`, { cause })
  }
}

function readAuthority(pem: string): CertificateAuthority {
  try {
    return privateAuthority(pem)
  } catch (cause) {
    throw new Misconfigured(`the certificate authority of a policy cannot be read: ${String(cause)}`, { cause })
  }
}

/** The last moment that a Date can be; and the first whose text no longer sorts with others. */
const FOREVER = new Date(8.64e15)
const LAST_YEAR = new Date('9999-01-01T00:00:00Z')

function windowOf({ start, end }: Validity): Window {
  const window = { start: new Date(start ?? -8.64e15), end: new Date(end ?? FOREVER) }
  if (Object.values(window).some((date) => Number.isNaN(date.getTime()))) {
    throw new Misconfigured(`the validity of a policy's key is not a time: ${start} to ${end}`)
  }
  return window
}

function unknownRoot(name: string, roots: TrustMaterials): Misconfigured {
  const known = [...roots.keys()].map((root) => `"${root}"`).join(', ') || 'none'
  const mirrored =
    'if a TUF mirror keeps it, the trust function has still to fetch it: each hour, or when you invoke it'
  return new Misconfigured(`no trusted root is called "${name}"; known: ${known}; ${mirrored}`)
}
