import type { FoundChain, PlatformBase } from '../bases/base-evidence.ts'
import { type Chosen, chooseBase, currentness, intactness, UNJUDGED } from '../bases/base-facts.ts'
import { formatImage } from '../image.ts'
import type { BaseRule, Policy } from '../policy/policy.ts'
import { plusSeconds } from '../status.ts'
import { type Finding, met, missed, notAsked } from './authority.ts'
import { type Group, groupOf, type Subject } from './judged.ts'

/** What a policy asks of the base, on every platform: one that stands on none is not made good by another. */
export function judgeBase({ base: rule }: Policy, { base, now }: Subject): Group[] {
  if (rule === undefined) return []
  if (base === undefined) return [groupOf([{ name: 'base', finding: missed('not-judged', NOT_KNOWN) }])]
  const { platforms, awaited } = base
  if (platforms.length === 0) return [groupOf([{ name: 'base', finding: missed('no-platform') }])]
  return platforms.map((one) =>
    groupOf(
      findings(rule, one, now, awaited?.find(({ by }) => mayBeAsked(rule, by))?.why),
      platforms.length > 1 ? one.platform : undefined,
    ),
  )
}

const NOT_KNOWN = 'the bases that an image may stand on are not looked up here'

/** Whether what these BaseImages may vouch for may be asked for; of all of them where none is named. */
function mayBeAsked({ from }: BaseRule, by: readonly string[] | undefined): boolean {
  return by === undefined || by.some((name) => from.length === 0 || from.includes(name))
}

type Named = { readonly name: string; readonly finding: Finding }

function findings(rule: BaseRule, platform: PlatformBase, now: Date, awaited: string | undefined): Named[] {
  const { problem } = platform
  if (problem !== undefined) return [{ name: 'base', finding: missed(problem.reason, problem.detail) }]
  const chosen = chooseBase(platform, rule.from)
  if (chosen === undefined) {
    return [
      {
        name: 'base',
        finding: rule.required ? whyMissed(rule, platform, awaited) : notAsked('it stands on no known base'),
      },
    ]
  }
  const { base, by } = chosen
  // Time may make a no of the verdict on the base as well
  const found = met([], `${formatImage(base.image)}, vouched for by ${by.join(', ')}`, [base.goodUntil])
  return [
    { name: 'base', finding: found },
    { name: 'base-intact', finding: intactFinding(rule, chosen, whyOpen(rule, platform, awaited, chosen.chain)) },
    ...(rule.current || rule.maxAge !== undefined
      ? [{ name: 'base-current', finding: currentFinding(rule, chosen, now) }]
      : []),
  ]
}

function whyMissed(rule: BaseRule, platform: PlatformBase, awaited: string | undefined): Finding {
  const { from } = rule
  const { found, claims, layers } = platform
  const asked = from.length === 0 ? 'a base that is vouched for' : `a base that ${from.join(' or ')} vouches for`
  const unproved = found.find((chain) => chain.proved !== true && mightCount(chain, from))?.proved
  // What was not read might have proved it
  if (typeof unproved === 'object') return missed('not-judged', unproved.why)
  const open = whyOpen(rule, platform, awaited)
  if (open !== undefined) return open
  const [chain] = found
  const [base] = chain?.bases ?? []
  if (base !== undefined) {
    const vouched = base.vouched.length === 0 ? 'which nobody vouches for' : `vouched for by ${base.vouched.join(', ')}`
    return missed('base-unverified', `it stands on ${formatImage(base.image)}, ${vouched}; asked for is ${asked}`)
  }
  const claimed = claims.map(({ image, detail }) => `it is said to be ${image}: ${detail}`)[0]
  return missed('base-missing', `${claimed ?? `its layers (${layers}) begin with none`}; asked for is ${asked}`)
}

/** Whether a chain may be one that is asked for: of those that were not looked at, nobody knows. */
function mightCount({ bases }: FoundChain, from: readonly string[]): boolean {
  const isAsked = (name: string) => from.length === 0 || from.includes(name)
  return bases.length === 0 || bases.some(({ vouched }) => vouched.some(isAsked))
}

/** What it may stand on, on top of a chain, and nobody could judge yet. An outage of somebody else's registry must not fail an image (I8). */
function whyOpen(
  rule: BaseRule,
  { found, claims }: PlatformBase,
  awaited: string | undefined,
  above?: FoundChain,
): Finding | undefined {
  if (awaited !== undefined) return missed('base-not-judged', awaited)
  const later = above === undefined ? found : found.slice(0, found.indexOf(above) + 1)
  const unjudged = later.flatMap(({ bases }) => bases).find((base) => base.unjudged && mayBeAsked(rule, base.by))
  if (unjudged !== undefined) {
    return missed('base-not-judged', `${formatImage(unjudged.image)}: ${UNJUDGED}`)
  }
  const claimed = claims.find(({ outcome, by }) => outcome === 'asked' && mayBeAsked(rule, by))
  return claimed && missed('base-not-judged', `${claimed.image}: ${claimed.detail}`)
}

function intactFinding(rule: BaseRule, chosen: Chosen, open: Finding | undefined): Finding {
  const { intact, why } = intactness(chosen)
  // It may have been changed by a base on top of it
  if (intact === 'no') return rule.required || rule.intact ? (open ?? missed('base-changed', why)) : notAsked(why)
  // It might be intact for all we know
  if (intact === 'unknown') return rule.intact ? missed('not-judged', why) : notAsked(why)
  return met([], why)
}

function currentFinding({ current, maxAge }: BaseRule, { base }: Chosen, now: Date): Finding {
  const known = currentness(base)
  if (current && known.current !== 'yes') {
    return missed(known.current === 'no' ? 'base-outdated' : 'base-too-old', known.why)
  }
  const until = maxAge === undefined ? undefined : plusSeconds(base.existedAt, maxAge)
  if (until !== undefined && until <= now.toISOString()) {
    return missed('base-too-old', `it has been there since ${base.existedAt}; good until ${until}`)
  }
  return met([], known.why, [until])
}
