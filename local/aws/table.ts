import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  paginateScan,
  ResourceNotFoundException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import { Misconfigured } from '../../lambda/errors.ts'
import { TABLE } from '../../lambda/resources.ts'

const BATCH = 25

/** Creates the status table if it is not there; it can be used when this returns. */
export async function createTable(client: DynamoDBClient, name: string): Promise<void> {
  const existing = await indexesOf(client, name)
  const wanted = Object.keys(TABLE.indexes)
  if (existing === undefined) return create(client, name)
  if (wanted.every((index) => existing.includes(index))) return
  throw new Misconfigured(
    `the table in the data folder has indexes ${existing.join(', ')}, not ${wanted.join(', ')}: another version made it; set ASSAY_DATA to another folder`,
  )
}

/** Puts every item again, which writes its index entries. */
export async function rebuildIndexes(client: DynamoDBClient, name: string): Promise<void> {
  for await (const { Items = [] } of paginateScan({ client }, { TableName: name, ConsistentRead: true })) {
    for (let i = 0; i < Items.length; i += BATCH) {
      const puts = Items.slice(i, i + BATCH).map((Item) => ({ PutRequest: { Item } }))
      await client.send(new BatchWriteItemCommand({ RequestItems: { [name]: puts } }))
    }
  }
}

async function indexesOf(client: DynamoDBClient, name: string): Promise<readonly string[] | undefined> {
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }))
    return (Table?.GlobalSecondaryIndexes ?? []).map((index) => index.IndexName ?? '')
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined
    throw error
  }
}

async function create(client: DynamoDBClient, name: string): Promise<void> {
  const keys = [TABLE, ...Object.values(TABLE.indexes)]
  const attributes = new Set(keys.flatMap((key) => [key.partitionKey, key.sortKey]))
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [...attributes].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: keySchema(TABLE),
      GlobalSecondaryIndexes: Object.entries(TABLE.indexes).map(([IndexName, key]) => ({
        IndexName,
        KeySchema: keySchema(key),
        Projection: { ProjectionType: 'ALL' },
      })),
    }),
  )
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 0.01, maxDelay: 1 }, { TableName: name })
}

function keySchema(key: { readonly partitionKey: string; readonly sortKey: string }): KeySchemaElement[] {
  return [
    { AttributeName: key.partitionKey, KeyType: 'HASH' },
    { AttributeName: key.sortKey, KeyType: 'RANGE' },
  ]
}
