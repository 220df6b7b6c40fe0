import { createHash } from 'node:crypto'
import type { EvidenceStore } from '../lambda/ports.ts'

/** Names evidence by its hash and keeps none: a verification on the command line leaves nothing behind. */
export const hashOnly: EvidenceStore = {
  put: async (bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
  get: async () => undefined,
}
