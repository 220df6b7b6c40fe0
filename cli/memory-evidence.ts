import { digestOf } from '../lambda/core/digest-of.ts'
import type { Digest } from '../lambda/core/image.ts'
import type { EvidenceStore } from '../lambda/ports.ts'

/** Evidence that lasts as long as the process; what is not there is looked up beneath. */
export function memoryEvidence(beneath?: EvidenceStore): EvidenceStore {
  const kept = new Map<Digest, Uint8Array>()
  return {
    put: async (bytes) => {
      const digest = digestOf(bytes)
      kept.set(digest, bytes)
      return digest
    },
    get: async (digest) => kept.get(digest) ?? beneath?.get(digest),
  }
}
