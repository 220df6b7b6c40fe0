import { type ImageId, repositoryOf } from '../core/image.ts'
import type { ImageRecord, State } from '../core/status.ts'
import { isQuarantineTagOf } from '../core/tags.ts'
import { asArchived } from '../errors.ts'
import { mapLimited } from '../map-limited.ts'
import type { Registry } from '../ports.ts'
import { tagsOf } from '../tags-of.ts'
import { withinLimit } from '../within-limit.ts'
import type { Sweeper } from '../world.ts'
import type { Looked } from './reconcile-pass.ts'

/** Images on a page; each takes a call or two of the registry. */
const PAGE = 50
const AT_ONCE = 25
/** What a signature may mend that nobody told us of. */
const UNSETTLED: readonly State[] = ['pending', 'failed', 'degraded', 'error']

/**
 * Looks for a page of the images we know of a repository in the registry: those that went, and those that a lost signature may
 * have mended, are asked to be judged again; tags that went are asked for as if they had just been pushed.
 */
export async function lookAtImages(
  world: Sweeper,
  registry: Registry,
  place: Pick<ImageId, 'host' | 'name'>,
  cursor: string | undefined,
): Promise<Looked> {
  const repository = repositoryOf(place)
  const page = await world.store.images({ repository, limit: PAGE, ...(cursor && { cursor }) })
  const looked = await mapLimited(page.items, AT_ONCE, (image) => lookAtImage(world, registry, image))
  const counts = {
    images: looked.length,
    found: looked.reduce((all, { staleTags }) => all + staleTags, 0),
    again: looked.filter(({ again }) => again).length,
    gone: looked.filter(({ gone }) => gone).length,
  }
  return { cursor: page.cursor, counts }
}

async function lookAtImage(world: Sweeper, registry: Registry, image: ImageRecord) {
  const { host, name, digest, state, goneAt } = image
  const wasThere = goneAt === undefined
  const seen = await world.store.tagsOf(image)
  // Gone with all its tags, and known to be: if it comes back, that is found among the tags of the registry
  if (!wasThere && seen.length === 0) return { staleTags: 0, again: false, gone: false }
  const tags = await tagsOf(world.store, registry, image)
  // Where we looked at our own quarantine tag, it is still there
  const stale = seen.filter(({ tag }) => !tags.includes(tag) && !isQuarantineTagOf(tag, digest))
  for (const { tag } of stale) await world.queue.observe({ host, name, tag })
  const gone = wasThere && tags.length === 0 && !(await isThere(registry, image))
  const again = gone || (wasThere && UNSETTLED.includes(state))
  if (again) await world.queue.verify(image, 0)
  return { staleTags: stale.length, again, gone }
}

/** What is archived, or more than is read, is there all the same. */
async function isThere(registry: Registry, { name, digest }: ImageId): Promise<boolean> {
  const { value, overLimit } = await withinLimit(registry.manifest(name, digest).catch(asArchived))
  return value !== undefined || overLimit !== undefined
}
