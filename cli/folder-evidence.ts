import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { digestOf } from '../lambda/core/digest-of.ts'
import type { Digest } from '../lambda/core/image.ts'
import type { EvidenceStore } from '../lambda/ports.ts'

/** Evidence by content in a folder, laid out as in the bucket: `sha256/<hex>`. */
export function folderEvidence(folder: string): EvidenceStore {
  const pathOf = (digest: Digest) => join(folder, digest.replace(':', '/'))
  return {
    async put(bytes) {
      const digest = digestOf(bytes)
      const path = pathOf(digest)
      await mkdir(dirname(path), { recursive: true })
      // Whole or not at all, whoever else writes the same
      const part = `${path}.${process.pid}.part`
      await writeFile(part, bytes)
      await rename(part, path)
      return digest
    },
    async get(digest) {
      try {
        return await readFile(pathOf(digest))
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
        throw error
      }
    },
  }
}
