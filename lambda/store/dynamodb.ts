import { ConditionalCheckFailedException, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import { unavailable } from '../aws-errors.ts'
import type { ImageId } from '../core/image.ts'
import { pageOf } from '../core/page.ts'
import type { HistoryRow, ImageRecord, TagRecord } from '../core/status.ts'
import type { StatusStore } from '../ports.ts'
import { historyItem, imageItem, imageKey, SHARDS, systemKey, tagDigest, tagItem, tagKey } from './items.ts'
import { basesIndex, behind, listByTime, takenIndex, waivedIndex } from './list-by-time.ts'
import { listImages } from './list-images.ts'
import { putIfIn } from './put-if.ts'
import { type Query, readRange } from './read-range.ts'

type DueHit = { readonly id: ImageId; readonly dueAt: string }

/** The status table on DynamoDB (locally dynalite): consistent reads by key, conditional single-item writes. */
export function dynamoStore(client: DynamoDBClient, table: string): StatusStore {
  const db = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } })
  const call = unavailable('DynamoDB')

  async function get<T>(key: { pk: string; sk: string }): Promise<T | undefined> {
    const { Item } = await call(db.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true })))
    return Item?.record as T | undefined
  }

  const query: Query = (input) => call(db.send(new QueryCommand({ TableName: table, ...input })))

  const putIf = putIfIn(db, table)

  return {
    image: (id) => get<ImageRecord>(imageKey(id)),
    putImage: (record, expected) => putIf(imageItem(record), 'version', expected),

    async putHistory(id, row, version) {
      const command = new PutCommand({
        TableName: table,
        Item: historyItem(id, row, version),
        ConditionExpression: 'attribute_not_exists(pk) OR #version <= :version',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':version': version },
      })
      try {
        await call(db.send(command))
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error
      }
    },

    async history(id, limit, cursor) {
      const { Items = [], LastEvaluatedKey } = await query({
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :history)',
        ExpressionAttributeValues: { ':pk': imageKey(id).pk, ':history': 'H#' },
        ScanIndexForward: false,
        Limit: limit,
        ConsistentRead: true,
        ...(cursor !== undefined && { ExclusiveStartKey: { pk: imageKey(id).pk, sk: cursor } }),
      })
      const items = Items.map((item) => item.record as HistoryRow)
      return pageOf(items, LastEvaluatedKey && String(LastEvaluatedKey.sk))
    },

    tag: (host, name, tag) => get<TagRecord>(tagKey(host, name, tag)),
    putTag: (record, expected) => putIf(tagItem(record), 'rev', expected),

    async tagsOf(id) {
      const { Items = [] } = await query({
        IndexName: 'tags',
        KeyConditionExpression: 'tagDigest = :digest',
        ExpressionAttributeValues: { ':digest': tagDigest(id) },
      })
      return Items.map((item) => item.record as TagRecord)
    },

    images: (wanted) => listImages(query, wanted),

    async due(now, limit) {
      const pages = await Promise.all(SHARDS.map((shard) => dueIn(query, shard, now, limit)))
      const oldestFirst = pages.flat().sort((a, b) => (a.dueAt < b.dueAt ? -1 : 1))
      return oldestFirst.slice(0, limit).map(({ id }) => id)
    },

    waived: (now, limit, cursor) => listByTime(query, waivedIndex, behind(now), limit, cursor),

    taken: (since, limit, cursor) => listByTime(query, takenIndex, since, limit, cursor),

    bases: (limit, cursor) => listByTime(query, basesIndex, '0', limit, cursor),

    system: (key) => get<Record<string, unknown>>(systemKey(key)),
    async putSystem(key, value) {
      await call(db.send(new PutCommand({ TableName: table, Item: { ...systemKey(key), record: value } })))
    },
    swapSystem: (key, value, expected) =>
      putIf({ ...systemKey(key), version: value.version, record: value }, 'version', expected),
  }
}

async function dueIn(query: Query, shard: string, now: string, limit: number): Promise<DueHit[]> {
  const due = {
    IndexName: 'due',
    KeyConditionExpression: 'dueShard = :shard AND dueAt <= :now',
    ExpressionAttributeValues: { ':shard': shard, ':now': now },
  }
  return (await readRange(query, due, limit)).map(({ record, dueAt }) => {
    const { host, name, digest } = record as ImageRecord
    return { id: { host, name, digest }, dueAt: String(dueAt) }
  })
}
