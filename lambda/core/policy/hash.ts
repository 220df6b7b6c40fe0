import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { Policy, TrustedRoots } from './policy.ts'

/**
 * One name for everything a verdict depends on but the evidence: these policies, the roots they refer to, the decider.
 * sha256 over canonical JSON (RFC 8785); the order of the policies does not matter.
 */
export function policyHash(policies: readonly Policy[], roots: TrustedRoots, deciderVersion: string): string {
  const used = Object.entries(roots).filter(([name]) => policies.some((policy) => refersTo(policy, name)))
  const parts = policies.map((policy) => canonical(policy)).sort()
  const text = canonical({ decider: deciderVersion, policies: parts, roots: Object.fromEntries(used) })
  return createHash('sha256').update(text).digest('hex')
}

function refersTo({ authorities }: Policy, root: string): boolean {
  return authorities.some((authority) => authority.kind === 'sigstore' && authority.demand.root === root)
}

function canonical(value: unknown): string {
  const text = canonicalize(value)
  if (text === undefined) throw new TypeError('no canonical JSON for this value')
  return text
}
