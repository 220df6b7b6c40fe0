import { createHash } from 'node:crypto'
import { type Digest, isDigest } from '../../lambda/core/image.ts'
import { descriptor, type FetchedManifest } from '../../lambda/core/manifest.ts'
import { Archived, OverLimit } from '../../lambda/errors.ts'
import type { FullTagger, Registry } from '../../lambda/ports.ts'

export type Repository = {
  manifests: Map<Digest, FetchedManifest>
  tags: Map<string, Digest>
  blobs: Map<Digest, Uint8Array>
  archived: Set<Digest>
}

export function sha256(bytes: Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** Bytes in two chunks, as a download brings them. */
export async function* inTwo(bytes: Uint8Array, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const half = Math.ceil(bytes.length / 2)
  for (const chunk of [bytes.subarray(0, half), bytes.subarray(half)]) {
    yield chunk
    signal.throwIfAborted()
  }
}

/** ECR in memory, in what matters to us: an image goes with its last tag, and tag plus digest compares and deletes. */
export function memoryRegistry(
  immutable: (tag: string) => boolean = () => false,
  pageSize = 1_000,
  repositories = new Map<string, Repository>(),
) {
  const at = (name: string): Repository => {
    const found = repositories.get(name) ?? {
      manifests: new Map(),
      tags: new Map(),
      blobs: new Map(),
      archived: new Set(),
    }
    repositories.set(name, found)
    return found
  }
  const tagsOn = (name: string, digest: Digest) =>
    [...at(name).tags].filter(([, on]) => on === digest).map(([tag]) => tag)

  /** An image that an index names is not deleted with its last tag. */
  const isNamed = (name: string, digest: Digest) =>
    [...at(name).manifests.values()].some(({ bytes }) => {
      const { manifests = [] } = JSON.parse(Buffer.from(bytes).toString())
      return manifests.some((child: { readonly digest: Digest }) => child.digest === digest)
    })

  const isThere = (name: string) => at(name).manifests.size > 0
  const pageOf = <T>(all: readonly T[], keyOf: (one: T) => string, cursor = '') => {
    const rest = all.filter((one) => keyOf(one) > cursor).toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
    const items = rest.slice(0, pageSize)
    return rest.length > pageSize ? { items, cursor: keyOf(items.at(-1)!) } : { items }
  }

  function addManifest(name: string, manifest: FetchedManifest, tags: readonly string[]): void {
    at(name).manifests.set(manifest.digest, manifest)
    at(name).archived.delete(manifest.digest)
    for (const tag of tags) at(name).tags.set(tag, manifest.digest)
  }

  const registry: Registry = {
    resolve: async (name, tag) => at(name).tags.get(tag),
    peek: async (name, tag) => at(name).tags.get(tag),
    manifest: async (name, reference, maxBytes = Number.POSITIVE_INFINITY) => {
      const digest = isDigest(reference) ? reference : at(name).tags.get(reference)
      if (digest && at(name).archived.has(digest) && at(name).manifests.has(digest))
        throw new Archived('memory', name, reference)
      const found = digest && at(name).manifests.get(digest)
      if (found && found.bytes.length > maxBytes) throw new OverLimit(`manifest of more than ${maxBytes} bytes`)
      return found
    },
    blob: async (name, digest, maxBytes) => {
      const bytes = at(name).blobs.get(digest)
      if (bytes && bytes.length > maxBytes) throw new OverLimit(`blob of ${bytes.length} bytes; at most ${maxBytes}`)
      return bytes
    },
    layer: async (name, digest, signal) => {
      signal.throwIfAborted()
      const bytes = at(name).blobs.get(digest)
      return bytes && inTwo(bytes, signal)
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
    repositories: async (cursor) => pageOf([...repositories.keys()].filter(isThere), (name) => name, cursor),
    tagged: async (name, cursor) => {
      const tagged = [...at(name).tags].map(([tag, digest]) => ({ tag, digest }))
      return isThere(name) ? pageOf(tagged, ({ tag }) => tag, cursor) : undefined
    },
  }
  const tagger: FullTagger = {
    put: async (name, tag, manifest) => {
      const before = at(name).tags.get(tag)
      if (before !== undefined && before !== manifest.digest && immutable(tag)) return 'taken'
      addManifest(name, manifest, [tag])
      return 'put'
    },
    remove: async (name, tag, digest) => {
      const { tags, manifests } = at(name)
      if (!tags.has(tag)) return 'absent'
      if (tags.get(tag) !== digest) return 'moved'
      tags.delete(tag)
      if (tagsOn(name, digest).length === 0 && !isNamed(name, digest)) manifests.delete(digest)
      return 'removed'
    },
    storage: async (name, digest) => {
      if (!at(name).manifests.has(digest)) return undefined
      return at(name).archived.has(digest) ? 'archived' : 'active'
    },
    store: async (name, digest, as) => {
      if (as === 'archived') at(name).archived.add(digest)
      else at(name).archived.delete(digest)
      return 'done'
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
    /** A deletion from outside, of a tag or by digest: as on ECR an image goes with its last tag, and layers that nothing names go too. */
    remove: (name: string, reference: string): void => {
      const { manifests, tags, blobs } = at(name)
      const digest = isDigest(reference) ? reference : tags.get(reference)
      if (digest === undefined) return
      for (const tag of isDigest(reference) ? tagsOn(name, digest) : [reference]) tags.delete(tag)
      if (tagsOn(name, digest).length > 0) return
      manifests.delete(digest)
      const left = [...manifests.values()].map(({ bytes }) => Buffer.from(bytes).toString()).join()
      for (const blob of blobs.keys()) if (!left.includes(blob)) blobs.delete(blob)
    },
    addManifest,
    removeBlob: (name: string, digest: Digest): void => void at(name).blobs.delete(digest),

    /** Deletes an image with all its tags, or a whole repository. */
    drop: (name: string, digest?: Digest): void => {
      if (digest === undefined) repositories.delete(name)
      else {
        for (const tag of tagsOn(name, digest)) at(name).tags.delete(tag)
        at(name).manifests.delete(digest)
      }
    },
    addBlob: (name: string, bytes: Uint8Array): Digest => {
      at(name).blobs.set(sha256(bytes), bytes)
      return sha256(bytes)
    },
  }
}

export type MemoryRegistry = ReturnType<typeof memoryRegistry>
