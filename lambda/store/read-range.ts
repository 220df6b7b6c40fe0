import type { QueryCommandInput, QueryCommandOutput } from '@aws-sdk/lib-dynamodb'

export type Query = (input: Omit<QueryCommandInput, 'TableName'>) => Promise<QueryCommandOutput>

/** The first items of a query, at most so many, however many calls it takes to read them. */
export async function readRange(
  query: Query,
  input: Parameters<Query>[0],
  limit: number,
): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = []
  let start: Record<string, unknown> | undefined
  do {
    const { Items = [], LastEvaluatedKey } = await query({
      ...input,
      Limit: limit - found.length,
      ...(start && { ExclusiveStartKey: start }),
    })
    found.push(...Items)
    start = LastEvaluatedKey
  } while (start !== undefined && found.length < limit)
  return found
}
