import { join } from 'node:path'
import type { Digest } from '../../../lambda/core/image.ts'

/**
 * Where everything lies on disk. Names, tags and digests were checked against their grammar before they come here,
 * so no path can leave the folder.
 */
export function layoutOf(dir: string) {
  const repositories = join(dir, 'repositories')
  const repository = (name: string) => join(repositories, name.replaceAll('/', '+'))
  return {
    repositories,
    repository,
    /** Files on their way to their place; nothing in here outlives a restart. */
    drafts: join(dir, 'drafts'),
    uploads: join(dir, 'uploads'),
    upload: (name: string, id: string) => join(dir, 'uploads', name.replaceAll('/', '+'), id),
    blob: (name: string, digest: Digest) => join(repository(name), 'blobs', hexOf(digest)),
    manifests: (name: string) => join(repository(name), 'manifests'),
    manifest: (name: string, digest: Digest) => join(repository(name), 'manifests', hexOf(digest)),
    tags: (name: string) => join(repository(name), 'tags'),
    tag: (name: string, tag: string) => join(repository(name), 'tags', tagFile(tag)),
    /** Manifests that name this digest as their subject, one empty file each. */
    referrers: (name: string, subject: Digest) => join(repository(name), 'referrers', hexOf(subject)),
    /** Indexes that list this digest, one empty file each. */
    parents: (name: string, child: Digest) => join(repository(name), 'parents', hexOf(child)),
  }
}

/** The places of one registry's files. */
export type Layout = ReturnType<typeof layoutOf>

/** The repository a folder stands for; "+" is not in the grammar of names. */
export function repositoryOfFolder(folder: string): string {
  return folder.replaceAll('+', '/')
}

/** A digest as a file name. */
export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length)
}

// Tags differ by case and some disks do not: the capitals are told apart by a bit mask behind a "+".
function tagFile(tag: string): string {
  const capitals = tag.replace(/[^A-Z]/g, '0').replace(/[A-Z]/g, '1')
  return capitals.includes('1') ? `${tag.toLowerCase()}+${BigInt(`0b${capitals}`).toString(16)}` : tag
}
