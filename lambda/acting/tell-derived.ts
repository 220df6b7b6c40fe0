import { awaiting } from '../awaited.ts'
import { leftBases } from '../bases/left-bases.ts'
import { walkDerived } from '../bases/walk-derived.ts'
import { isImmaterial } from '../core/bases/material.ts'
import type { BaseNews } from '../core/bases/next-standing.ts'
import { formatImage, type ImageId } from '../core/image.ts'
import type { DerivedImage, DerivedProgress, ImageRecord, Todo } from '../core/status.ts'
import { closeTodo, findTodo, MOST_TOLD } from '../core/todo.ts'
import { mapLimited } from '../map-limited.ts'
import { updateImage } from '../update-image.ts'
import type { Actor } from '../world.ts'

/** Images that stand on one base and are asked to be judged anew by one run: the sweep begins the next within a minute or two, so that pushes do not wait behind them. */
const A_RUN = 1_000
const A_PAGE = 100
const AT_ONCE = 50

/**
 * Has all that stand on a base judged anew after news of it, and tells once who must rebuild. Goes on where it was left; told after all
 * were asked for, and before it is marked done (I5).
 */
export async function tellDerived(world: Actor, id: ImageId): Promise<void> {
  const record = await world.store.image(id)
  const entry = record && findTodo(record, 'derived')
  if (record === undefined || entry === undefined) return
  if (entry.progress === undefined) await wakeForBase(world, record)
  let progress = entry.progress
  for (let done = 0; done < A_RUN; done += A_PAGE) {
    const { items, cursor } = await walkDerived(world, record, A_PAGE, progress?.cursor ?? (entry.vouched && ''))
    await mapLimited(items, AT_ONCE, ({ record: derived }) => world.queue.verify(derived, 0))
    const known = items.filter(({ wave }) => wave > 0)
    const images = known.map(({ record: derived, wave }) => ({ ...described(derived), wave }))
    progress = further(progress, images, cursor ?? '')
    if (cursor === undefined) return finish(world, record, entry, progress)
  }
  await updateImage(world, id, (now) => withProgress(now, entry, progress))
}

/** Whoever said that he stands on it was judged before anybody knew it; and bases that its tags left are replaced by now. */
async function wakeForBase(world: Actor, base: ImageRecord): Promise<void> {
  const { host, name, seenTags = [] } = base
  const tagged = await Promise.all(seenTags.map((tag) => leftBases(world, { host, name, tag })))
  const replaced = [...new Set(tagged.flat())].filter((digest) => digest !== base.digest)
  const left = replaced.map((digest) => ({ host, name, digest }))
  for (const image of [...(await awaiting(world, base)), ...left]) await world.queue.verify(image, 0)
}

/** Of a wave that is not there any more nothing is named twice. */
function further(
  before: DerivedProgress | undefined,
  images: readonly DerivedImage[],
  cursor: string,
): DerivedProgress {
  const { count = 0, images: first = [] } = before ?? {}
  return { cursor, count: count + images.length, images: [...first, ...images].slice(0, MOST_TOLD) }
}

async function finish(
  world: Actor,
  record: ImageRecord,
  entry: Todo,
  { count, images }: DerivedProgress,
): Promise<void> {
  const { news = 'renewed' } = entry
  if (news !== 'renewed' && count > 0 && isTrueYet(record, news)) {
    await world.alerts.publish({
      event: news,
      image: formatImage({ host: record.host, name: record.name, digest: record.digest }),
      digest: record.digest,
      state: record.state,
      at: world.now().toISOString(),
      checks: [],
      tags: [],
      derived: { count, images, ...(record.standing?.replaced && { replaced: record.standing.replaced }) },
    })
  }
  await updateImage(world, record, (now) => closeTodo(now, 'derived', entry.seq))
}

/** A tag may have been put back meanwhile; and nobody lacks anything where what took its place is as good. */
function isTrueYet({ standing }: ImageRecord, news: BaseNews): boolean {
  return news !== 'replaced' || (standing?.replaced !== undefined && !isImmaterial(standing.replaced))
}

/** News that came meanwhile begin anew. */
function withProgress(record: ImageRecord, { seq }: Todo, progress: DerivedProgress | undefined): ImageRecord {
  return {
    ...record,
    todo: record.todo.map((open) =>
      open.kind === 'derived' && open.seq === seq && progress ? { ...open, progress } : open,
    ),
  }
}

function described(record: ImageRecord): Omit<DerivedImage, 'wave'> {
  const { host, name, digest, seenTags = [] } = record
  return { image: formatImage({ host, name, digest }), tags: seenTags.slice(-3) }
}
