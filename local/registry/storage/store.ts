import { mkdir, rm } from 'node:fs/promises'
import { openBlobs } from './blobs.ts'
import { namesIn, sizeOf } from './files.ts'
import { layoutOf, repositoryOfFolder } from './layout.ts'
import { openLinks } from './links.ts'
import { createLock } from './locks.ts'
import { openManifests } from './manifests.ts'
import { openTags } from './tags.ts'
import { openUploads } from './uploads.ts'

/** Opens the registry's folder, making it where it is missing, and clears away what a killed process left behind. */
export async function openStore(dir: string, now: Date) {
  const layout = layoutOf(dir)
  await rm(layout.drafts, { recursive: true, force: true })
  await mkdir(layout.drafts, { recursive: true })
  const blobs = openBlobs(layout)
  const uploads = openUploads(layout, blobs)
  await uploads.sweep(now)

  return {
    blobs,
    uploads,
    manifests: openManifests(layout),
    tags: openTags(layout),
    referrers: openLinks(layout.referrers),
    parents: openLinks(layout.parents),
    lock: createLock(),

    /** Whether anything was ever pushed to the repository. */
    async exists(name: string): Promise<boolean> {
      return (await sizeOf(layout.repository(name))) !== undefined
    },

    /** All repositories, in order. */
    async repositories(): Promise<string[]> {
      return (await namesIn(layout.repositories)).map(repositoryOfFolder).sort()
    },
  }
}

/** All that a registry keeps. */
export type Store = Awaited<ReturnType<typeof openStore>>
