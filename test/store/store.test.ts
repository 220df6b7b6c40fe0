import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe } from 'vitest'
import { dynamoStore } from '../../lambda/store/dynamodb.ts'
import { startAws } from '../../local/aws/aws.ts'
import { testStore } from '../contracts/store.ts'
import { memoryStore } from '../memory/store.ts'

describe('in memory', () => testStore(async () => memoryStore()))

describe('on DynamoDB', () => {
  const dir = mkdtempSync(join(tmpdir(), 'assay-test-'))
  let close: (() => Promise<void>) | undefined
  afterAll(async () => {
    await close?.()
    rmSync(dir, { recursive: true, force: true })
  })
  testStore(async () => {
    const aws = await startAws({ dir })
    close = () => aws.close()
    return dynamoStore(aws.dynamodb, aws.table)
  })
})
