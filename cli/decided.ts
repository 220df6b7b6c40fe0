import { explain } from '../lambda/core/explain.ts'
import { asksBase } from '../lambda/core/policy/authorities.ts'
import type { Policy, PolicySet } from '../lambda/core/policy/policy.ts'
import type { Reason } from '../lambda/core/reasons.ts'
import type { Check, Verdict } from '../lambda/core/verdict.ts'

/** What a verdict comes to where nothing was known of the image before. */
export type Decided = {
  readonly state: 'verified' | 'failed' | 'degraded' | 'error' | 'unmanaged'
  readonly checks: readonly Check[]
}

const OF_BASE: readonly Reason[] = [
  'base-missing',
  'base-unverified',
  'base-changed',
  'base-outdated',
  'base-too-old',
  'base-not-judged',
]

/**
 * What a verdict comes to, and its checks. `awaited`: why some base could not be judged. It may be the one, or on top of what was found: where
 * all hangs on the base, nothing is decided then (I8), since nobody looks again by himself.
 */
export function decided(verdict: Verdict, { policies }: PolicySet, awaited: string | undefined): Decided {
  const { outcome, onlyBase, checks } = verdict
  const open = openChecks(verdict, policies, awaited)
  if (open.length > 0) {
    return { state: 'error', checks: checks.map((one) => (open.includes(one) ? opened(one, awaited) : one)) }
  }
  if (outcome !== 'rejected') return { state: outcome, checks }
  return { state: onlyBase === 'outdated' || onlyBase === 'too-old' ? 'degraded' : 'failed', checks }
}

function openChecks(
  { outcome, onlyBase, checks }: Verdict,
  policies: readonly Policy[],
  awaited: string | undefined,
): readonly Check[] {
  const missed = checks.filter((check) => check.outcome === 'fail')
  if (onlyBase === 'awaited') return missed
  if (awaited === undefined) return []
  if (outcome === 'rejected') {
    const inCel = policies.filter(asksBase).map(({ name }) => `${name}/policy`)
    return missed.every(({ name, reason }) => OF_BASE.includes(reason) || inCel.includes(name)) ? missed : []
  }
  if (outcome !== 'verified') return []
  // Those that are to stand on a good base or on none: what is found says whether it was left as it is
  const optional = policies.flatMap(({ name, base }) => (base?.required === false ? `${name}/base` : []))
  const isFound = ({ name, platform }: Check) =>
    checks.some((other) => other.name === `${name}-intact` && other.platform === platform)
  return checks.filter((check) => optional.includes(check.name) && !isFound(check))
}

function opened(check: Check, awaited = ''): Check {
  const { reason, message } = check
  const said = reason === 'base-not-judged' ? message : explain('base-not-judged', `${awaited}; ${message}`)
  return { ...check, outcome: 'error', reason: 'base-not-judged', message: said }
}
