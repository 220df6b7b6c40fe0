import type { Digest } from './core/image.ts'
import type { ImageRecord } from './core/status.ts'
import { Incomplete } from './errors.ts'
import type { EvidenceStore, Registry } from './ports.ts'
import { bytesOf } from './read-kept.ts'

/**
 * A registry in which an image that we archived can still be judged: its own manifest and blobs are read from what is kept, where
 * nobody can pull them. By digest, which proves them.
 */
export function withArchived(
  registry: Registry,
  { name, digest, mediaType }: ImageRecord,
  store: EvidenceStore,
): Registry {
  return {
    ...registry,
    async manifest(asked, reference, maxBytes) {
      const isIt = asked === name && reference === digest
      const bytes = isIt ? await kept(store, digest, maxBytes) : undefined
      return bytes ? { digest, mediaType, bytes } : registry.manifest(asked, reference, maxBytes)
    },
    blob: async (asked, blob, maxBytes) => {
      return (await registry.blob(asked, blob, maxBytes)) ?? (asked === name ? kept(store, blob, maxBytes) : undefined)
    },
  }
}

async function kept(
  store: EvidenceStore,
  digest: Digest,
  maxBytes: number | undefined,
): Promise<Uint8Array | undefined> {
  try {
    return await bytesOf(store, digest, maxBytes)
  } catch (error) {
    if (error instanceof Incomplete) return undefined
    throw error
  }
}
