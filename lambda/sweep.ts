import { mapLimited } from './map-limited.ts'
import { reconcile } from './reconciling/reconcile.ts'
import type { Counts } from './reconciling/reconcile-pass.ts'
import { rejudgeOnNewRules } from './reconciling/rejudge.ts'
import { watchBases } from './reconciling/watch-bases.ts'
import type { Sweeper } from './world.ts'

/** How many due images one sweep wakes; the rest is the next one's. */
const BATCH = 1000
/** So that a thousand are done within the function's time and no service is flooded. */
const AT_ONCE = 50

/** What one sweep found: images due, images to be judged under new rules, tags of bases that point elsewhere, and what registries had that we did not know. */
export type Swept = {
  readonly due: number
  readonly rejudged: number
  readonly bases: number
  readonly reconciled: Counts
}

/** Finds what nobody told us: deadlines that have come, work that got stuck, images judged or acted on under other rules, lost events. */
export async function sweep(world: Sweeper): Promise<Swept> {
  const due = await wakeDue(world)
  const rejudged = await rejudgeOnNewRules(world)
  const bases = await watchBases(world)
  return { due, rejudged, bases, reconciled: await reconcile(world) }
}

/** An index hit is a hint: the item is read again before anything is asked for. */
async function wakeDue(world: Sweeper): Promise<number> {
  const now = world.now().toISOString()
  const hits = await world.store.due(now, BATCH)
  let due = 0
  await mapLimited(hits, AT_ONCE, async (id) => {
    const record = await world.store.image(id)
    if (record?.dueAt === undefined || record.dueAt > now) return
    due++
    if (record.todo.length > 0) await world.queue.act(record)
    if (record.recheckAt !== undefined && record.recheckAt <= now) await world.queue.verify(record, 0)
  })
  return due
}
