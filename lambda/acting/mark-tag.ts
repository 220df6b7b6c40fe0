import type { TagRecord } from '../core/status.ts'
import { Unavailable } from '../errors.ts'
import type { Known } from '../world.ts'

const TRIES = 10

type Place = { readonly host: string; readonly name: string; readonly tag: string }
type Mark = Pick<TagRecord, 'quarantined' | 'ownPut'>

/** Writes what we did to a tag; what it points at is written by observeTag alone (rule 6). */
export async function markTag(
  world: Pick<Known, 'store' | 'now'>,
  { host, name, tag }: Place,
  mark: Mark,
): Promise<void> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const before = await world.store.tag(host, name, tag)
    const base = before ?? { host, name, tag, rev: 0, observedAt: world.now().toISOString() }
    if (await world.store.putTag({ ...base, ...mark, rev: base.rev + 1 }, before?.rev)) return
  }
  throw new Unavailable('status table', `tag ${name}:${tag} changed under ${TRIES} attempts to mark it`)
}
