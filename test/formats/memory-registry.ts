import type { Digest } from '../../lambda/core/image.ts'
import type { Descriptor, FetchedManifest } from '../../lambda/core/manifest.ts'
import { OverLimit } from '../../lambda/errors.ts'
import type { EvidenceStore, Registry } from '../../lambda/ports.ts'
import { inTwo } from '../memory/registry.ts'
import { bytesOf, sha256 } from './layouts.ts'

/** What lies in one repository; a test fills it by hand, wrongly where it likes. */
export type Contents = {
  readonly manifests: Map<string, FetchedManifest>
  readonly blobs: Map<Digest, Uint8Array>
  /** Absent: the registry has no referrers API. */
  referrers?: readonly Descriptor[]
}

/** As the adapters have it. */
const MAX_REFERRERS = 1_000

/** A registry in memory that counts what is read, and how much of it at once. */
export type MemoryRegistry = Registry & { readonly reads: string[]; readonly mostAtOnce: () => number }

export function emptyContents(): Contents {
  return { manifests: new Map(), blobs: new Map() }
}

export function put(contents: Contents, manifest: FetchedManifest, ...tags: readonly string[]): FetchedManifest {
  for (const reference of [manifest.digest, ...tags]) contents.manifests.set(reference, manifest)
  return manifest
}

export function putBlob(contents: Contents, content: unknown): Uint8Array {
  const bytes = bytesOf(content)
  contents.blobs.set(sha256(bytes), bytes)
  return bytes
}

export function memoryRegistry(contents: Contents): MemoryRegistry {
  const reads: string[] = []
  let now = 0
  let most = 0
  async function read<T>(what: string, value: T): Promise<T> {
    reads.push(what)
    most = Math.max(most, ++now)
    await new Promise(setImmediate)
    now--
    return value
  }
  return {
    reads,
    mostAtOnce: () => most,
    resolve: async (_, tag) => contents.manifests.get(tag)?.digest,
    peek: async (_, tag) => contents.manifests.get(tag)?.digest,
    async manifest(_, reference, maxBytes = Number.POSITIVE_INFINITY) {
      const found = await read(reference, contents.manifests.get(reference))
      if (found !== undefined && found.bytes.length > maxBytes) throw new OverLimit(`more than ${maxBytes} bytes`)
      return found
    },
    async blob(_, digest, maxBytes) {
      const bytes = await read(digest, contents.blobs.get(digest))
      if (bytes !== undefined && bytes.length > maxBytes) throw new OverLimit(`more than ${maxBytes} bytes`)
      return bytes
    },
    async layer(_, digest, signal) {
      const bytes = await read(digest, contents.blobs.get(digest))
      return bytes && inTwo(bytes, signal)
    },
    async referrers(_, __, { artifactType } = {}) {
      const all = await read(['referrers', artifactType].filter(Boolean).join(' '), contents.referrers)
      const asked = all?.filter((one) => artifactType === undefined || one.artifactType === artifactType)
      if (asked !== undefined && asked.length > MAX_REFERRERS)
        throw new OverLimit(`more than ${MAX_REFERRERS} referrers`)
      return asked
    },
    tagsOf: async () => undefined,
    repositories: async () => undefined,
    tagged: async () => undefined,
  }
}

export function memoryEvidence(): EvidenceStore & { readonly kept: Map<Digest, Uint8Array> } {
  const kept = new Map<Digest, Uint8Array>()
  return {
    kept,
    async put(bytes) {
      kept.set(sha256(bytes), bytes)
      return sha256(bytes)
    },
    get: async (digest) => kept.get(digest),
  }
}
