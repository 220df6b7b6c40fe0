import type { Digest, ImageId } from './core/image.ts'
import { type Descriptor, type FetchedManifest, parseManifest } from './core/manifest.ts'
import { type Question, questionKey, type Read, type Served } from './core/transcript.ts'
import { OverLimit } from './errors.ts'
import { formats } from './formats/index.ts'
import { descriptorsOf, fallbackTag } from './gather-claims.ts'
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
  /** Manifests that hold claims, and in which layers. */
  const held = new Map<Digest, readonly Digest[]>()
  /** Of these, and of their layers, what the registries no longer have or list. */
  const gone = new Set<Digest>()

  async function keptManifest(asked: Question & { ask: 'manifest' }): Promise<FetchedManifest | undefined> {
    const served = manifests.get(questionKey(asked))
    return served && readManifest(store, served, asked.reference, asked.maxBytes)
  }

  /** What was listed and opened at the time, whoever listed it. */
  async function keptListed(place: ImageId, maxBytes: number): Promise<readonly Descriptor[]> {
    const { host, name, digest } = place
    const listed = lists.get(questionKey({ ask: 'referrers', ...place })) ?? []
    const tagged = await keptManifest({ ask: 'manifest', host, name, reference: fallbackTag(digest), maxBytes })
    const each = new Map([...listed, ...descriptorsOf(tagged)].map((one) => [one.digest, one]))
    return [...each.values()].filter((one) => manifests.has(openedKey(place, one)))
  }

  return {
    gone: () => {
      const isGone = ([manifest, layers]: readonly [Digest, readonly Digest[]]) =>
        [manifest, ...layers].some((one) => gone.has(one))
      return [...held]
        .filter(isGone)
        .map(([manifest]) => manifest)
        .sort()
    },
    registryOf: (host) => {
      const registry = registryOf(host)
      return {
        ...registry,
        async manifest(name, reference, maxBytes) {
          const asked = { ask: 'manifest', host, name, reference, ...(maxBytes !== undefined && { maxBytes }) } as const
          const there = await registry.manifest(name, reference, maxBytes)
          // A tag that holds something else counts as it is: what it held before may be what was taken back by the newer
          const fetched = there ?? (await keptManifest(asked))
          const layers = fetched === undefined ? [] : layersOf(fetched)
          if (fetched === undefined || layers.length === 0) return there
          held.set(fetched.digest, layers)
          if (there === undefined || unlisted.has(questionKey(asked))) gone.add(fetched.digest)
          return fetched
        },
        async blob(name, digest, maxBytes) {
          const there = await registry.blob(name, digest, maxBytes)
          const isKept = blobs.has(questionKey({ ask: 'blob', host, name, digest }))
          if (there !== undefined || !isKept) return there
          if (![...held.values()].some((layers) => layers.includes(digest))) return undefined
          const bytes = await bytesOf(store, digest, maxBytes)
          gone.add(digest)
          return bytes
        },
        async referrers(name, digest, which = {}) {
          const { artifactType, maxBytes = Number.POSITIVE_INFINITY } = which
          const place = { host, name, digest }
          const there = await registry.referrers(name, digest, which)
          const tagged = await registry.manifest(name, fallbackTag(digest), maxBytes)
          const known = new Set([...(there ?? []), ...descriptorsOf(tagged)].map((one) => one.digest))
          const isAsked = (one: Descriptor) => artifactType === undefined || artifactType === one.artifactType
          const kept = await keptListed(place, maxBytes)
          const lost = kept.filter((one) => isAsked(one) && !known.has(one.digest))
          if (lost.length === 0) return there
          const all = [...(there ?? []), ...lost]
          if (JSON.stringify(all).length > maxBytes) {
            throw new OverLimit(`referrers of ${digest}, those that are gone included: more than ${maxBytes} bytes`)
          }
          for (const one of lost) unlisted.add(openedKey(place, one))
          return all
        },
      }
    },
  }
}

/** The question by which what is listed beside a manifest is opened. */
function openedKey({ host, name }: ImageId, { digest }: Descriptor): string {
  return questionKey({ ask: 'manifest', host, name, reference: digest })
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

/** The layers that hold claims; none: it is no evidence. */
function layersOf(fetched: FetchedManifest): readonly Digest[] {
  const manifest = parseManifest(fetched)
  if (typeof manifest === 'string' || manifest.kind === 'index') return []
  return formats.flatMap((format) => format.layers(manifest).map(({ digest }) => digest))
}
