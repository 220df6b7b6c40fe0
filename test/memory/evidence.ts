import type { Digest } from '../../lambda/core/image.ts'
import type { EvidenceStore } from '../../lambda/ports.ts'
import { sha256 } from './registry.ts'

/** Evidence in memory; `kept` is what lies there. */
export function memoryEvidence(): EvidenceStore & { readonly kept: ReadonlyMap<Digest, Uint8Array> } {
  const kept = new Map<Digest, Uint8Array>()
  return {
    kept,
    put: async (bytes) => {
      kept.set(sha256(bytes), bytes)
      return sha256(bytes)
    },
    get: async (digest) => kept.get(digest),
  }
}
