import * as z from 'zod'
import { digestOf } from './core/digest-of.ts'
import { type Digest, isDigest } from './core/image.ts'
import type { FetchedManifest } from './core/manifest.ts'
import type { Served, Transcript } from './core/transcript.ts'
import { Incomplete, OverLimit } from './errors.ts'
import type { EvidenceStore } from './ports.ts'

const head = z.looseObject({ version: z.literal(1), decider: z.string(), reads: z.array(z.looseObject({})) })

/** A transcript by its digest. Like all below it throws Incomplete where what was kept is missing, or is not what it was. */
export async function readTranscript(store: EvidenceStore, digest: Digest): Promise<Transcript> {
  const json = await jsonOf(store, digest)
  const read = head.safeParse(json)
  if (!read.success) throw new Incomplete(`${digest} is no transcript of version 1`)
  // Ours, and proven to be by its digest
  return withAwaited(json as Transcript)
}

/** Up to decider 8 one text told of all bases that are awaited. */
function withAwaited(transcript: Transcript): Transcript {
  const { base } = transcript
  const awaited: unknown = base?.awaited
  return base && typeof awaited === 'string'
    ? { ...transcript, base: { ...base, awaited: [{ why: awaited }] } }
    : transcript
}

/** A manifest as it was served. Throws OverLimit where it is more than may be read. */
export async function readManifest(
  store: EvidenceStore,
  served: Served,
  reference: string,
  maxBytes?: number,
): Promise<FetchedManifest> {
  return { ...served, bytes: await bytesOf(store, served.digest, maxBytes, reference) }
}

export async function jsonOf(store: EvidenceStore, digest: Digest): Promise<unknown> {
  return JSON.parse(Buffer.from(await bytesOf(store, digest)).toString())
}

/** Throws OverLimit where they are more than may be read. */
export async function bytesOf(
  store: EvidenceStore,
  digest: Digest,
  maxBytes = Number.POSITIVE_INFINITY,
  called: string = digest,
): Promise<Uint8Array> {
  if (!isDigest(digest)) throw new Incomplete(`"${String(digest)}" is not sha256: and 64 lower-case hex digits`)
  const bytes = await store.get(digest)
  if (bytes === undefined) throw new Incomplete(`${digest} is not in the evidence store`)
  if (digestOf(bytes) !== digest) throw new Incomplete(`${digest} in the evidence store has other bytes`)
  if (bytes.length > maxBytes) throw new OverLimit(`${called}: ${bytes.length} bytes; at most ${maxBytes} are read`)
  return bytes
}
