import type { Digest } from '../../lambda/core/image.ts'
import type { EvidenceStore, StatusStore } from '../../lambda/ports.ts'
import { replay } from '../../lambda/replay.ts'

const known = new Set<Digest>()

/** Replays every verdict of every image, of now and of the past; each must come out byte for byte. Each is replayed once a process. */
export async function replayAll(store: StatusStore, evidence: EvidenceStore): Promise<void> {
  const { items } = await store.images({ limit: 1_000 })
  for (const record of items) {
    const { items: past } = await store.history(record, 1_000)
    for (const { transcript } of [record, ...past]) {
      if (transcript === undefined || known.has(transcript)) continue
      const { same, now, transcript: was } = await replay(evidence, transcript)
      if (!same) throw new Error(`replayed otherwise: ${JSON.stringify({ now, was: was.verdict })}`)
      known.add(transcript)
    }
  }
}
