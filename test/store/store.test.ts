import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe } from 'vitest'
import { dynamoBaseCatalogue } from '../../lambda/store/base-catalogue.ts'
import { dynamoStore } from '../../lambda/store/dynamodb.ts'
import { startAws } from '../../local/aws/aws.ts'
import { testBaseCatalogue } from '../contracts/base-catalogue.ts'
import { testStore } from '../contracts/store.ts'
import { memoryBaseCatalogue } from '../memory/base-catalogue.ts'
import { memoryStore } from '../memory/store.ts'

describe('in memory', () => {
  testStore(async () => memoryStore())
  testBaseCatalogue(async () => memoryBaseCatalogue())
})

describe('on DynamoDB', () => {
  const dir = mkdtempSync(join(tmpdir(), 'assay-test-'))
  afterAll(async () => {
    await (await aws).close()
    rmSync(dir, { recursive: true, force: true })
  })
  const aws = startAws({ dir })
  testStore(async () => dynamoStore((await aws).dynamodb, (await aws).table))
  testBaseCatalogue(async () => dynamoBaseCatalogue((await aws).dynamodb, (await aws).table))
})
