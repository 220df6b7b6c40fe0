import type { EndOfLife } from '../end-of-life.ts'
import { type Digest, formatImage } from '../image.ts'
import type { BaseChanges } from './base-changes.ts'
import type { AwaitedBase, BaseEvidence, FollowedClaim, FoundBase, FoundChain, PlatformBase } from './base-evidence.ts'
import { isImmaterial } from './material.ts'
import type { Replaced } from './standing.ts'

/** Why nobody can tell whether a base is vouched for. */
export const UNJUDGED = 'by the policies of now it could not be judged yet'

/** How much is known of the base of an image, from nothing to all that is asked. */
export const RUNGS = ['none', 'claimed', 'proved', 'verified', 'fresh'] as const
export type Rung = (typeof RUNGS)[number]
export type Known = 'yes' | 'no' | 'unknown'

/** What is known of the base of one platform. `by`: the BaseImages that vouch for it; `beneath`: all known chains it stands on, the longest first; `first`: what its first layer unpacks to. */
export type PlatformFacts = {
  readonly platform: string
  readonly rung: Rung
  readonly proof: 'none' | 'claimed' | 'layers'
  readonly signature: 'verified' | 'unverified' | 'none'
  readonly intact: Known
  readonly current: Known
  readonly image?: string
  readonly digest?: Digest
  readonly by?: readonly string[]
  readonly existedAt?: string
  readonly replaced?: Replaced
  readonly endOfLife?: EndOfLife
  readonly layers: { readonly base: number; readonly above: number }
  readonly changes?: BaseChanges
  readonly claims?: readonly FollowedClaim[]
  readonly beneath?: readonly Digest[]
  readonly first?: Digest
  readonly message: string
}

/** What is known of the base of an image: that of its weakest platform, and of each. */
export type BaseFacts = Omit<PlatformFacts, 'platform'> & { readonly platforms: readonly PlatformFacts[] }

/** The facts about what an image stands on; undefined where nothing of it could be looked at. */
export function baseFacts({ platforms, awaited }: BaseEvidence): BaseFacts | undefined {
  const facts = platforms.map((one) => platformFacts(one, awaited))
  const weakest = facts.toSorted((a, b) => weight(a) - weight(b))[0]
  if (weakest === undefined) return undefined
  const { platform: _, ...rest } = weakest
  return { ...rest, platforms: facts }
}

/** A base chosen among those that were found, and what the layers above do to it by the word of those who vouch for it. */
export type Chosen = { readonly chain: FoundChain; readonly base: FoundBase; readonly by: readonly string[] }

/** The longest chain that layers prove and one of these BaseImages vouches for (any, where none is named); of its bases one that is not current any more, or the newest. */
export function chooseBase({ found }: PlatformBase, from: readonly string[] = []): Chosen | undefined {
  for (const chain of found) {
    if (chain.proved !== true) continue
    const vouching = (base: FoundBase) => base.vouched.filter((name) => from.length === 0 || from.includes(name))
    const [base] = chain.bases.filter((one) => vouching(one).length > 0).toSorted(byMerit)
    if (base !== undefined) return { chain, base, by: vouching(base) }
  }
  return undefined
}

/** Whether the base was left as it is, by the strictest of those who vouch for it. */
export function intactness({ chain, by }: Chosen): { readonly intact: Known; readonly why: string } {
  const told = by.map((name) => chain.changes[name] ?? { unknown: 'what lies above it was not read' })
  const changed = told.find((one) => 'unexpected' in one && one.unexpectedCount > 0)
  if (changed !== undefined && 'unexpected' in changed) return { intact: 'no', why: describeChanges(changed) }
  const unknown = told.find((one) => 'unknown' in one)
  if (unknown !== undefined && 'unknown' in unknown) return { intact: 'unknown', why: unknown.unknown }
  return { intact: 'yes', why: 'nothing of the base was changed but what is expected' }
}

/**
 * Whether a base is what its tags point at now, and if not, the first of them that was replaced. A rebuild that changed no package
 * is no reason to rebuild; the end of its main package is one, whatever its tags.
 */
export function currentness({ tags, endOfLife }: Pick<FoundBase, 'tags' | 'endOfLife'>): {
  readonly current: Known
  readonly replaced?: Replaced
  readonly why: string
} {
  const replaced = tags.flatMap((one) => one.replaced ?? []).toSorted(byWeight)[0]
  const was = replaced && { replaced }
  if (endOfLife !== undefined) return { current: 'no', ...was, why: describeEnd(endOfLife) }
  if (replaced !== undefined) {
    return { current: isImmaterial(replaced) ? 'yes' : 'no', replaced, why: describeReplaced(replaced) }
  }
  const there = tags.filter(({ now }) => now)
  const first = there.find(({ unvouched, settling }) => unvouched === undefined && settling === undefined) ?? there[0]
  if (first !== undefined) return { current: 'yes', why: describeTag(first) }
  return { current: 'unknown', why: tags.length > 0 ? 'its tags are gone' : 'none of its tags is known' }
}

function describeTag({ tag, unvouched, settling }: FoundBase['tags'][number]): string {
  if (settling !== undefined) return `tag ${tag} points at ${settling.by}, with which its packages are not compared yet`
  return `tag ${tag} points at ${unvouched === undefined ? 'it' : `${unvouched}, which nobody vouches for`}`
}

/** What changed packages comes first, then what is longest ago. */
function byWeight(a: Replaced, b: Replaced): number {
  return Number(isImmaterial(a)) - Number(isImmaterial(b)) || b.behind - a.behind
}

function platformFacts(found: PlatformBase, [awaited]: readonly AwaitedBase[] = []): PlatformFacts {
  const { platform, claims, layers, first, problem } = found
  const common = { platform, ...(claims.length > 0 && { claims }), ...(first && { first }) }
  const none = { signature: 'none', intact: 'unknown', current: 'unknown', layers: { base: 0, above: layers } } as const
  if (problem !== undefined) return { ...common, ...none, rung: 'none', proof: 'none', message: problem.detail }
  const chosen = chooseBase(found) ?? unvouched(found)
  if (chosen === undefined) {
    const claimed = claims.find(({ outcome }) => outcome !== 'false' && outcome !== 'unrelated')
    const proof = claimed === undefined && found.found.length === 0 ? 'none' : 'claimed'
    const message = whyNone(found, claimed)
    return {
      ...common,
      ...none,
      rung: proof,
      proof,
      message: awaited === undefined ? message : `${message}; ${awaited.why}`,
    }
  }
  const { chain, base, by } = chosen
  const signature = by.length > 0 ? 'verified' : 'unverified'
  const unknown = base.unjudged ? UNJUDGED : 'nobody vouches for it'
  const { intact, why } = by.length > 0 ? intactness(chosen) : { intact: 'unknown' as const, why: unknown }
  const { current, replaced, why: currency } = currentness(base)
  const changes = by.map((name) => chain.changes[name]).find((one) => one !== undefined && 'unexpected' in one)
  return {
    ...common,
    rung: rungOf(signature, intact, current),
    proof: 'layers',
    signature,
    intact,
    current,
    image: formatImage({ host: base.image.host, name: base.image.name }),
    digest: base.image.digest,
    ...(by.length > 0 && { by }),
    existedAt: base.existedAt,
    ...(replaced !== undefined && { replaced }),
    ...(base.endOfLife && { endOfLife: base.endOfLife }),
    layers: { base: chain.layers, above: layers - chain.layers },
    ...(changes !== undefined && 'unexpected' in changes && { changes }),
    beneath: [...new Set(found.found.flatMap((one) => (one.proved === true ? one.chain : [])))],
    message: `${why}; ${currency}`,
  }
}

/** A base whose files were changed is no longer the one that was vouched for. */
function rungOf(signature: PlatformFacts['signature'], intact: Known, current: Known): Rung {
  if (signature !== 'verified' || intact === 'no') return 'proved'
  return intact === 'yes' && current === 'yes' ? 'fresh' : 'verified'
}

function unvouched({ found }: PlatformBase): Chosen | undefined {
  const chain = found.find(({ proved }) => proved === true)
  const [base] = chain?.bases.toSorted(byMerit) ?? []
  return chain === undefined || base === undefined ? undefined : { chain, base, by: [] }
}

function whyNone({ layers, found }: PlatformBase, claimed: FollowedClaim | undefined): string {
  const unproved = found.find(({ proved }) => proved !== true)?.proved
  if (typeof unproved === 'object') return unproved.why
  if (claimed !== undefined) return `it is said to be ${claimed.image}: ${claimed.detail}`
  if (layers <= 1) return 'it has a single layer: built from scratch, squashed, or put together at once'
  return `none of its ${layers} layers is where a known base ends`
}

/** Replaced ones first, as a copy under a tag that nobody moves makes nothing current; then the newest, then by name so that the order is the same each time. */
function byMerit(a: FoundBase, b: FoundBase): number {
  const rank = (base: FoundBase) => ['no', 'yes', 'unknown'].indexOf(currentness(base).current)
  if (rank(a) !== rank(b)) return rank(a) - rank(b)
  if (a.existedAt !== b.existedAt) return a.existedAt > b.existedAt ? -1 : 1
  return formatImage(a.image) < formatImage(b.image) ? -1 : 1
}

function weight({ rung, intact, current }: PlatformFacts): number {
  const known = (value: Known) => ['no', 'unknown', 'yes'].indexOf(value)
  return RUNGS.indexOf(rung) * 9 + known(intact) * 3 + known(current)
}

function describeChanges({ unexpected, unexpectedCount }: BaseChanges): string {
  const told = unexpected.slice(0, 3).map(({ what, kind }) => `${what} (${kind})`)
  const more = unexpectedCount > told.length ? ` and ${unexpectedCount - told.length} more` : ''
  return `changed above it: ${told.join(', ')}${more}`
}

function describeReplaced({ tag, at, by, behind, material, alike }: Replaced): string {
  const since = at === undefined ? '' : ` since ${at}`
  const moved = `tag ${tag} points at ${by ?? 'another image'}${since}, ${counted(behind, 'rebuild')} later`
  if (alike) return `${moved}, with the same layers`
  if (material === undefined) return moved
  if (isImmaterial({ material })) return `${moved}, with the same packages`
  const { added, removed, changed, listed } = material
  return `${moved}: ${counted(changed, 'package')} changed, ${added} added, ${removed} removed (${listed.slice(0, 3).join('; ')})`
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

function describeEnd({ endOfLifeAt, graceUntil }: EndOfLife): string {
  const grace = graceUntil === undefined ? '' : `, rebuilt until ${graceUntil}`
  return `its main package is at its end${endOfLifeAt === undefined ? '' : ` since ${endOfLifeAt}`}${grace}`
}
