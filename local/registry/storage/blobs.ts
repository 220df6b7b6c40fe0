import { randomUUID } from 'node:crypto'
import { link, mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Digest } from '../../../lambda/core/image.ts'
import { ifThere, sizeOf } from './files.ts'
import type { Layout } from './layout.ts'

/** The blobs of each repository, one file each. A mounted blob is a hard link, so the disk counts who still needs it. */
export function openBlobs(layout: Layout) {
  return {
    path: layout.blob,
    size: (name: string, digest: Digest) => sizeOf(layout.blob(name, digest)),

    /** Takes over a finished file whose bytes have been hashed to the digest. */
    async adopt(name: string, digest: Digest, file: string): Promise<void> {
      const path = layout.blob(name, digest)
      await mkdir(dirname(path), { recursive: true })
      await rename(file, path)
    },

    /** Makes a blob of one repository a blob of another too; false when the first does not have it. */
    async mount(from: string, name: string, digest: Digest): Promise<boolean> {
      const draft = join(layout.drafts, randomUUID())
      const linked = await ifThere(link(layout.blob(from, digest), draft).then(() => true))
      if (linked === undefined) return false
      const path = layout.blob(name, digest)
      await mkdir(dirname(path), { recursive: true })
      await rename(draft, path)
      // POSIX rename does nothing when both names are the same file: the draft would stay.
      await rm(draft, { force: true })
      return true
    },

    async remove(name: string, digest: Digest): Promise<boolean> {
      return (await ifThere(rm(layout.blob(name, digest)).then(() => true))) ?? false
    },
  }
}

/** The blobs of an open store. */
export type Blobs = ReturnType<typeof openBlobs>
