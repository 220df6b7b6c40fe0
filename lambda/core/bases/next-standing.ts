import { earliest } from '../status.ts'
import { isImmaterial } from './material.ts'
import type { BaseStanding, JudgedStanding } from './standing.ts'

/** What became of a base, to those that stand on it: each calls for judging them anew, and all but the last for telling who must rebuild. */
export const BASE_NEWS = ['unvouched', 'ended', 'replaced', 'renewed'] as const
export type BaseNews = (typeof BASE_NEWS)[number]

/**
 * The standing of an image as a base after it was judged. One that no BaseImage covers any more counts for nothing, and is remembered. What a
 * digest consists of never changes: what could not be read this time is as it was.
 */
export function nextStanding(
  before: BaseStanding | undefined,
  judged: JudgedStanding | undefined,
  firstSeenAt: string,
): BaseStanding | undefined {
  if (judged === undefined) return before && { ...before, vouched: [] }
  const { signedAt, ...now } = judged
  const isLess = before !== undefined && now.chains.length < before.chains.length
  const rest = isLess ? { ...now, chains: before.chains, contents: before.contents } : now
  if (rest.chains.length === 0) return undefined
  return { ...rest, existedAt: earliest(before?.existedAt, signedAt, firstSeenAt) ?? firstSeenAt }
}

/** What of a change of standing matters to those that stand on it; the worst, where there are several. */
export function newsOf(before: BaseStanding | undefined, next: BaseStanding | undefined): BaseNews | undefined {
  const [had, has] = [before?.vouched ?? [], next?.vouched ?? []]
  if (had.some((name) => !has.includes(name))) return 'unvouched'
  // One that nobody vouches for is no base to be current
  if (has.length === 0) return undefined
  if (next?.endOfLife !== undefined && before?.endOfLife === undefined) return 'ended'
  const [was, is] = [wasReplaced(before), wasReplaced(next)]
  // By the same layers at first: whoever stands on those is told by what took their place last
  if (is === 'by others' && was !== is) return before?.replaced?.alike ? 'renewed' : 'replaced'
  const isOther = isNewlyVouched(before, next) || before?.packages !== next?.packages
  return isOther || was !== is ? 'renewed' : undefined
}

/** Whether a BaseImage vouches for it that did not before. */
export function isNewlyVouched(before: BaseStanding | undefined, next: BaseStanding | undefined): boolean {
  return (next?.vouched ?? []).some((name) => before?.vouched.includes(name) !== true)
}

/** Whether what took its place has other packages, as far as anybody knows. */
function wasReplaced(standing: BaseStanding | undefined): 'no' | 'by the same' | 'by others' {
  if (standing?.replaced === undefined || standing.vouched.length === 0) return 'no'
  return isImmaterial(standing.replaced) ? 'by the same' : 'by others'
}
