import { type Authenticated, type Claim, demandId, type Proof, sourceId } from '../evidence.ts'
import type { SigstoreAuthority } from '../policy/authorities.ts'
import type { Undecided } from '../verdict.ts'
import type { AuthorityResult, Group, Judged } from './judged.ts'

/** What lies where an authority looks, and nobody has seen what it says, though it may be by this very signer. */
export function unreadFor(authority: SigstoreAuthority, claims: readonly Authenticated[]): string | undefined {
  return firstOver(authority, claims, ({ content }, { signed }) =>
    content.kind === 'bundle' ? signed : content.unread,
  )
}

/** The same, and whatever else is over a limit: no signer makes such bundles, but who knows. */
export function overLimitFor(authority: SigstoreAuthority, claims: readonly Authenticated[]): string | undefined {
  return firstOver(authority, claims, () => true)
}

type Failed = Extract<Proof, { readonly ok: false }>

function firstOver(
  { demand, source }: SigstoreAuthority,
  claims: readonly Authenticated[],
  counts: (claim: Claim, proof: Failed) => boolean | undefined,
): string | undefined {
  const [id, place] = [demandId(demand), sourceId(source)]
  for (const { claim, proofs } of claims) {
    const proof = claim.source === place ? proofs.get(id) : undefined
    if (proof?.ok !== false || proof.fault !== 'over-limit' || !counts(claim, proof)) continue
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

/** Where all are asked for, one that is missed for good is enough for a no; where one is enough, all must be. */
function openGroup(policy: string, { authorities, all }: Group): Undecided | undefined {
  const open = authorities.filter(({ met }) => !met).map((one) => openAuthority(policy, one))
  if (all === true && open.includes(undefined)) return undefined
  return open.find((why) => why !== undefined)
}

function openAuthority(policy: string, { findings, overLimit }: AuthorityResult): Undecided | undefined {
  if (overLimit !== undefined) return { reason: 'over-limit', message: overLimit }
  for (const { name, finding } of findings) {
    const { reason, detail } = finding
    if (finding.met || (reason !== 'over-limit' && reason !== 'not-judged')) continue
    return { reason, message: `${policy}/${name}: ${detail}` }
  }
  return undefined
}
