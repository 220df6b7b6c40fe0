import { expect, it } from 'vitest'
import { TABLE } from '../../lambda/resources.ts'
import { type Resource, resourcesOf, stackOf } from './synthesized.ts'

const stack = stackOf()
const table = one('AWS::DynamoDB::GlobalTable')
const bucket = one('AWS::S3::Bucket')

it('makes the table that resources.ts describes', () => {
  const keys = (keySchema: { AttributeName: string }[]) => keySchema.map(({ AttributeName }) => AttributeName)
  const indexes = table.Properties.GlobalSecondaryIndexes.map(
    ({ IndexName, KeySchema }: { IndexName: string; KeySchema: { AttributeName: string }[] }) => [
      IndexName,
      keys(KeySchema),
    ],
  )
  const wanted = Object.entries(TABLE.indexes).map(([name, key]) => [name, [key.partitionKey, key.sortKey]])
  expect(keys(table.Properties.KeySchema)).toEqual([TABLE.partitionKey, TABLE.sortKey])
  expect(Object.fromEntries(indexes)).toEqual(Object.fromEntries(wanted))
})

it('does not lose the table', () => {
  expect(table).toMatchObject({
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      BillingMode: 'PAY_PER_REQUEST',
      SSESpecification: { SSEEnabled: true },
      Replicas: [
        { DeletionProtectionEnabled: true, PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } },
      ],
    },
  })
})

it('does not lose or show evidence', () => {
  expect(bucket).toMatchObject({
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      VersioningConfiguration: { Status: 'Enabled' },
      ObjectLockEnabled: true,
      ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 365 } } },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    },
  })
})

function one(type: string): Resource {
  const found = resourcesOf(stack, type)
  if (found[0] === undefined || found.length > 1) throw new Error(`${found.length} of ${type}`)
  return found[0][1]
}
