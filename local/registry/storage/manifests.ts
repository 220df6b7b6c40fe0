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
  /** Whether it is in the archive: still there, but not to be pulled. */
  readonly archived?: boolean
  /** When it last went to the archive and when it last came back, ISO 8601. */
  readonly lastArchivedAt?: string
  readonly lastActivatedAt?: string
  readonly bytes: Buffer
}
type About = Omit<StoredManifest, 'digest' | 'bytes'>

/** The manifests of each repository: a file each, a line of JSON about them before their bytes. */
export function openManifests(layout: Layout) {
  return {
    async get(name: string, digest: Digest): Promise<StoredManifest | undefined> {
      const file = await ifThere(readFile(layout.manifest(name, digest)))
      if (file === undefined) return undefined
      const end = file.indexOf('\n')
      const about = JSON.parse(file.toString('utf8', 0, end)) as About
      return { ...about, digest, bytes: file.subarray(end + 1) }
    },

    async has(name: string, digest: Digest): Promise<boolean> {
      return (await sizeOf(layout.manifest(name, digest))) !== undefined
    },

    async put(name: string, { digest, bytes, ...about }: StoredManifest): Promise<void> {
      await writeAtomically(layout.drafts, layout.manifest(name, digest), [`${JSON.stringify(about)}\n`, bytes])
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
