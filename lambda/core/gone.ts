import type { BaseStanding } from './bases/standing.ts'
import { withNews } from './bases/with-news.ts'
import { canonicalJson } from './canonical.ts'
import { withDueAt } from './plan.ts'
import type { ImageRecord } from './status.ts'

/** What a base that is gone still is to those that stand on it; `settlesAt`: when it can be told whether another one took its place. */
export type GoneBase = { readonly standing: BaseStanding; readonly settlesAt?: string }

/**
 * The item of an image that was deleted; none where there never was one. It keeps its last verdict, and is not looked at until it is pushed again, with its grace anew;
 * but for what is still to be told of it as a base. The same item where all of that is written down.
 */
export function gone(
  before: ImageRecord | undefined,
  base: GoneBase | undefined,
  now: string,
): ImageRecord | undefined {
  if (before === undefined) return undefined
  if (isKnown(before, base)) return before
  const lastError = { at: now, message: 'the image is no longer in the registry, or archived' }
  const record = {
    ...before,
    version: before.version + 1,
    lastError,
    goneAt: before.goneAt ?? now,
    archivedAt: undefined,
    awaitedSince: undefined,
    graceUntil: undefined,
    recheckAt: base?.settlesAt,
    standing: base?.standing,
  }
  return withDueAt(withNews(before, record), now)
}

/** Whether it was written down already, and nothing has changed since. */
function isKnown(
  { goneAt, archivedAt, graceUntil, recheckAt, standing }: ImageRecord,
  base: GoneBase | undefined,
): boolean {
  const isSettled = goneAt !== undefined && archivedAt === undefined && graceUntil === undefined
  return isSettled && recheckAt === base?.settlesAt && canonicalJson(standing) === canonicalJson(base?.standing)
}
