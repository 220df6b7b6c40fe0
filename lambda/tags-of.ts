import type { ImageId } from './core/image.ts'
import { isQuarantineTagOf } from './core/tags.ts'
import type { Registry, StatusStore } from './ports.ts'

/**
 * The tags that point at an image now, without our own quarantine tag (rule 7): the registry says, or, where it cannot,
 * the tags last seen there, each asked for again. `seen`: those that its item names, since the index may be behind.
 */
export async function tagsOf(
  store: StatusStore,
  registry: Registry,
  id: ImageId,
  seen: readonly string[] = [],
): Promise<readonly string[]> {
  const listed = (await registry.tagsOf(id.name, id.digest)) ?? (await tagsSeen(store, registry, id, seen))
  return listed.filter((tag) => !isQuarantineTagOf(tag, id.digest))
}

async function tagsSeen(
  store: StatusStore,
  registry: Registry,
  id: ImageId,
  seen: readonly string[],
): Promise<string[]> {
  const indexed = (await store.tagsOf(id)).map(({ tag }) => tag)
  const tags = [...new Set([...indexed, ...seen])]
  const now = await Promise.all(tags.map(async (tag) => ({ tag, digest: await registry.resolve(id.name, tag) })))
  return now.filter(({ digest }) => digest === id.digest).map(({ tag }) => tag)
}
