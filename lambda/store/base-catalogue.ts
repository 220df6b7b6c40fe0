import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { BatchGetCommand, DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import { unavailable } from '../aws-errors.ts'
import type { ChainRecord } from '../core/bases/standing.ts'
import type { Digest, ImageId } from '../core/image.ts'
import { Unavailable } from '../errors.ts'
import type { BaseCatalogue } from '../ports.ts'
import { tagDigest } from './items.ts'
import { putIfIn } from './put-if.ts'
import { type Query, readRange } from './read-range.ts'

/** What one call of BatchGetItem takes. */
const BATCH = 100
const NOTE = 'D#'
/** How often keys are asked for again that DynamoDB left out. */
const TRIES = 5

/** The catalogue of bases in the status table: an item a chain, and beside it one for each image that stands on it. */
export function dynamoBaseCatalogue(client: DynamoDBClient, table: string): BaseCatalogue {
  const db = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } })
  const call = unavailable('DynamoDB')
  const putIf = putIfIn(db, table)
  const query: Query = (input) => call(db.send(new QueryCommand({ TableName: table, ...input })))

  return {
    async at(chains) {
      const batches = Array.from({ length: Math.ceil(chains.length / BATCH) }, (_, n) =>
        chains.slice(n * BATCH, (n + 1) * BATCH),
      )
      return (await Promise.all(batches.map(batch))).flat()
    },

    put: (record, expected) =>
      putIf({ ...chainKey(record.chain), version: record.version, record }, 'version', expected),

    async noteDerived(chain, wave, { host, name, digest }) {
      const image = { host, name, digest }
      // One digit: MAX_WAVES
      const key = { pk: chainKey(chain).pk, sk: `${NOTE}${wave}#${tagDigest(image)}` }
      await call(db.send(new PutCommand({ TableName: table, Item: { ...key, record: image } })))
    },

    async derived(chain, limit, after = '') {
      const input = {
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :end',
        // Behind that very place; `~` comes after all that may follow
        ExpressionAttributeValues: { ':pk': chainKey(chain).pk, ':from': `${NOTE}${after}!`, ':end': `${NOTE}~` },
        ConsistentRead: true,
      }
      return (await readRange(query, input, limit)).map(({ sk, record }) => {
        const place = String(sk).slice(NOTE.length)
        return { place, wave: Number.parseInt(place, 10), image: record as ImageId }
      })
    },
  }

  async function batch(chains: readonly Digest[]): Promise<ChainRecord[]> {
    const found: ChainRecord[] = []
    let Keys: Record<string, unknown>[] = chains.map(chainKey)
    for (let attempt = 0; attempt < TRIES && Keys.length > 0; attempt++) {
      const answer = await call(
        db.send(new BatchGetCommand({ RequestItems: { [table]: { Keys, ConsistentRead: true } } })),
      )
      found.push(...(answer.Responses?.[table] ?? []).map((item) => item.record as ChainRecord))
      Keys = answer.UnprocessedKeys?.[table]?.Keys ?? []
    }
    if (Keys.length === 0) return found
    // A base that was overlooked would be a no that nobody gave
    throw new Unavailable('DynamoDB', `${Keys.length} of ${chains.length} chains were left out of ${TRIES} answers`)
  }
}

function chainKey(chain: Digest): { pk: string; sk: string } {
  return { pk: `CHAIN#${chain}`, sk: 'CHAIN' }
}
