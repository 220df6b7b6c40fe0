import { type Digest, isDigest } from './core/image.ts'
import { type Descriptor, type FetchedManifest, parseManifest } from './core/manifest.ts'
import { type Question, questionKey, type Read, type Served } from './core/transcript.ts'
import { OverLimit } from './errors.ts'
import { formats } from './formats/index.ts'
import type { EvidenceStore, Registry } from './ports.ts'
import { bytesOf, readManifest } from './read-kept.ts'

/** Registries that also have the evidence they have lost. */
export type WithKept = {
  readonly registryOf: (host: string) => Registry
  /** The manifests so far that were taken from what is kept, wholly or in part; sorted. */
  readonly gone: () => readonly Digest[]
}

/**
 * Registries as they are now, and what was once read of signatures and attestations where it is no longer there. Nothing that is
 * there is left out, as a newer statement may take back an older one; and for what is gone of the image itself nothing is put in its place.
 */
export function withKept(
  registryOf: (host: string) => Registry,
  reads: readonly Read[],
  store: EvidenceStore,
): WithKept {
  const { manifests, lists, blobs } = foundIn(reads)
  const unlisted = new Set<string>()
  /** Layers that hold claims, by the manifest that names them. */
  const layers = new Map<Digest, Digest>()
  const gone = new Set<Digest>()

  async function lostManifest(asked: Question & { ask: 'manifest' }): Promise<FetchedManifest | undefined> {
    const served = manifests.get(questionKey(asked))
    const kept = served && (await readManifest(store, served, asked.reference, asked.maxBytes))
    return kept && isEvidence(kept, asked.reference) ? kept : undefined
  }

  return {
    gone: () => [...gone].sort(),
    registryOf: (host) => {
      const registry = registryOf(host)
      return {
        ...registry,
        async manifest(name, reference, maxBytes) {
          const asked = { ask: 'manifest', host, name, reference, ...(maxBytes !== undefined && { maxBytes }) } as const
          const there = await registry.manifest(name, reference, maxBytes)
          // A tag that holds something else counts as it is: what it held before may be what was taken back by the newer
          const fetched = there ?? (await lostManifest(asked))
          if (fetched === undefined) return undefined
          const held = layersOf(fetched)
          for (const layer of held) layers.set(layer.digest, fetched.digest)
          const isUnlisted = held.length > 0 && unlisted.has(questionKey(asked))
          if (there === undefined || isUnlisted) gone.add(fetched.digest)
          return fetched
        },
        async blob(name, digest, maxBytes) {
          const there = await registry.blob(name, digest, maxBytes)
          const manifest = layers.get(digest)
          const isKept = manifest !== undefined && blobs.has(questionKey({ ask: 'blob', host, name, digest }))
          if (there !== undefined || !isKept) return there
          const bytes = await bytesOf(store, digest, maxBytes)
          gone.add(manifest)
          return bytes
        },
        async referrers(name, digest, which = {}) {
          const there = await registry.referrers(name, digest, which)
          const keyOf = (one: Descriptor) => questionKey({ ask: 'manifest', host, name, reference: one.digest })
          const known = new Set(there?.map((one) => one.digest))
          const lost = (lists.get(questionKey({ ask: 'referrers', host, name, digest })) ?? []).filter((one) => {
            const isAsked = which.artifactType === undefined || which.artifactType === one.artifactType
            return isAsked && !known.has(one.digest) && manifests.has(keyOf(one))
          })
          if (lost.length === 0) return there
          const { maxBytes = Number.POSITIVE_INFINITY } = which
          const all = [...(there ?? []), ...lost]
          if (JSON.stringify(all).length > maxBytes) {
            throw new OverLimit(`referrers of ${digest}, those that are gone included: more than ${maxBytes} bytes`)
          }
          for (const one of lost) unlisted.add(keyOf(one))
          return all
        },
      }
    },
  }
}

/** What was found at the time, by the question without its limit. Lists that were asked for by type are one. */
function foundIn(reads: readonly Read[]) {
  const manifests = new Map<string, Served>()
  const lists = new Map<string, readonly Descriptor[]>()
  const blobs = new Set<string>()
  for (const read of reads) {
    if (!('found' in read.answer) || read.answer.found === null) continue
    if (read.ask === 'manifest') manifests.set(questionKey(read), read.answer.found)
    else if (read.ask === 'blob') blobs.add(questionKey(read))
    else {
      const { artifactType: _, ...all } = read
      const key = questionKey(all)
      lists.set(key, [...(lists.get(key) ?? []), ...read.answer.found])
    }
  }
  return { manifests, lists, blobs }
}

/** It holds claims, or lists what does: an index by its digest is one of the image, and by a tag it is the fallback list. */
function isEvidence(fetched: FetchedManifest, reference: string): boolean {
  const manifest = parseManifest(fetched)
  if (typeof manifest === 'object' && manifest.kind === 'index') return !isDigest(reference)
  return layersOf(fetched).length > 0
}

function layersOf(fetched: FetchedManifest): readonly Descriptor[] {
  const manifest = parseManifest(fetched)
  if (typeof manifest === 'string' || manifest.kind === 'index') return []
  return formats.flatMap((format) => format.layers(manifest))
}
