import { type Digest, isDigest } from './core/image.ts'
import { parseManifest } from './core/manifest.ts'
import { Archived, Incomplete } from './errors.ts'
import type { EvidenceStore, Registry, StatusStore } from './ports.ts'
import { bytesOf } from './read-kept.ts'

/**
 * A registry in which images that we archived can still be judged, and indexes that name them: where nobody can pull a manifest or
 * blob of theirs, what is kept is read. By digest, which proves it. What is not there at all is not there.
 */
export function withArchived(registry: Registry, host: string, store: StatusStore, evidence: EvidenceStore): Registry {
  const configs = new Set<Digest>()
  return {
    ...registry,
    async manifest(name, reference, maxBytes) {
      try {
        return await registry.manifest(name, reference, maxBytes)
      } catch (error) {
        if (!(error instanceof Archived) || !isDigest(reference)) throw error
        const record = await store.image({ host, name, digest: reference })
        const bytes = record?.archivedAt === undefined ? undefined : await kept(evidence, reference, maxBytes)
        if (record === undefined || bytes === undefined) throw error
        const fetched = { digest: reference, mediaType: record.mediaType, bytes }
        const manifest = parseManifest(fetched)
        if (typeof manifest === 'object' && manifest.kind === 'image') configs.add(manifest.config.digest)
        return fetched
      }
    },
    // Its config, and nothing of its signatures: what is lost of these is for others to miss
    blob: async (name, digest, maxBytes) => {
      const there = await registry.blob(name, digest, maxBytes)
      return there ?? (configs.has(digest) ? kept(evidence, digest, maxBytes) : undefined)
    },
  }
}

async function kept(evidence: EvidenceStore, digest: Digest, maxBytes?: number): Promise<Uint8Array | undefined> {
  try {
    return await bytesOf(evidence, digest, maxBytes)
  } catch (error) {
    if (error instanceof Incomplete) return undefined
    throw error
  }
}
