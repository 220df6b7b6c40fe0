import * as z from 'zod'
import type { Digest } from '../../../lambda/core/image.ts'
import type { StoredManifest } from '../storage/manifests.ts'
import type { Store } from '../storage/store.ts'
import { hasStatus, statusFilter } from './status.ts'

/** Which images a list is narrowed to. */
export const filter = z
  .object({ tagStatus: z.enum(['TAGGED', 'UNTAGGED', 'ANY']).default('ANY'), imageStatus: statusFilter })
  .prefault({})

/** A filter as parsed. */
export type Filter = z.output<typeof filter>

/** One image of a list, with its tags in order. */
export type Listed = { readonly manifest: StoredManifest; readonly tags: readonly string[] }

/** The images among these that the filter lets through. */
export async function* narrowed(
  store: Store,
  name: string,
  digests: readonly Digest[],
  { tagStatus, imageStatus }: Filter,
): AsyncGenerator<Listed, void> {
  for (const digest of digests) {
    const tags = await store.tags.of(name, digest)
    if (tagStatus !== 'ANY' && (tagStatus === 'TAGGED') !== tags.length > 0) continue
    const manifest = await store.manifests.get(name, digest)
    if (manifest !== undefined && hasStatus(manifest, imageStatus)) yield { manifest, tags }
  }
}
