import { provenMeans } from './armed.ts'
import { heldBy } from './core/breaker.ts'
import { canonicalHash } from './core/canonical.ts'
import type { ImageRecord } from './core/status.ts'
import { currentPolicyHash } from './examine.ts'
import { mapLimited } from './map-limited.ts'
import { readSafety } from './safety.ts'
import type { Sweeper } from './world.ts'

/** How many due images one sweep wakes; the rest is the next one's. */
const BATCH = 1000
/** How many images one page of the list holds. */
const PAGE = 100
/** So that a thousand are done within the function's time and no service is flooded. */
const AT_ONCE = 50
/** The item that holds the hash of the rules all images were last judged and acted on under. */
const RULES_KEY = 'rules'

/** Finds what nobody told us: deadlines that have come, work that got stuck, images judged or acted on under other rules. */
export async function sweep(world: Sweeper): Promise<{ readonly due: number; readonly rejudged: number }> {
  const due = await wakeDue(world)
  const rejudged = await rejudgeOnNewRules(world)
  return { due, rejudged }
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

/**
 * A gate trusts no verdict of another policy, so changed policies re-judge every image they touch. What to do with bad
 * images may have changed too (another Enforcement, a registry armed by now), so those are looked at again as well (I3).
 */
async function rejudgeOnNewRules(world: Sweeper): Promise<number> {
  const hosts = [...world.registries.keys()].sort()
  const means = await Promise.all(hosts.map((host) => provenMeans(world.store, host)))
  const held = heldBy(await readSafety(world.store))
  const hash = canonicalHash({ policies: world.policies, hosts, means, held })
  const known = await world.store.system(RULES_KEY)
  if (known?.hash === hash) return 0
  let cursor: string | undefined
  let count = 0
  do {
    const page = await world.store.images({ limit: PAGE, ...(cursor && { cursor }) })
    const outdated = page.items.filter((record) => isOutdated(world, record))
    await mapLimited(outdated, AT_ONCE, (record) => world.queue.verify(record, 0))
    count += outdated.length
    cursor = page.cursor
  } while (cursor !== undefined)
  await world.store.putSystem(RULES_KEY, { hash, at: world.now().toISOString() })
  return count
}

function isOutdated({ policies }: Sweeper, record: ImageRecord): boolean {
  const bad = record.state === 'failed' || record.state === 'degraded'
  return bad || record.policyHash !== currentPolicyHash(policies, record)
}
