import { canonicalJson } from './core/canonical.ts'
import { flagGone } from './core/checks/gone.ts'
import type { Digest } from './core/image.ts'
import type { Descriptor } from './core/manifest.ts'
import { policyHash } from './core/policy/hash.ts'
import {
  type Answer,
  limitedKey,
  type Question,
  questionKey,
  type Read,
  type Served,
  type Transcript,
} from './core/transcript.ts'
import type { Verdict } from './core/verdict.ts'
import { Incomplete, Misconfigured, OverLimit } from './errors.ts'
import type { EvidenceStore, Registry } from './ports.ts'
import { bytesOf, jsonOf, readManifest, readTranscript } from './read-kept.ts'
import { trustMaterials } from './trust/roots.ts'
import { weigh } from './weigh.ts'

/** A kept verdict and what the same evidence comes to now; `undecided`: why that would be no verdict. `same`: byte for byte. */
export type Replayed = {
  readonly transcript: Transcript
  readonly now: Verdict
  readonly undecided?: string
  readonly same: boolean
}

/** Decides again from kept evidence alone: no registry, no clock, no policy of today. Throws Incomplete where evidence is missing. */
export async function replay(store: EvidenceStore, digest: Digest): Promise<Replayed> {
  const transcript = await readTranscript(store, digest)
  const { image, policies, keys, verdict, kept, bases, base } = transcript
  const roots = await readRoots(store, transcript)
  const hash = policyHash(policies, { roots, keys }, transcript.decider, bases)
  const trusted = { materials: trustMaterials(roots), keys, now: new Date(transcript.now) }
  const registryOf = replayReads(store, transcript.reads)
  const baseOf = base && (async () => ({ evidence: base, own: [], asked: [] }))
  const weighed = await weigh({ registryOf, policies, policyHash: hash, trusted, ...(baseOf && { baseOf }) }, image)
  if (weighed === undefined) throw new Incomplete(`the manifest of ${image.digest} is not among what was kept`)
  const now = flagGone(weighed.verdict, kept?.gone)
  const { undecided } = now
  const same = undecided === undefined && canonicalJson(now) === canonicalJson(verdict)
  return { transcript, now, same, ...(undecided !== undefined && { undecided: undecided.message }) }
}

/** Whether a replay came out otherwise in anything but the version of the decider. */
export function changesVerdict({ transcript, now, undecided }: Replayed): boolean {
  if (undecided !== undefined) return true
  const { policyHash: _, ...was } = transcript.verdict
  const { policyHash: __, ...is } = now
  return canonicalJson(was) !== canonicalJson(is)
}

async function readRoots(store: EvidenceStore, { roots }: Transcript): Promise<Record<string, unknown>> {
  const read = Object.entries(roots).map(async ([name, digest]): Promise<[string, unknown]> => {
    return [name, await jsonOf(store, digest)]
  })
  return Object.fromEntries(await Promise.all(read))
}

/** Registries that answer as they did. */
function replayReads(store: EvidenceStore, reads: readonly Read[]): (host: string) => Registry {
  const asked = new Map(reads.map((read) => [limitedKey(read), read.answer]))
  // Another release may have other limits
  const found = new Map(reads.flatMap((read) => ('found' in read.answer ? [[questionKey(read), read.answer]] : [])))
  function answer<T>(question: Question): T | null {
    const given = (asked.get(limitedKey(question)) ?? found.get(questionKey(question))) as Answer<T> | undefined
    // Another release may ask what this one did not
    if (given === undefined) throw new Incomplete(`not asked at the time: ${limitedKey(question)}`)
    if ('overLimit' in given) throw new OverLimit(given.overLimit)
    return given.found
  }
  return (host) => ({
    resolve: () => Promise.reject(new Misconfigured('a replay resolves no tags')),
    peek: () => Promise.reject(new Misconfigured('a replay resolves no tags')),
    layer: () => Promise.reject(new Misconfigured('a replay reads no layers')),
    tagsOf: () => Promise.reject(new Misconfigured('a replay lists no tags')),
    repositories: () => Promise.reject(new Misconfigured('a replay lists no repositories')),
    tagged: () => Promise.reject(new Misconfigured('a replay lists no tags')),
    async manifest(name, reference, maxBytes) {
      const served = answer<Served>({ ask: 'manifest', host, name, reference, maxBytes })
      return served === null ? undefined : readManifest(store, served, reference, maxBytes)
    },
    async blob(name, digest) {
      return answer<true>({ ask: 'blob', host, name, digest }) === null ? undefined : bytesOf(store, digest)
    },
    referrers: async (name, digest, which = {}) => {
      return answer<readonly Descriptor[]>({ ask: 'referrers', host, name, digest, ...which }) ?? undefined
    },
  })
}
