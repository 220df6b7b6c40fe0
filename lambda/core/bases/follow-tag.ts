import type { Digest } from '../image.ts'
import type { TagRecord } from '../status.ts'
import type { FollowedTag } from './base-evidence.ts'

/** What became of a tag that a base had. A tag that is gone tells nothing; one that points elsewhere tells that the base was replaced. */
export function followTag(tag: string, base: Digest, seen: TagRecord | undefined): FollowedTag {
  if (seen?.digest === base) return { tag, now: true }
  if (seen?.digest === undefined) return { tag, now: false }
  const left = seen.left ?? []
  const place = left.findIndex(({ digest }) => digest === base)
  // It was pushed under this tag, and the tag pointed elsewhere before anybody looked; or that is longer ago than is remembered
  if (place < 0) return { tag, now: false, replaced: { tag, by: seen.digest, behind: Math.max(1, left.length) } }
  const { until } = left[place] ?? {}
  return {
    tag,
    now: false,
    replaced: { tag, by: seen.digest, behind: place + 1, ...(until !== undefined && { at: until }) },
  }
}
