import type { Digest } from './core/image.ts'
import type { TagRecord } from './core/status.ts'
import { Unavailable } from './errors.ts'
import type { Registry, StatusStore } from './ports.ts'

const TRIES = 5
/** Of what a tag has pointed at so many are remembered: an item stays small. */
const MOST_LEFT = 50

type Place = { readonly host: string; readonly name: string; readonly tag: string }

/** What a tag points at now, and what was known of it before. */
export type Observed = { readonly digest?: Digest | undefined; readonly before?: TagRecord | undefined }

/**
 * Asks the registry what a tag points at now and writes it down; the only writer of a tag's digest (rule 6).
 * The rev is read before the registry is asked, so an older answer never overwrites a newer one.
 */
export async function observeTag(store: StatusStore, registry: Registry, place: Place, now: string): Promise<Observed> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const before = await store.tag(place.host, place.name, place.tag)
    const digest = await registry.resolve(place.name, place.tag)
    if (before === undefined && digest === undefined) return {}
    if (before !== undefined && before.digest === digest) return { digest, before }
    const next: TagRecord = {
      ...(before ?? { host: place.host, name: place.name, tag: place.tag }),
      rev: (before?.rev ?? 0) + 1,
      digest,
      observedAt: now,
      left: leftBehind(before, now),
    }
    if (await store.putTag(next, before?.rev)) return { digest, before }
  }
  throw new Unavailable('status table', `tag ${place.name}:${place.tag} changed under ${TRIES} attempts to write it`)
}

/** A tag that is gone has left nothing for another image. */
function leftBehind(before: TagRecord | undefined, now: string): TagRecord['left'] {
  if (before?.digest === undefined) return before?.left
  return [{ digest: before.digest, until: now }, ...(before.left ?? [])].slice(0, MOST_LEFT)
}
