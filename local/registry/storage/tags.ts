import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Digest } from '../../../lambda/core/image.ts'
import { namesIn, sizeOf, writeAtomically } from './files.ts'
import type { Layout } from './layout.ts'

type Tag = { readonly tag: string; readonly digest: Digest; readonly at: string }
type Table = { readonly digests: Map<string, Digest>; readonly tags: Map<Digest, Set<string>> }

/** The tags of each repository: a file each, and a table of them in memory, read when first asked for. */
export function openTags(layout: Layout) {
  const tables = new Map<string, Promise<Table>>()

  async function tableOf(name: string): Promise<Table> {
    const known = tables.get(name)
    if (known !== undefined) return known
    if ((await sizeOf(layout.tags(name))) === undefined) return { digests: new Map(), tags: new Map() }
    const table = tables.get(name) ?? readTable(layout.tags(name))
    tables.set(name, table)
    return table.catch((error: unknown) => {
      tables.delete(name)
      throw error
    })
  }

  return {
    async get(name: string, tag: string): Promise<Digest | undefined> {
      return (await tableOf(name)).digests.get(tag)
    },

    /** All tags of the repository, in order. */
    async list(name: string): Promise<string[]> {
      return [...(await tableOf(name)).digests.keys()].sort()
    },

    /** The tags on a digest, in order. */
    async of(name: string, digest: Digest): Promise<string[]> {
      return [...((await tableOf(name)).tags.get(digest) ?? [])].sort()
    },

    async put(name: string, { tag, digest, at }: Tag): Promise<void> {
      await mkdir(layout.tags(name), { recursive: true })
      // The table is read before the file changes, so that it cannot miss the change.
      const table = await tableOf(name)
      await writeAtomically(layout.drafts, layout.tag(name, tag), [JSON.stringify({ tag, digest, at })])
      forget(table, tag)
      note(table, tag, digest)
    },

    async remove(name: string, tag: string): Promise<void> {
      const table = await tableOf(name)
      await rm(layout.tag(name, tag), { force: true })
      forget(table, tag)
    },
  }
}

async function readTable(folder: string): Promise<Table> {
  const table: Table = { digests: new Map(), tags: new Map() }
  for (const file of await namesIn(folder)) {
    const { tag, digest } = JSON.parse(await readFile(join(folder, file), 'utf8')) as Tag
    note(table, tag, digest)
  }
  return table
}

function note({ digests, tags }: Table, tag: string, digest: Digest): void {
  digests.set(tag, digest)
  tags.set(digest, (tags.get(digest) ?? new Set()).add(tag))
}

function forget({ digests, tags }: Table, tag: string): void {
  const digest = digests.get(tag)
  if (digest === undefined) return
  digests.delete(tag)
  const left = tags.get(digest)
  left?.delete(tag)
  if (left?.size === 0) tags.delete(digest)
}
