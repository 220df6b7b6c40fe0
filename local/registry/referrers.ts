import type { Digest } from '../../lambda/core/image.ts'
import { contentsOf } from './images.ts'
import type { Store } from './storage/store.ts'

/** A manifest that names another as its subject, as both APIs list it. */
export type Referrer = {
  readonly mediaType: string
  readonly digest: Digest
  readonly size: number
  readonly artifactType?: string
  readonly annotations: Readonly<Record<string, string>>
  /** True where it is in the archive, else absent. */
  readonly archived?: true
}

/** The referrers of a digest in order of their digests, from the one after `after` on. */
export async function* referrersOf(
  store: Store,
  name: string,
  subject: Digest,
  after = '',
): AsyncGenerator<Referrer, void> {
  for (const digest of await store.referrers.to(name, subject)) {
    const manifest = digest > after ? await store.manifests.get(name, digest) : undefined
    if (manifest === undefined) continue
    const { mediaType, artifactType, annotations } = contentsOf(manifest)
    const size = manifest.bytes.length
    yield {
      mediaType,
      digest,
      size,
      annotations,
      ...(artifactType !== undefined && { artifactType }),
      ...(manifest.archived && { archived: true }),
    }
  }
}
