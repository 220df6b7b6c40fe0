import type { ImageId } from '../core/image.ts'
import type { ImageRecord } from '../core/status.ts'
import type { Page } from '../ports.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { SHARDS } from './items.ts'
import { type Query, readRange } from './read-range.ts'

/** Images whose waiver ends after `now`, the soonest first, merged over the index's shards. */
export async function listWaived(query: Query, now: string, limit: number, cursor?: string): Promise<Page<ImageId>> {
  // In a key the time is followed by `#`, which comes before `~`
  const begin = `${now}~`
  const place = cursor === undefined ? begin : decodeCursor(cursor)
  const after = place > begin ? place : begin
  const found = await Promise.all(
    SHARDS.map((shard) =>
      readRange(
        query,
        {
          IndexName: 'waivers',
          KeyConditionExpression: 'waiverShard = :shard AND waiverKey > :after',
          ExpressionAttributeValues: { ':shard': shard, ':after': after },
        },
        limit + 1,
      ),
    ),
  )
  const merged = found
    .flat()
    .map((item) => ({ key: String(item.waiverKey), record: item.record as ImageRecord }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
  const page = merged.slice(0, limit)
  const items = page.map(({ record: { host, name, digest } }) => ({ host, name, digest }))
  const last = merged.length > limit ? page.at(-1) : undefined
  return last === undefined ? { items } : { items, cursor: encodeCursor(last.key) }
}
