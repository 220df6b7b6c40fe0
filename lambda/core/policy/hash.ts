import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import { kmsKeysOf } from './kms-key.ts'
import type { Policy, PolicySet } from './policy.ts'

/**
 * One name for everything a verdict depends on but the evidence: these policies, the roots and KMS keys they refer to as
 * they are now, the decider. sha256 over canonical JSON (RFC 8785); the order of the policies does not matter.
 */
export function policyHash(
  policies: readonly Policy[],
  { roots, keys }: Pick<PolicySet, 'roots' | 'keys'>,
  deciderVersion: string,
): string {
  const used = Object.entries(roots).filter(([name]) => policies.some((policy) => refersTo(policy, name)))
  const arns = kmsKeysOf(policies)
  return sha256({
    decider: deciderVersion,
    policies: policies.map(sha256).sort(),
    roots: Object.fromEntries(used.map(([name, root]) => [name, rootHash(root)])),
    keys: Object.fromEntries(Object.entries(keys).filter(([arn]) => arns.includes(arn))),
  })
}

function refersTo({ authorities }: Policy, root: string): boolean {
  return authorities.some((authority) => authority.kind === 'sigstore' && authority.demand.root === root)
}

// A root is large and lives as long as the process; every image asks for its hash.
const known = new WeakMap<object, string>()

function rootHash(root: unknown): string {
  if (typeof root !== 'object' || root === null) return sha256(root)
  const hash = known.get(root) ?? sha256(root)
  known.set(root, hash)
  return hash
}

function sha256(value: unknown): string {
  return createHash('sha256')
    .update(canonicalize(value) ?? '')
    .digest('hex')
}
