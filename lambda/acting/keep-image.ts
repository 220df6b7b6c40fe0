import { randomUUID } from 'node:crypto'
import { quarantineTag, quarantineTags } from '../core/tags.ts'
import { Unavailable } from '../errors.ts'
import type { Taking } from './take-tag.ts'

/** Puts the quarantine tag on an image, unless it is there, and sees it there: without it, taking the last tag deletes it (rule 5). */
export async function keepImage({
  registry,
  means,
  record,
  manifest,
}: Pick<Taking, 'registry' | 'means' | 'record' | 'manifest'>): Promise<void> {
  const { name, digest } = record
  // Whoever holds all names that can be foreseen does not hold the last
  for (const tag of [...quarantineTags(digest), `${quarantineTag(digest)}.${randomUUID().slice(0, 8)}`]) {
    if ((await registry.resolve(name, tag)) === digest) return
    if ((await means.tagger.put(name, tag, manifest)) === 'taken') continue
    if ((await registry.resolve(name, tag)) === digest) return
    throw new Unavailable('quarantine', `${name}:${tag} is not on the image after it was put`)
  }
  throw new Unavailable('quarantine', `${name}: every quarantine tag of ${digest} is held by another image`)
}
