import * as z from 'zod'
import { provenMeans } from '../acting/armed.ts'
import { readSafety } from '../acting/safety.ts'
import { coveredBy } from '../bases/base-source.ts'
import { heldBy } from '../core/breaker.ts'
import { canonicalHash } from '../core/canonical.ts'
import { type ImageRecord, isBad } from '../core/status.ts'
import { currentPolicyHash } from '../examine.ts'
import { mapLimited } from '../map-limited.ts'
import type { Sweeper } from '../world.ts'

/** Under this key: the hash of the rules that all images are judged and acted on under, or up to which place of the list. */
const RULES_KEY = 'rules'
const item = z.object({
  hash: z.string(),
  /** First all that may be bases: what stands on them is judged by what they are. */
  pass: z.enum(['bases', 'all']),
  cursor: z.string().optional(),
  finishedAt: z.string().optional(),
})

/** How many images one page of the list holds, and how many pages one sweep reads. */
const PAGE = 100
const PAGES = 50
/** How many images one sweep asks for before it leaves the rest to the next: pushes are not to wait behind them. */
const BATCH = 1000
/** Messages sent at a time. */
const AT_ONCE = 50

/**
 * A gate trusts no verdict of another policy, so changed policies re-judge every image they touch. What to do with bad
 * images may have changed too (another Enforcement, a registry armed by now), so those are looked at again as well (I3).
 * The place is written after each page: a sweep that ends early is gone on with, and other rules begin anew.
 */
export async function rejudgeOnNewRules(world: Sweeper): Promise<number> {
  const hash = await hashOfRules(world)
  const read = item.safeParse(await world.store.system(RULES_KEY))
  const known = read.success && read.data.hash === hash ? read.data : undefined
  if (known?.finishedAt !== undefined) return 0
  let pass = known?.pass ?? (world.policies.bases.length > 0 ? 'bases' : 'all')
  let cursor = known?.cursor
  let count = 0
  for (let page = 0; page < PAGES && count < BATCH; page++) {
    const listed = await world.store.images({ limit: PAGE, ...(cursor && { cursor }) })
    const outdated = listed.items.filter((record) => isOutdated(world, record) && isOf(pass, world, record))
    await mapLimited(outdated, AT_ONCE, (record) => world.queue.verify(record, 0))
    count += outdated.length
    cursor = listed.cursor
    await world.store.putSystem(RULES_KEY, { hash, ...placeAfter(pass, cursor, world.now().toISOString()) })
    if (cursor !== undefined) continue
    // Nobody waits for bases where none was asked for
    if (pass === 'all' || count > 0) break
    pass = 'all'
  }
  return count
}

/** Where it is gone on with; between the passes the next sweep does, so that bases have been judged by then. */
function placeAfter(pass: Pass, cursor: string | undefined, now: string): Omit<z.infer<typeof item>, 'hash'> {
  if (cursor !== undefined) return { pass, cursor }
  return pass === 'bases' ? { pass: 'all' } : { pass, finishedAt: now }
}

type Pass = z.infer<typeof item>['pass']

function isOf(pass: Pass, { policies }: Sweeper, record: ImageRecord): boolean {
  return pass === 'all' || coveredBy(policies, record).length > 0
}

async function hashOfRules({ watched, store, policies }: Sweeper): Promise<string> {
  const hosts = [...watched].sort()
  const means = await Promise.all(hosts.map((host) => provenMeans(store, host)))
  const safety = await readSafety(store)
  // Held and let go again between two sweeps, images were left in place all the same
  const letGo = [safety.armed?.at, safety.resumed?.at]
  return canonicalHash({ policies, hosts, means, held: heldBy(safety), letGo })
}

function isOutdated({ policies }: Sweeper, record: ImageRecord): boolean {
  return isBad(record) || record.policyHash !== currentPolicyHash(policies, record)
}
