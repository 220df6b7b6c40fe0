import * as z from 'zod'
import type { Digest } from '../../../lambda/core/image.ts'
import type { Store } from '../storage/store.ts'

/** Which images a list is narrowed to. */
export const filter = z
  .object({
    tagStatus: z.enum(['TAGGED', 'UNTAGGED', 'ANY']).default('ANY'),
    imageStatus: z.enum(['ACTIVE', 'ARCHIVED', 'ACTIVATING', 'ANY']).default('ACTIVE'),
  })
  .prefault({})

/** A filter as parsed. */
export type Filter = z.output<typeof filter>

/** One image of a list, with its tags in order. */
export type Listed = { readonly digest: Digest; readonly tags: readonly string[] }

/** The images among these that the filter lets through. */
export async function narrowed(store: Store, name: string, digests: readonly Digest[], by: Filter): Promise<Listed[]> {
  // Nothing is ever archived here: every image is active.
  if (by.imageStatus === 'ARCHIVED' || by.imageStatus === 'ACTIVATING') return []
  const listed: Listed[] = []
  for (const digest of digests) {
    const tags = await store.tags.of(name, digest)
    if (by.tagStatus === 'ANY' || (by.tagStatus === 'TAGGED') === tags.length > 0) listed.push({ digest, tags })
  }
  return listed
}
