import { createHash } from 'node:crypto'
import { type Digest, isDigest } from '../../lambda/core/image.ts'
import { descriptor, type FetchedManifest } from '../../lambda/core/manifest.ts'
import { OverLimit } from '../../lambda/errors.ts'
import type { Registry, Tagger } from '../../lambda/ports.ts'

export type Repository = {
  manifests: Map<Digest, FetchedManifest>
  tags: Map<string, Digest>
  blobs: Map<Digest, Uint8Array>
}

export function sha256(bytes: Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** ECR in memory, in what matters to us: an image goes with its last tag, and tag plus digest compares and deletes. */
export function memoryRegistry(
  immutable: (tag: string) => boolean = () => false,
  repositories = new Map<string, Repository>(),
) {
  const at = (name: string): Repository => {
    const found = repositories.get(name) ?? { manifests: new Map(), tags: new Map(), blobs: new Map() }
    repositories.set(name, found)
    return found
  }
  const tagsOn = (name: string, digest: Digest) =>
    [...at(name).tags].filter(([, on]) => on === digest).map(([tag]) => tag)

  function addManifest(name: string, manifest: FetchedManifest, tags: readonly string[]): void {
    at(name).manifests.set(manifest.digest, manifest)
    for (const tag of tags) at(name).tags.set(tag, manifest.digest)
  }

  const registry: Registry = {
    resolve: async (name, tag) => at(name).tags.get(tag),
    manifest: async (name, reference, maxBytes = Number.POSITIVE_INFINITY) => {
      const digest = isDigest(reference) ? reference : at(name).tags.get(reference)
      const found = digest && at(name).manifests.get(digest)
      if (found && found.bytes.length > maxBytes) throw new OverLimit(`manifest of more than ${maxBytes} bytes`)
      return found
    },
    blob: async (name, digest, maxBytes) => {
      const bytes = at(name).blobs.get(digest)
      if (bytes && bytes.length > maxBytes) throw new OverLimit(`blob of ${bytes.length} bytes; at most ${maxBytes}`)
      return bytes
    },
    referrers: async (name, digest, { artifactType, maxBytes = Number.POSITIVE_INFINITY } = {}) => {
      const found = [...at(name).manifests.values()]
        .map((fetched) => ({ fetched, json: JSON.parse(Buffer.from(fetched.bytes).toString()) }))
        .filter(({ json }) => json.subject?.digest === digest)
        .map(({ fetched, json }) => descriptor({ ...json, ...fetched, size: fetched.bytes.length })!)
        .filter((one) => artifactType === undefined || one.artifactType === artifactType)
      if (JSON.stringify(found).length > maxBytes) throw new OverLimit(`referrers of more than ${maxBytes} bytes`)
      return found
    },
    tagsOf: async (name, digest) => tagsOn(name, digest),
  }
  const tagger: Tagger = {
    put: async (name, tag, manifest) => {
      const before = at(name).tags.get(tag)
      if (before !== undefined && before !== manifest.digest && immutable(tag)) return 'taken'
      at(name).manifests.set(manifest.digest, manifest)
      at(name).tags.set(tag, manifest.digest)
      return 'put'
    },
    remove: async (name, tag, digest) => {
      const { tags, manifests } = at(name)
      if (!tags.has(tag)) return 'absent'
      if (tags.get(tag) !== digest) return 'moved'
      tags.delete(tag)
      if (tagsOn(name, digest).length === 0) manifests.delete(digest)
      return 'removed'
    },
  }
  return {
    registry,
    tagger,
    /** A push from outside. Without a tag it is a push by digest. */
    push: (name: string, manifest: { readonly mediaType: string }, tag?: string): Digest => {
      const bytes = Buffer.from(JSON.stringify(manifest))
      const digest = sha256(bytes)
      addManifest(name, { digest, mediaType: manifest.mediaType, bytes }, tag === undefined ? [] : [tag])
      return digest
    },
    addManifest,
    addBlob: (name: string, bytes: Uint8Array): Digest => {
      at(name).blobs.set(sha256(bytes), bytes)
      return sha256(bytes)
    },
  }
}

export type MemoryRegistry = ReturnType<typeof memoryRegistry>
