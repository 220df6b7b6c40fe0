import type { ImageId } from './core/image.ts'
import { isQuarantineTagOf } from './core/tags.ts'
import type { Registry, StatusStore } from './ports.ts'

/**
 * The tags that point at an image now, without our own quarantine tag (rule 7): the registry says,
 * or, where it cannot, the tags last seen there, each asked for again.
 */
export async function tagsOf(store: StatusStore, registry: Registry, id: ImageId): Promise<readonly string[]> {
  const listed = (await registry.tagsOf(id.name, id.digest)) ?? (await tagsSeen(store, registry, id))
  return listed.filter((tag) => !isQuarantineTagOf(tag, id.digest))
}

async function tagsSeen(store: StatusStore, registry: Registry, id: ImageId): Promise<string[]> {
  const seen = await store.tagsOf(id)
  const now = await Promise.all(seen.map(async ({ tag }) => ({ tag, digest: await registry.resolve(id.name, tag) })))
  return now.filter(({ digest }) => digest === id.digest).map(({ tag }) => tag)
}
