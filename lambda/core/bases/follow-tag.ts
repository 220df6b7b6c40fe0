import type { Digest } from '../image.ts'
import type { TagRecord } from '../status.ts'
import type { FollowedTag } from './base-evidence.ts'

/**
 * What a tag has pointed at since it left a base, the newest first; none where it is still there, or gone, or was never seen to leave.
 * `known`: what was found to have taken its place, where that is longer ago than is remembered of the tag.
 */
export function after(base: Digest, seen: TagRecord | undefined, known?: Digest): readonly Digest[] {
  if (seen?.digest === undefined || seen.digest === base) return []
  const left = seen.left ?? []
  const place = left.findIndex(({ digest }) => digest === base)
  const between = place < 0 ? left : left.slice(0, place)
  const forgotten = place < 0 && known !== undefined ? [known] : []
  return [...new Set([seen.digest, ...between.map(({ digest }) => digest), ...forgotten])]
}

/** What a tag pointed at after a base, and is vouched for; `alike`: its layers are those of the base. */
type Later = { readonly digest: Digest; readonly alike: boolean }

/**
 * What became of a tag that a base had; `last`: of what came after it, the last that is vouched for. A tag that is gone tells nothing, and
 * what nobody vouches for has not taken its place: it may be a mistake, or not signed yet.
 */
export function followTag(
  tag: string,
  base: Digest,
  seen: TagRecord | undefined,
  last: Later | undefined,
): FollowedTag {
  if (seen?.digest === undefined) return { tag, now: false }
  if (seen.digest === base) return { tag, now: true }
  if (last === undefined) return { tag, now: true, unvouched: seen.digest }
  const left = seen.left ?? []
  const place = left.findIndex(({ digest }) => digest === base)
  // It was pushed under this tag, and the tag pointed elsewhere before anybody looked; or that is longer ago than is remembered
  const behind = place < 0 ? Math.max(1, left.length) : place + 1
  const until = left[place]?.until
  const since = until !== undefined && { at: until }
  return { tag, now: false, replaced: { tag, by: last.digest, behind, ...since, ...(last.alike && { alike: true }) } }
}
