import type { ImageId } from '../core/image.ts'
import { isQuarantineTagOf } from '../core/tags.ts'
import { mapLimited } from '../map-limited.ts'
import type { Registry, Tagged } from '../ports.ts'
import { spokenOfBy, subjectsOfManifest } from '../subjects.ts'
import type { Sweeper } from '../world.ts'
import type { Looked } from './reconcile-pass.ts'

/** Tags looked at a time. */
const AT_ONCE = 50

/** Looks for a page of a repository's tags in the table: what we do not know of it is asked for as if it had just been pushed. */
export async function lookAtTags(
  world: Sweeper,
  registry: Registry,
  place: Pick<ImageId, 'host' | 'name'>,
  cursor: string | undefined,
): Promise<Looked> {
  const page = await registry.tagged(place.name, cursor)
  const tags = page?.items ?? []
  const news = await mapLimited(tags, AT_ONCE, async (tagged) => {
    const isNew = await isNews(world, registry, { ...place, digest: tagged.digest }, tagged)
    if (isNew) await world.queue.observe({ ...place, ...tagged })
    return isNew
  })
  return { cursor: page?.cursor, counts: { tags: tags.length, found: news.filter(Boolean).length } }
}

/** Whether a look at this tag would find something to write down. A tag that was looked at and is unchanged is none, whatever it holds (I10). */
async function isNews(world: Sweeper, registry: Registry, id: ImageId, { tag, digest }: Tagged): Promise<boolean> {
  const { store } = world
  const [image, known] = await Promise.all([store.image(id), store.tag(id.host, id.name, tag)])
  if (image !== undefined && isQuarantineTagOf(tag, digest)) return false
  if (known?.digest !== digest) return true
  if (image !== undefined && image.goneAt === undefined) return false
  const claimsSignature = spokenOfBy(world, tag) !== undefined
  // Almost every image has a signature under such a tag: not all of them are read in every pass
  if (image === undefined && claimsSignature) return false
  // Looked at, and there is no image: a signature under an ordinary tag, or one that came back or was never written down
  const subjects = await subjectsOfManifest(registry, id.name, digest, tag, claimsSignature)
  return subjects.some(({ itself }) => itself)
}
