import { createHash, type Hash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Digest } from '../../../lambda/core/image.ts'
import type { Blobs } from './blobs.ts'
import { ifThere, namesIn, sizeOf } from './files.ts'
import { type Layout, repositoryOfFolder } from './layout.ts'

const ABANDONED_MS = 24 * 3600 * 1000
const MAX_REMEMBERED = 1000
const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * Blobs on their way in. The file is the truth; the running hash beside it is only remembered, and is made again
 * from the file after a restart or a broken request.
 */
export function openUploads(layout: Layout, blobs: Blobs) {
  const hashes = new Map<string, Hash>()

  async function hashOf(name: string, id: string): Promise<Hash> {
    const remembered = hashes.get(id)
    if (remembered !== undefined) return remembered
    const hash = createHash('sha256')
    for await (const chunk of createReadStream(layout.upload(name, id))) hash.update(chunk)
    return hash
  }

  function remember(id: string, hash: Hash): void {
    const [oldest] = hashes.size < MAX_REMEMBERED ? [] : hashes.keys()
    if (oldest !== undefined) hashes.delete(oldest)
    hashes.set(id, hash)
  }

  async function discard(name: string, id: string): Promise<void> {
    hashes.delete(id)
    await rm(layout.upload(name, id), { force: true })
  }

  return {
    async create(name: string): Promise<string> {
      const id = randomUUID()
      const path = layout.upload(name, id)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, '', { flag: 'wx' })
      return id
    },

    /** How many bytes have arrived; undefined when there is no such upload in this repository. */
    async size(name: string, id: string): Promise<number | undefined> {
      return ID.test(id) ? sizeOf(layout.upload(name, id)) : undefined
    },

    /** Adds bytes as they come. When their source breaks off, what came until then is kept. */
    async append(name: string, id: string, source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
      const hash = await hashOf(name, id)
      hashes.delete(id)
      const file = await open(layout.upload(name, id), 'a')
      try {
        for await (const chunk of source) {
          await file.appendFile(chunk)
          hash.update(chunk)
        }
      } finally {
        await file.close()
      }
      remember(id, hash)
    },

    /** Makes the upload a blob if its bytes hash to the digest; false, and the upload is gone, if they do not. */
    async finish(name: string, id: string, digest: Digest): Promise<boolean> {
      const hash = await hashOf(name, id)
      if (`sha256:${hash.copy().digest('hex')}` !== digest) {
        await discard(name, id)
        return false
      }
      const file = await open(layout.upload(name, id), 'r+')
      try {
        await file.sync()
      } finally {
        await file.close()
      }
      await blobs.adopt(name, digest, layout.upload(name, id))
      hashes.delete(id)
      return true
    },

    discard,

    /** Removes uploads nobody has touched for a day. */
    async sweep(now: Date): Promise<void> {
      for (const folder of await namesIn(layout.uploads)) {
        const name = repositoryOfFolder(folder)
        for (const id of await namesIn(`${layout.uploads}/${folder}`)) {
          const file = await ifThere(stat(layout.upload(name, id)))
          if (file !== undefined && now.getTime() - file.mtimeMs > ABANDONED_MS) await discard(name, id)
        }
      }
    },
  }
}
