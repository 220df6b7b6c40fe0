import { digestOf } from '../../lambda/core/digest-of.ts'
import type { Digest } from '../../lambda/core/image.ts'
import { type Contents, readContents } from './contents.ts'
import type { Context } from './context.ts'
import type { StoredManifest } from './storage/manifests.ts'
import type { Store } from './storage/store.ts'

/** The largest manifest taken, as the distribution spec advises. */
export const MAX_MANIFEST = 4 * 1024 * 1024

/** A manifest a client wants stored. */
export type Draft = {
  readonly bytes: Buffer
  readonly mediaType: string | undefined
  readonly tag?: string
  /** The digest the client says the bytes have. */
  readonly digest?: Digest
}
/** A manifest that is stored. */
export type Pushed = {
  readonly digest: Digest
  readonly contents: Contents
  /** False when it was there before, under the same tag, and not in the archive. */
  readonly changed: boolean
  /** The manifest, where this push brought it back from the archive. */
  readonly restored?: StoredManifest
}

/** Why a manifest was not stored. */
export type Refusal = {
  readonly refused: 'manifest-invalid' | 'digest-mismatch' | 'blobs-missing' | 'manifests-missing' | 'tag-immutable'
  readonly message: string
}

/** Stores a manifest, or brings it back from the archive, and points its tag at it; nothing changes when it is refused. */
export async function putImage(context: Context, name: string, draft: Draft): Promise<Pushed | Refusal> {
  const { store } = context
  const { bytes, tag } = draft
  if (bytes.length > MAX_MANIFEST) {
    const message = `the manifest has ${bytes.length} bytes; at most ${MAX_MANIFEST} are allowed`
    return { refused: 'manifest-invalid', message }
  }
  const digest = digestOf(bytes)
  if (draft.digest !== undefined && draft.digest !== digest) {
    return { refused: 'digest-mismatch', message: `the manifest has digest ${digest}, not ${draft.digest}` }
  }
  const contents = readContents(bytes, draft.mediaType)
  if (typeof contents === 'string') return { refused: 'manifest-invalid', message: contents }

  return store.lock(name, async () => {
    const missing = await missingFrom(store, name, contents)
    if (missing !== undefined) return missing
    const held = tag === undefined ? undefined : await store.tags.get(name, tag)
    if (tag !== undefined && held !== undefined && held !== digest && context.immutable(name, tag)) {
      return { refused: 'tag-immutable', message: `tag "${tag}" of ${name} is immutable and holds ${held}` }
    }
    const at = context.now().toISOString()
    const known = await store.manifests.get(name, digest)
    if (known === undefined) {
      await addLinks(store, name, digest, contents)
      await store.manifests.put(name, { digest, mediaType: contents.mediaType, pushedAt: at, bytes })
    }
    const restored = known?.archived ? await setStorageClass(context, name, known, 'STANDARD') : undefined
    const moves = tag !== undefined && held !== digest
    if (moves) await store.tags.put(name, { tag, digest, at })
    const changed = known === undefined || restored !== undefined || moves
    return { digest, contents, changed, ...(restored !== undefined && { restored }) }
  })
}

/** Puts an image into the archive or takes it out. The caller holds the repository's lock. Gives it as it is now. */
export async function setStorageClass(
  { store, now }: Context,
  name: string,
  manifest: StoredManifest,
  target: 'STANDARD' | 'ARCHIVE',
): Promise<StoredManifest> {
  const at = now().toISOString()
  const archived = target === 'ARCHIVE'
  const moved = { ...manifest, archived, ...(archived ? { lastArchivedAt: at } : { lastActivatedAt: at }) }
  await store.manifests.put(name, moved)
  return moved
}

/** Removes a manifest and every tag on it. The caller holds the repository's lock. Gives the tags. */
export async function eraseImage(store: Store, name: string, digest: Digest): Promise<string[]> {
  const manifest = await store.manifests.get(name, digest)
  const tags = await store.tags.of(name, digest)
  // Tags go first: a tag never points at nothing, whenever this is interrupted.
  for (const tag of tags) await store.tags.remove(name, tag)
  await store.manifests.remove(name, digest)
  if (manifest !== undefined) await removeLinks(store, name, digest, contentsOf(manifest))
  return tags
}

/** What a stored manifest points at. */
export function contentsOf(manifest: StoredManifest): Contents {
  const contents = readContents(manifest.bytes, manifest.mediaType)
  if (typeof contents === 'string') throw new Error(`stored manifest ${manifest.digest}: ${contents}`)
  return contents
}

/** Whether an index in the repository lists this digest. */
export async function isListed(store: Store, name: string, digest: Digest): Promise<boolean> {
  for (const parent of await store.parents.to(name, digest)) {
    if (await store.manifests.has(name, parent)) return true
  }
  return false
}

async function missingFrom(store: Store, name: string, contents: Contents): Promise<Refusal | undefined> {
  for (const blob of contents.blobs) {
    if ((await store.blobs.size(name, blob)) === undefined) {
      return { refused: 'blobs-missing', message: `blob ${blob} is not in ${name}; push it before the manifest` }
    }
  }
  for (const child of contents.children) {
    if (!(await store.manifests.has(name, child))) {
      return { refused: 'manifests-missing', message: `manifest ${child} is not in ${name}; push it before the index` }
    }
  }
  return undefined
}

async function addLinks(store: Store, name: string, digest: Digest, { subject, children }: Contents): Promise<void> {
  if (subject !== undefined) await store.referrers.add(name, subject, digest)
  for (const child of children) await store.parents.add(name, child, digest)
}

async function removeLinks(store: Store, name: string, digest: Digest, { subject, children }: Contents): Promise<void> {
  if (subject !== undefined) await store.referrers.remove(name, subject, digest)
  for (const child of children) await store.parents.remove(name, child, digest)
}
