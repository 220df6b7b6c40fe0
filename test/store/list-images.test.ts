import type { QueryCommandOutput } from '@aws-sdk/lib-dynamodb'
import { describe, expect, it } from 'vitest'
import type { ImageRecord, State } from '../../lambda/core/status.ts'
import { listImages } from '../../lambda/store/list-images.ts'
import { digest, record } from '../core/records.ts'

type Row = { readonly listKey: string; readonly record: ImageRecord }
type Query = Parameters<typeof listImages>[0]

const START = Date.parse('2026-01-01T00:00:00.000Z')

/** An image first seen some minutes after the start of the year. */
function row(minute: number, state: State = 'verified'): Row {
  const firstSeenAt = new Date(START + minute * 60_000).toISOString()
  return { listKey: `${firstSeenAt}#${minute}`, record: record({ digest: digest(minute), firstSeenAt, state }) }
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n)

/** A table whose list has these partitions. */
function table(partitions: Readonly<Record<string, readonly Row[]>>): Query {
  const sorted = new Map(
    Object.entries(partitions).map(([name, rows]) => [name, rows.toSorted((a, b) => (a.listKey < b.listKey ? 1 : -1))]),
  )
  return async ({ ExpressionAttributeValues: values, ExclusiveStartKey: start, Limit = 0 }) => {
    const rows = sorted.get(values?.[':value']) ?? []
    const before = start?.listKey ?? values?.[':before']
    const left = before === undefined ? rows : rows.filter(({ listKey }) => listKey < before)
    const Items = left.slice(0, Limit)
    const answer = left.length > Limit ? { Items, LastEvaluatedKey: { listKey: Items.at(-1)?.listKey } } : { Items }
    return answer as unknown as QueryCommandOutput
  }
}

/** Minutes of all images given, page by page. */
async function walk(query: Query, limit: number): Promise<number[][]> {
  const pages: number[][] = []
  let cursor: string | undefined
  do {
    const page = await listImages(query, { state: 'failed', limit, ...(cursor && { cursor }) })
    expect(page.items.length).toBeLessThanOrEqual(limit)
    pages.push(page.items.map(({ firstSeenAt }) => (Date.parse(firstSeenAt) - START) / 60_000))
    cursor = page.cursor
  } while (cursor !== undefined)
  return pages
}

describe('a list of images of which few match', () => {
  it('goes on where one call reads no further', async () => {
    const query = table({ 0: [row(1, 'failed'), ...range(2, 9000).map((minute) => row(minute))] })
    expect(await walk(query, 10)).toEqual([[], [], [1]])
  })

  it('skips nothing of a partition that was left early, though others were read to their end', async () => {
    const query = table({
      0: [row(1, 'failed'), row(3000, 'failed'), ...range(3001, 9000).map((minute) => row(minute))],
      1: [row(2, 'failed'), row(2000, 'failed'), row(8999, 'failed')],
    })
    expect((await walk(query, 10)).flat()).toEqual([8999, 3000, 2000, 2, 1])
  })

  it('skips nothing where partitions are left in different places', async () => {
    const failed = new Set([1, 2, 3, 2500, 2501, 4000, 6000, 6001, 6002, 6003, 11_000])
    const state = (minute: number): State => (failed.has(minute) ? 'failed' : 'verified')
    const all = range(0, 12_000).map((minute) => row(minute, state(minute)))
    // The first partition holds the newest half and the second the oldest, with some of the other in each
    const second = all.filter((_, minute) => minute < 6000 !== (minute % 100 === 1))
    const first = all.filter((one) => !second.includes(one))
    for (const limit of [1, 2, 3, 100]) {
      const pages = await walk(table({ 0: first, 1: second }), limit)
      expect(pages.flat()).toEqual([...failed].toSorted((a, b) => b - a))
    }
  })

  it('has no cursor when all is read', async () => {
    const query = table({ 0: [row(1, 'failed')], 1: [row(2, 'failed')] })
    expect(await walk(query, 2)).toEqual([[2, 1]])
    expect(await walk(query, 1)).toEqual([[2], [1]])
  })
})
