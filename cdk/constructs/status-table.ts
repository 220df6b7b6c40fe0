import { RemovalPolicy } from 'aws-cdk-lib'
import { AttributeType, Billing, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { Construct } from 'constructs'
import { ENV } from '../../lambda/env.ts'
import { SAFETY_KEY, TABLE } from '../../lambda/resources.ts'
import type { AssayFunction } from './assay-function.ts'

export type TableUse = {
  readonly items: readonly ('GetItem' | 'BatchGetItem' | 'PutItem' | 'Query')[]
  readonly indexes: readonly (keyof typeof TABLE.indexes)[]
}

/** The status table as resources.ts names it. It outlives the stack. */
export class StatusTable extends Construct {
  readonly table: TableV2

  constructor(scope: Construct, id: string) {
    super(scope, id)
    this.table = new TableV2(this, 'Table', {
      ...keys(TABLE),
      globalSecondaryIndexes: Object.entries(TABLE.indexes).map(([indexName, key]) => ({ indexName, ...keys(key) })),
      billing: Billing.onDemand(),
      encryption: TableEncryptionV2.awsManagedKey(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    })
  }

  /** Lets a function do these things with items, and query these indexes. */
  grant(user: AssayFunction, { items, indexes }: TableUse): void {
    const environment = { [ENV.table]: this.table.tableName }
    const { tableArn } = this.table
    user.allow({ actions: items.map((action) => `dynamodb:${action}`), resources: [tableArn], environment })
    if (indexes.length === 0) return
    user.allow({ actions: ['dynamodb:Query'], resources: indexes.map((index) => `${tableArn}/index/${index}`) })
  }

  /** Lets a function write what people decide: the items of images, and the one that holds quarantine. Not what is proven, nor whom to trust. */
  grantPutByPeople(user: AssayFunction): void {
    user.allow({
      actions: ['dynamodb:PutItem'],
      resources: [this.table.tableArn],
      conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': KEYS_OF_PEOPLE } },
    })
  }
}

/** How the keys of images begin, and the key of what holds quarantine: lambda/store/items.ts. */
export const KEYS_OF_PEOPLE = ['IMG#*', `SYS#${SAFETY_KEY}`]

function keys({ partitionKey, sortKey }: { readonly partitionKey: string; readonly sortKey: string }) {
  return {
    partitionKey: { name: partitionKey, type: AttributeType.STRING },
    sortKey: { name: sortKey, type: AttributeType.STRING },
  }
}
