import type { QueryCommandOutput } from '@aws-sdk/lib-dynamodb'
import { expect, it } from 'vitest'
import { BadInput } from '../../lambda/core/bad-input.ts'
import { SHARDS } from '../../lambda/store/items.ts'
import { behind, listByTime, waivedIndex } from '../../lambda/store/list-by-time.ts'
import { at, digest, NOW, record } from '../core/records.ts'

type Query = Parameters<typeof listByTime>[0]

const listWaived = (query: Query, now: string, limit: number, cursor?: string) =>
  listByTime(query, waivedIndex, behind(now), limit, cursor)

/** An index whose answers hold two items each, as those of large items do. */
function index(keys: readonly (readonly [shard: string, seconds: number])[]): Query {
  return async ({ ExpressionAttributeValues: values, ExclusiveStartKey: start, Limit = 0 }) => {
    const rows = keys
      .filter(([shard]) => shard === values?.[':shard'])
      .map(([, seconds]) => ({ waiverKey: `${at(seconds)}#x`, record: record({ digest: digest(seconds) }) }))
      .filter(({ waiverKey }) => waiverKey > (start?.waiverKey ?? values?.[':from']))
    const Items = rows.slice(0, Math.min(2, Limit))
    const last = rows.length > Items.length ? { LastEvaluatedKey: Items.at(-1) } : {}
    return { Items, ...last } as unknown as QueryCommandOutput
  }
}

it('is whole and in order, however little one answer holds', async () => {
  const query = index(Array.from({ length: 40 }, (_, n) => [SHARDS[(n * 7) % 3] ?? '0', n] as const))
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await listWaived(query, NOW, 7, cursor)
    seen.push(...page.items.map((one) => one.digest))
    cursor = page.cursor
  } while (cursor !== undefined)
  // The first one ends in this very moment
  expect(seen).toEqual(Array.from({ length: 39 }, (_, n) => digest(n + 1)))
})

it('goes on from now where time has passed the place of a cursor', async () => {
  const query = index([1, 2, 3, 4, 5, 6].map((seconds) => ['0', seconds]))
  const { cursor } = await listWaived(query, NOW, 2)
  expect((await listWaived(query, at(4), 9, cursor)).items.map((one) => one.digest)).toEqual([digest(5), digest(6)])
})

it('refuses a cursor that we did not give', async () => {
  await expect(listWaived(index([]), NOW, 1, 'x')).rejects.toThrow(BadInput)
})
