import { canonicalJson } from './canonical.ts'
import { digestOf } from './digest-of.ts'
import type { Digest } from './image.ts'
import { type FetchedManifest, MANIFEST_TYPES, parseManifest } from './manifest.ts'

/** The artifact type of what stands in the place of a taken tag. */
export const TOMBSTONE_TYPE = 'application/vnd.assay.tombstone.v1+json'

/** The image in whose place it stands. */
type Buried = { readonly digest: Digest; readonly mediaType: string; readonly size: number }

/**
 * What a tag points at where it cannot be removed: an index that no runtime finds a platform in. It needs no blobs, is the same
 * for the same image, and keeps the image from being deleted, since an index names it.
 */
export function tombstoneOf({ digest, mediaType, bytes }: FetchedManifest): FetchedManifest {
  return tombstone({ digest, mediaType, size: bytes.length })
}

/** The image in whose place a manifest stands; undefined for all that is not, byte for byte, what we would put there. */
export function buriedIn(fetched: FetchedManifest): Digest | undefined {
  const manifest = parseManifest(fetched)
  if (typeof manifest === 'string' || manifest.artifactType !== TOMBSTONE_TYPE || manifest.kind !== 'index') return
  const [child] = manifest.manifests
  return child && tombstone(child).digest === fetched.digest ? child.digest : undefined
}

function tombstone({ digest, mediaType, size }: Buried): FetchedManifest {
  const index = {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPES[1],
    artifactType: TOMBSTONE_TYPE,
    manifests: [{ mediaType, digest, size, platform: { architecture: 'none', os: 'quarantined' } }],
    annotations: {
      'org.opencontainers.image.description': `Assay quarantined ${digest}: it failed verification. Pull it by digest to look into it.`,
    },
  }
  const bytes = new TextEncoder().encode(canonicalJson(index))
  return { digest: digestOf(bytes), mediaType: MANIFEST_TYPES[1], bytes }
}
