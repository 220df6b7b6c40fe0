import type { ImageId } from '../core/image.ts'
import { type Page, pageOf } from '../core/page.ts'
import type { ImageRecord } from '../core/status.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { SHARDS } from './items.ts'
import { type Query, readRange } from './read-range.ts'

/** An index of images by a time: its key is the time, `#` and the image. */
type TimeIndex = { readonly name: string; readonly shard: string; readonly key: string }
export const waivedIndex: TimeIndex = { name: 'waivers', shard: 'waiverShard', key: 'waiverKey' }
export const takenIndex: TimeIndex = { name: 'taken', shard: 'takenShard', key: 'takenKey' }

export const basesIndex: TimeIndex = { name: 'bases', shard: 'baseShard', key: 'baseKey' }

/** In a key the time is followed by `#`, which comes before `~`: the place behind all keys of a time. */
export function behind(time: string): string {
  return `${time}~`
}

/** Images from a place on, the earliest first, merged over the index's shards. */
export async function listByTime(
  query: Query,
  { name, shard: shardName, key }: TimeIndex,
  begin: string,
  limit: number,
  cursor?: string,
): Promise<Page<ImageId>> {
  const place = cursor === undefined ? begin : decodeCursor(cursor)
  const from = place > begin ? place : begin
  const found = await Promise.all(
    SHARDS.map((shard) =>
      readRange(
        query,
        {
          IndexName: name,
          KeyConditionExpression: '#shard = :shard AND #key > :from',
          ExpressionAttributeNames: { '#shard': shardName, '#key': key },
          ExpressionAttributeValues: { ':shard': shard, ':from': from },
        },
        limit + 1,
      ),
    ),
  )
  const merged = found
    .flat()
    .map((item) => ({ key: String(item[key]), record: item.record as ImageRecord }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
  const page = merged.slice(0, limit)
  const items = page.map(({ record: { host, name, digest } }) => ({ host, name, digest }))
  const last = merged.length > limit ? page.at(-1) : undefined
  return pageOf(items, last && encodeCursor(last.key))
}
