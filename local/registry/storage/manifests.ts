import { readFile, rm } from 'node:fs/promises'
import type { Digest } from '../../../lambda/core/image.ts'
import { ifThere, namesIn, sizeOf, writeAtomically } from './files.ts'
import type { Layout } from './layout.ts'

/** A manifest as it was pushed. */
export type StoredManifest = {
  readonly digest: Digest
  readonly mediaType: string
  /** When this repository first had it, ISO 8601. */
  readonly pushedAt: string
  readonly bytes: Buffer
}

/** The manifests of each repository: a file each, a line of JSON about them before their bytes. */
export function openManifests(layout: Layout) {
  return {
    async get(name: string, digest: Digest): Promise<StoredManifest | undefined> {
      const file = await ifThere(readFile(layout.manifest(name, digest)))
      if (file === undefined) return undefined
      const end = file.indexOf('\n')
      const { mediaType, pushedAt } = JSON.parse(file.toString('utf8', 0, end)) as StoredManifest
      return { digest, mediaType, pushedAt, bytes: file.subarray(end + 1) }
    },

    async has(name: string, digest: Digest): Promise<boolean> {
      return (await sizeOf(layout.manifest(name, digest))) !== undefined
    },

    async put(name: string, { digest, mediaType, pushedAt, bytes }: StoredManifest): Promise<void> {
      const about = `${JSON.stringify({ mediaType, pushedAt })}\n`
      await writeAtomically(layout.drafts, layout.manifest(name, digest), [about, bytes])
    },

    async remove(name: string, digest: Digest): Promise<void> {
      await rm(layout.manifest(name, digest), { force: true })
    },

    /** The digests of all manifests, in order. */
    async digests(name: string): Promise<Digest[]> {
      return (await namesIn(layout.manifests(name))).map((hex): Digest => `sha256:${hex}`)
    },
  }
}
