import * as z from 'zod'
import { canonicalJson } from './core/canonical.ts'
import { digestOf } from './core/digest-of.ts'
import { type Digest, isDigest } from './core/image.ts'
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
import { trustMaterials } from './trust/roots.ts'
import { weigh } from './weigh.ts'

/** A kept verdict and what the same evidence comes to now; `undecided`: why that would be no verdict. `same`: byte for byte. */
export type Replayed = {
  readonly transcript: Transcript
  readonly now: Verdict
  readonly undecided?: string
  readonly same: boolean
}

const head = z.looseObject({ version: z.literal(1), decider: z.string(), reads: z.array(z.looseObject({})) })

/** Decides again from kept evidence alone: no registry, no clock, no policy of today. Throws Incomplete where evidence is missing. */
export async function replay(store: EvidenceStore, digest: Digest): Promise<Replayed> {
  const transcript = await readTranscript(store, digest)
  const { image, policies, keys, verdict } = transcript
  const roots = await readRoots(store, transcript)
  const hash = policyHash(policies, { roots, keys }, transcript.decider)
  const trusted = { materials: trustMaterials(roots), keys, now: new Date(transcript.now) }
  const registryOf = replayReads(store, transcript.reads)
  const weighed = await weigh({ registryOf, policies, policyHash: hash, trusted }, image)
  if (weighed === undefined) throw new Incomplete(`the manifest of ${image.digest} is not among what was kept`)
  const { verdict: now } = weighed
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

async function readTranscript(store: EvidenceStore, digest: Digest): Promise<Transcript> {
  const json = await jsonOf(store, digest)
  const read = head.safeParse(json)
  if (!read.success) throw new Incomplete(`${digest} is no transcript of version 1`)
  // Ours, and proven to be by its digest
  return json as Transcript
}

async function readRoots(store: EvidenceStore, { roots }: Transcript): Promise<Record<string, unknown>> {
  const read = Object.entries(roots).map(async ([name, digest]): Promise<[string, unknown]> => {
    return [name, await jsonOf(store, digest)]
  })
  return Object.fromEntries(await Promise.all(read))
}

async function jsonOf(store: EvidenceStore, digest: Digest): Promise<unknown> {
  return JSON.parse(Buffer.from(await bytesOf(store, digest)).toString())
}

async function bytesOf(store: EvidenceStore, digest: Digest): Promise<Uint8Array> {
  if (!isDigest(digest)) throw new Incomplete(`"${String(digest)}" is not sha256: and 64 lower-case hex digits`)
  const bytes = await store.get(digest)
  if (bytes === undefined) throw new Incomplete(`${digest} is not in the evidence store`)
  if (digestOf(bytes) !== digest) throw new Incomplete(`${digest} in the evidence store has other bytes`)
  return bytes
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
    tagsOf: () => Promise.reject(new Misconfigured('a replay lists no tags')),
    repositories: () => Promise.reject(new Misconfigured('a replay lists no repositories')),
    tagged: () => Promise.reject(new Misconfigured('a replay lists no tags')),
    async manifest(name, reference, maxBytes = Number.POSITIVE_INFINITY) {
      const served = answer<Served>({ ask: 'manifest', host, name, reference, maxBytes })
      if (served === null) return undefined
      const bytes = await bytesOf(store, served.digest)
      if (bytes.length > maxBytes)
        throw new OverLimit(`${reference}: ${bytes.length} bytes; at most ${maxBytes} are read`)
      return { ...served, bytes }
    },
    async blob(name, digest) {
      return answer<true>({ ask: 'blob', host, name, digest }) === null ? undefined : bytesOf(store, digest)
    },
    referrers: async (name, digest, which = {}) => {
      return answer<readonly Descriptor[]>({ ask: 'referrers', host, name, digest, ...which }) ?? undefined
    },
  })
}
