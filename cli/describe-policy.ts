import { formatImage } from '../lambda/core/image.ts'
import { formatDuration } from '../lambda/core/policy/duration.ts'
import type { BaseImage, BaseRule, DenyList, Enforcement, ImageGlob, Policy } from '../lambda/core/policy/policy.ts'
import type { Decided } from './decided.ts'

/** What a policy asks, on one line: whom it covers, and by whom these must be vouched for. */
export function describePolicy({ kind, name, mode, images, ...asks }: Policy): string {
  return `${kind} ${name} (${mode}) covers ${describeGlobs(images) || 'no image'}; ${describeAsks(asks)}`
}

/** What else a BaseImage says: where it looks for new bases, and what may be done to its own, on one line. */
export function describeBaseImage({ name, watch, expected }: BaseImage): string {
  const looks = watch.length === 0 ? 'watches no tag elsewhere' : `watches ${watch.map(formatImage).join(', ')}`
  return `bases of ${name}: ${looks}; expects ${expected.join(', ') || 'no change'}`
}

/** By whom images must be vouched for, and what else is asked of them. */
export function describeAsks({
  require,
  authorities,
  policy,
  config = [],
  base,
}: Pick<Policy, 'require' | 'authorities' | 'policy' | 'config' | 'base'>): string {
  const names = authorities.map((one) => one.name).join(', ')
  const also = [
    ...(policy === undefined ? [] : [`a ${policy.language} policy over all that matched`]),
    ...config.map(({ message }) => `image config, or else "${message}"`),
    ...(base === undefined ? [] : [describeBase(base)]),
  ]
  return [`${rule(require)}: ${names}`, ...also].join('; ')
}

function describeBase({ from, required, intact, current, maxAge }: BaseRule): string {
  const which = from.length === 0 ? 'a base that is vouched for' : `a base that ${from.join(' or ')} vouches for`
  const age = maxAge === undefined ? [] : [`at most ${formatDuration(maxAge)} old`]
  return [
    which,
    ...(intact ? ['intact'] : []),
    ...(current ? ['current'] : []),
    ...age,
    ...(required ? [] : ['or none']),
  ].join(', ')
}

function rule(require: Policy['require']): string {
  if (require === undefined) return 'one of'
  return require === 'all' ? 'all of' : `${require.atLeast} distinct signers of`
}

/** Whom a DenyList denies, on one line. */
export function describeDenyList({ name, message, identities, certificates, keys }: DenyList): string {
  const counted = Object.entries({ identities, certificates, keys }).flatMap(([what, { length }]) =>
    length === 0 ? [] : `${what} (${length})`,
  )
  return `DenyList ${name} denies ${counted.join(', ')}${message === undefined ? '' : `: ${message}`}`
}

/** What an Enforcement does, on one line. */
export function describeEnforcement({ name, images, environment, ...does }: Enforcement): string {
  const where = describeGlobs(images) || 'every other image'
  return `Enforcement ${name}${environment === undefined ? '' : ` (${environment})`} on ${where}: ${describeAction(does)}`
}

function describeGlobs(globs: readonly ImageGlob[]): string {
  return globs
    .map(({ source, exclude }) =>
      exclude.length === 0 ? source : `${source} (not ${exclude.map((one) => one.source).join(', ')})`,
    )
    .join(', ')
}

function describeAction({
  onFailure,
  onDegraded,
  gracePeriod,
  failFast,
  protect,
  tombstone,
  breaker,
}: Omit<Enforcement, 'name' | 'images' | 'environment'>): string {
  const when = afterGrace(gracePeriod, failFast)
  const kept = protect.length === 0 ? '' : `, but never ${describeGlobs(protect)}`
  const held = tombstone ? ', holding their names by a tombstone' : ''
  const stops = `, up to ${breaker.images} images or ${breaker.percent} % of a repository in ten minutes`
  const failure = {
    observe: 'tells what has failed, and takes nothing',
    quarantine: `takes the tags of what has failed ${when}${kept}${held}${stops}`,
    archive: `archives what has failed ${when}${kept}${stops}`,
  }[onFailure]
  const degraded = { alert: 'says no to', allow: 'says yes to', quarantine: 'takes the tags of' }[onDegraded]
  return `${failure}; ${degraded} what no longer holds`
}

function afterGrace(seconds: number, failFast: boolean): string {
  return `${formatDuration(seconds)} after its first tag${failFast ? ', or at once where a signature is bad' : ''}`
}

/** What would follow from the state of an image asked for by this tag; `isProtected`: the tag is never taken. */
export function describeEffect(
  state: Decided['state'],
  { onFailure, onDegraded, gracePeriod, failFast }: Enforcement,
  tag: string | undefined,
  isProtected: boolean,
): string {
  if (state === 'verified') return 'nothing is taken, and the gate says yes'
  if (state === 'unmanaged') return 'no policy covers it: it is recorded and left alone, and the gate says no'
  if (state === 'error') return 'the gate says no, nothing is taken, and it is judged again until it can be'
  // Nothing is wrong but that time has passed over its base
  if (state === 'degraded') return describeDegraded(onDegraded)
  const once = {
    alert: 'it keeps its tags',
    allow: 'it keeps its tags and the gate says yes',
    quarantine: 'its tags are taken too',
  }
  const when = afterGrace(gracePeriod, failFast)
  const stays = tag !== undefined && isProtected
  const taken = {
    observe: `an alert tells, ${when}; nothing is taken`,
    quarantine: `its tags are taken and an alert tells, ${when}${stays ? `; ${tag} is protected and stays` : ''}`,
    archive: stays
      ? `its other tags are taken and an alert tells, ${when}; ${tag} is protected, so it is not archived`
      : `it is archived, so that nobody can pull it, and an alert tells, ${when}`,
  }[onFailure]
  return `the gate says no; ${taken}; had it been verified before, ${once[onDegraded]}`
}

function describeDegraded(onDegraded: Enforcement['onDegraded']): string {
  return {
    alert: 'the gate says no, and an alert tells; it keeps its tags',
    allow: 'the gate says yes, and an alert tells; it keeps its tags',
    quarantine: 'the gate says no; its tags are taken, and an alert tells',
  }[onDegraded]
}
