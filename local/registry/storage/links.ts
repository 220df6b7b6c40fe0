import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Digest } from '../../../lambda/core/image.ts'
import { namesIn } from './files.ts'
import { hexOf } from './layout.ts'

/**
 * Which manifests point at a digest: a folder for each digest pointed at, an empty file for each manifest.
 * Written before the manifest and removed after it, so a link may be to nothing, but none is ever missing.
 */
export function openLinks(folderOf: (name: string, target: Digest) => string) {
  return {
    async add(name: string, target: Digest, from: Digest): Promise<void> {
      await mkdir(folderOf(name, target), { recursive: true })
      await writeFile(join(folderOf(name, target), hexOf(from)), '')
    },

    async remove(name: string, target: Digest, from: Digest): Promise<void> {
      await rm(join(folderOf(name, target), hexOf(from)), { force: true })
    },

    /** The manifests that point at the digest, in order. */
    async to(name: string, target: Digest): Promise<Digest[]> {
      return (await namesIn(folderOf(name, target))).map((hex): Digest => `sha256:${hex}`)
    },
  }
}
