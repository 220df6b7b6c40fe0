import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { Policy, PolicySet } from './policy.ts'

/**
 * One name for everything a verdict depends on but the evidence: these policies, the roots they refer to, the decider.
 * sha256 over canonical JSON (RFC 8785); the order of the policies does not matter.
 */
export function policyHash(
  policies: readonly Policy[],
  { roots, keys }: Pick<PolicySet, 'roots' | 'keys'>,
  deciderVersion: string,
): string {
  const demands = policies.flatMap(({ authorities }) =>
    authorities.flatMap((one) => (one.kind === 'sigstore' ? [one.demand] : [])),
  )
  const used = Object.entries(roots).filter(([name]) => demands.some(({ root }) => root === name))
  const arns = demands.flatMap(({ signer }) => (signer.kind === 'key' && 'kms' in signer.key ? [signer.key.kms] : []))
  return sha256({
    decider: deciderVersion,
    policies: policies.map(sha256).sort(),
    roots: Object.fromEntries(used.map(([name, root]) => [name, rootHash(root)])),
    keys: Object.fromEntries(Object.entries(keys).filter(([arn]) => arns.includes(arn))),
  })
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
