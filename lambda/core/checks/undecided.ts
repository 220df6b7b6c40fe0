import type { Authenticated } from '../evidence.ts'
import { demandId, sourceId } from '../evidence.ts'
import type { SigstoreAuthority } from '../policy/authorities.ts'
import type { Undecided } from '../verdict.ts'
import type { Group, Judged } from './judged.ts'

/** What lies where an authority looks and is more than is read: it might be anything. */
export function unreadFor({ demand, source }: SigstoreAuthority, claims: readonly Authenticated[]): string | undefined {
  const [id, place] = [demandId(demand), sourceId(source)]
  for (const { claim, proofs } of claims) {
    const proof = claim.source === place ? proofs.get(id) : undefined
    if (proof?.ok === false && proof.fault === 'over-limit')
      return `${claim.carrier} in ${claim.manifest}: ${proof.detail}`
  }
  return undefined
}

/**
 * Why a no of enforcing policies counts for nothing: what is more than is read, or cannot be judged here, might have made it a yes
 * (decisions 6 and 12). Undefined where some policy is missed whatever the answer would be.
 */
export function whyUndecided(enforcing: readonly Judged[]): Undecided | undefined {
  const open = enforcing.filter(({ passed }) => !passed).map(openIn)
  return open.every((why) => why !== undefined) ? open[0] : undefined
}

function openIn({ policy, groups }: Judged): Undecided | undefined {
  const open = groups.filter(({ passed }) => !passed).map((group) => openGroup(policy.name, group))
  return open.every((why) => why !== undefined) ? open[0] : undefined
}

function openGroup(policy: string, { authorities, unread }: Group): Undecided | undefined {
  if (unread !== undefined) return { reason: 'over-limit', message: unread }
  for (const { name, finding } of authorities.flatMap(({ findings }) => findings)) {
    const { reason, detail } = finding
    if (finding.met || (reason !== 'over-limit' && reason !== 'not-judged')) continue
    return { reason, message: `${policy}/${name}: ${detail}` }
  }
  return undefined
}
