import type { BaseEvidence } from '../bases/base-evidence.ts'
import type { Evidence } from '../evidence.ts'
import { explain } from '../explain.ts'
import type { Check, Outcome } from '../verdict.ts'
import type { Finding } from './authority.ts'
import type { Group, Judged } from './judged.ts'

/** Every check of every policy, what covers each platform, and the unsigned statements that count for nothing. */
export function reportChecks(judged: readonly Judged[], evidence: Evidence): Check[] {
  const checks = judged.flatMap((one) => [
    ...one.groups.flatMap((group) => checksOf(one, group)),
    ...coverageOf(one, evidence),
  ])
  const none = checkOf('policy', 'skip', { reason: 'no-policy', detail: '' })
  return [...(judged.length === 0 ? [none] : checks), ...unsignedOf(evidence)]
}

function checksOf({ policy }: Judged, { platform, passed, authorities }: Group): Check[] {
  // An authority that was missed is no failure where another one sufficed
  const missed: Outcome = passed ? 'skip' : policy.mode === 'warn' ? 'warn' : 'fail'
  return authorities.flatMap(({ findings }) =>
    findings.map(({ name, finding }) => {
      const found = finding.reason === 'not-asked' ? 'skip' : 'pass'
      return checkOf(`${policy.name}/${name}`, finding.met ? found : missed, finding, platform)
    }),
  )
}

/** For each platform of an index that is covered as a whole: by whose signature. */
function coverageOf({ policy, passed, groups: [whole] }: Judged, { platforms }: Evidence): Check[] {
  if (!passed || whole?.platform !== undefined) return []
  const by = whole?.authorities.find(({ met }) => met)
  return (by?.findings ?? []).flatMap(({ name, finding, onPlatforms }) => {
    const called = `${policy.name}/${name}`
    if (onPlatforms !== undefined) {
      return onPlatforms.map((one) => checkOf(called, 'pass', one.finding, one.platform))
    }
    const covered = { reason: 'covered', detail: finding.detail } as const
    return platforms.map((platform) => checkOf(called, 'pass', covered, platform))
  })
}

/** What an image says of its base and its layers do not bear out. Labels are inherited, so that this alone fails nothing. */
export function claimChecks(base: BaseEvidence | undefined): Check[] {
  return (base?.platforms ?? []).flatMap(({ platform, claims }, _, { length }) =>
    claims
      .filter(({ outcome }) => outcome === 'false')
      .map(({ from, image, detail }) => {
        const finding = { reason: 'base-claim-false', detail: `${from} says ${image}: ${detail}` } as const
        return checkOf('base/claim', 'warn', finding, length > 1 ? platform : undefined)
      }),
  )
}

function unsignedOf({ unsigned }: Evidence): Check[] {
  const told = new Map(unsigned.map(({ carrier, type }) => [`${carrier} ${type}`, { carrier, type }]))
  return [...told.values()].map(({ carrier, type }) =>
    checkOf(`unsigned/${carrier}`, 'skip', { reason: 'unsigned', detail: type }),
  )
}

function checkOf(
  name: string,
  outcome: Outcome,
  { reason, detail }: Pick<Finding, 'reason' | 'detail'>,
  platform?: string,
): Check {
  return {
    name,
    outcome,
    reason,
    message: explain(reason, detail).toWellFormed(),
    ...(platform !== undefined && { platform }),
  }
}
