import { type Page, pageOf } from '../core/page.ts'
import type { ImageRecord } from '../core/status.ts'
import type { ImageQuery } from '../ports.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { SHARDS } from './items.ts'
import type { Query } from './read-range.ts'

type Hit = { readonly listKey: string; readonly record: ImageRecord }
/** `stoppedAt`: the place up to which a partition was read where it goes on. */
type Found = { readonly hits: readonly Hit[]; readonly stoppedAt?: string | undefined }

/** How many items one call reads at most while it looks for matches. */
const PAGE = 200
const MAX_PAGES = 20

/**
 * Images newest first, merged over the list's shards. The cursor is the place up to which everything was given;
 * where few images match, a page may hold less than was asked for, even nothing, and still have one.
 */
export async function listImages(query: Query, wanted: ImageQuery): Promise<Page<ImageRecord>> {
  const before = wanted.cursor === undefined ? undefined : decodeCursor(wanted.cursor)
  const partitions =
    wanted.repository === undefined
      ? SHARDS.map((shard) => ({ index: 'recent', key: 'listShard', value: shard as string }))
      : [{ index: 'repository', key: 'repository', value: wanted.repository }]
  const found = await Promise.all(partitions.map((partition) => hits(query, partition, before, wanted)))
  // Beyond the newest place where a partition was left, images of that partition would be missing among the others
  const cut = newest(found.flatMap(({ stoppedAt }) => stoppedAt ?? []))
  const merged = found
    .flatMap(({ hits }) => hits)
    .filter(({ listKey }) => cut === undefined || listKey >= cut)
    .sort((a, b) => (a.listKey < b.listKey ? 1 : -1))
  const page = merged.slice(0, wanted.limit)
  const items = page.map(({ record }) => record)
  const end = merged.length > wanted.limit ? page.at(-1)?.listKey : cut
  return pageOf(items, end && encodeCursor(end))
}

function newest(places: readonly string[]): string | undefined {
  return places.toSorted().at(-1)
}

/** One more match than asked for, so that the caller knows whether there are others. */
async function hits(
  query: Query,
  { index, key, value }: { index: string; key: string; value: string },
  before: string | undefined,
  wanted: ImageQuery,
): Promise<Found> {
  const found: Hit[] = []
  let start: Record<string, unknown> | undefined
  for (let page = 0; page < MAX_PAGES && found.length <= wanted.limit; page++) {
    const { Items = [], LastEvaluatedKey } = await query({
      IndexName: index,
      KeyConditionExpression: before === undefined ? '#key = :value' : '#key = :value AND listKey < :before',
      ExpressionAttributeNames: { '#key': key },
      ExpressionAttributeValues: { ':value': value, ...(before !== undefined && { ':before': before }) },
      ScanIndexForward: false,
      Limit: PAGE,
      ...(start && { ExclusiveStartKey: start }),
    })
    for (const item of Items) {
      const hit = { listKey: String(item.listKey), record: item.record as ImageRecord }
      if (matches(hit.record, wanted)) found.push(hit)
    }
    start = LastEvaluatedKey
    if (start === undefined) break
  }
  if (found.length > wanted.limit) return { hits: found.slice(0, wanted.limit + 1) }
  return { hits: found, stoppedAt: start && String(start.listKey) }
}

/** The filters of a query; shared by every store. */
export function matches(record: ImageRecord, { state, signer }: ImageQuery): boolean {
  if (state !== undefined && record.state !== state) return false
  if (signer === undefined) return true
  return record.signers.some((one) =>
    one.kind === 'key' ? one.key === signer : one.subject === signer || one.issuer === signer,
  )
}
