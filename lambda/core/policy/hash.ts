import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import { kmsArnsOf } from './kms.ts'
import type { Policy, PolicySet, TrustedRoots } from './policy.ts'

/**
 * One name for everything a verdict depends on but the evidence: these policies, the roots and the keys of
 * AWS KMS they refer to, the decider.
 * sha256 over canonical JSON (RFC 8785); the order of the policies does not matter.
 */
export function policyHash(
  policies: readonly Policy[],
  roots: TrustedRoots,
  deciderVersion: string,
  keys: PolicySet['keys'] = {},
): string {
  const used = Object.entries(roots).filter(([name]) => policies.some((policy) => refersTo(policy, name)))
  const fetched = kmsArnsOf({ policies }).map((arn) => [arn, keys[arn] ?? ''])
  return sha256({
    decider: deciderVersion,
    policies: policies.map(sha256).sort(),
    roots: Object.fromEntries(used.map(([name, root]) => [name, rootHash(root)])),
    ...(fetched.length > 0 && { keys: Object.fromEntries(fetched) }),
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
