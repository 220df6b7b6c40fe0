import { flagGone } from './core/checks/gone.ts'
import type { Digest, ImageId } from './core/image.ts'
import type { Kept, Read } from './core/transcript.ts'
import type { Verdict } from './core/verdict.ts'
import { Incomplete, OverLimit } from './errors.ts'
import type { EvidenceStore, Registry } from './ports.ts'
import { readTranscript } from './read-kept.ts'
import { recordReads } from './record-reads.ts'
import { type Scales, type Weighed, weigh } from './weigh.ts'
import { withKept } from './with-kept.ts'

/** What one look at an image came to, and all that was read for it. Small: what it was read from is held no longer. */
export type Looked = {
  readonly verdict: Verdict
  readonly reads: readonly Read[]
  readonly kept?: Kept
  readonly elsewhere: Weighed['elsewhere']
  readonly base?: Weighed['base']
  readonly facts?: Weighed['facts']
} & Pick<Weighed['evidence'], 'signature' | 'mediaType' | 'platforms'>

/** Judges an image by what its registries answer; the bytes of it are kept. Undefined: there is no such image. */
export async function lookAt(scales: Scales, id: ImageId, store: EvidenceStore): Promise<Looked | undefined> {
  const recording = recordReads(scales.registryOf, store)
  const weighed = await weigh({ ...scales, registryOf: recording.registryOf }, id)
  if (weighed === undefined) return undefined
  const { verdict, elsewhere, evidence, base, facts } = weighed
  const { signature, mediaType, platforms } = evidence
  return {
    verdict,
    reads: await recording.finish(),
    elsewhere,
    signature,
    mediaType,
    platforms,
    ...(base && { base }),
    ...(facts && { facts }),
  }
}

type Registries = (host: string) => Registry

/**
 * Looks once more, at what the registries have and at what they have lost of the evidence of an earlier yes.
 * Undefined where that is no yes now, or more than is read, or no longer to be had.
 */
export async function lookWithKept(
  look: (registryOf: Registries) => Promise<Looked | undefined>,
  { registryOf, evidence: store }: { readonly registryOf: Registries; readonly evidence: EvidenceStore },
  verified: Digest,
): Promise<Looked | undefined> {
  try {
    const last = await readTranscript(store, verified)
    // Always the last yes by the registry alone: what is lost later adds nothing, so that nothing piles up
    const transcript = last.kept?.transcript ?? verified
    const { reads } = transcript === verified ? last : await readTranscript(store, transcript)
    const both = withKept(registryOf, reads, store)
    const looked = await look(both.registryOf)
    if (looked?.verdict.outcome !== 'verified') return undefined
    const gone = both.gone()
    if (gone.length === 0) return looked
    return { ...looked, verdict: flagGone(looked.verdict, gone), kept: { transcript, gone } }
  } catch (error) {
    if (error instanceof OverLimit || error instanceof Incomplete) return undefined
    throw error
  }
}
