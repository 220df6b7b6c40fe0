import { canonicalHash } from '../canonical.ts'
import { trustNamedBy } from './authorities.ts'
import type { BaseImage, Policy, PolicySet } from './policy.ts'

/**
 * One name for everything a verdict depends on but the evidence: these policies, the roots and KMS keys they refer to as
 * they are now, what counts as a base, the decider. sha256 over canonical JSON (RFC 8785); the order of the policies does not matter.
 */
export function policyHash(
  policies: readonly Policy[],
  trust: Pick<PolicySet, 'roots' | 'keys'>,
  deciderVersion: string,
  bases: readonly BaseImage[] = [],
): string {
  const { roots, keys } = trustNamedBy(policies, trust)
  return canonicalHash({
    decider: deciderVersion,
    policies: policies.map(canonicalHash).sort(),
    roots: Object.fromEntries(Object.entries(roots).map(([name, root]) => [name, rootHash(root)])),
    keys,
    // Which tags are looked at changes no verdict
    ...(bases.length > 0 && { bases: bases.map((base) => ({ ...base, watch: undefined })) }),
  })
}

/** One name for what policies ask, whatever the roots, keys and deny lists of the moment are. */
export function rulesHash(policies: readonly Policy[]): string {
  return canonicalHash(policies.map((policy) => canonicalHash({ ...policy, denied: undefined })).sort())
}

// A root is large and lives as long as the process; every image asks for its hash.
const known = new WeakMap<object, string>()

function rootHash(root: unknown): string {
  if (typeof root !== 'object' || root === null) return canonicalHash(root)
  const hash = known.get(root) ?? canonicalHash(root)
  known.set(root, hash)
  return hash
}
