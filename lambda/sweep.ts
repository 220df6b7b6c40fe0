import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import { currentPolicyHash } from './examine.ts'
import type { Sweeper } from './world.ts'

const BATCH = 100
/** The item that holds the hash of the policies all images were last judged under. */
const POLICIES_KEY = 'policies'

/** Finds what nobody told us: deadlines that have come, work that got stuck, verdicts of another policy. */
export async function sweep(world: Sweeper): Promise<{ readonly due: number; readonly rejudged: number }> {
  const due = await wakeDue(world)
  const rejudged = await rejudgeOnPolicyChange(world)
  return { due, rejudged }
}

/** An index hit is a hint: the item is read again before anything is asked for. */
async function wakeDue(world: Sweeper): Promise<number> {
  const now = world.now().toISOString()
  const hits = await world.store.due(now, BATCH)
  const records = await Promise.all(hits.map((id) => world.store.image(id)))
  const due = records.filter((record) => record?.dueAt !== undefined && record.dueAt <= now)
  for (const record of due) {
    if (record === undefined) continue
    if (record.todo.length > 0) await world.queue.act(record)
    if (record.recheckAt !== undefined && record.recheckAt <= now) await world.queue.verify(record, 0)
  }
  return due.length
}

/** A gate trusts no verdict of another policy, so a changed policy set re-judges every image it touches. */
async function rejudgeOnPolicyChange(world: Sweeper): Promise<number> {
  const hash = createHash('sha256')
    .update(canonicalize(world.policies) ?? '')
    .digest('hex')
  const known = await world.store.system(POLICIES_KEY)
  if (known?.hash === hash) return 0
  let cursor: string | undefined
  let count = 0
  do {
    const page = await world.store.images({ limit: BATCH, ...(cursor && { cursor }) })
    for (const record of page.items) {
      if (record.policyHash === currentPolicyHash(world.policies, record)) continue
      await world.queue.verify(record, 0)
      count++
    }
    cursor = page.cursor
  } while (cursor !== undefined)
  await world.store.putSystem(POLICIES_KEY, { hash, at: world.now().toISOString() })
  return count
}
