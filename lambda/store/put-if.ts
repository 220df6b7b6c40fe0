import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb'
import { unavailable } from '../aws-errors.ts'
import type { Item } from './items.ts'

export type PutIf = (item: Item, field: string, expected: number | undefined) => Promise<boolean>

/** Puts items only where `field` still has the expected value (undefined: where there is no item); false where it has not. */
export function putIfIn(db: DynamoDBDocumentClient, table: string): PutIf {
  return async (item, field, expected) => {
    const condition =
      expected === undefined
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : {
            ConditionExpression: '#field = :expected',
            ExpressionAttributeNames: { '#field': field },
            ExpressionAttributeValues: { ':expected': expected },
          }
    try {
      await unavailable('DynamoDB')(db.send(new PutCommand({ TableName: table, Item: item, ...condition })))
      return true
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false
      throw error
    }
  }
}
