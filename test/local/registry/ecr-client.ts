import { ECRClient } from '@aws-sdk/client-ecr'
import { onTestFinished } from 'vitest'
import type { TestRegistry } from './support.ts'

/** The AWS SDK's client for a registry, gone when the test is over. */
export function ecr(registry: TestRegistry): ECRClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const client = new ECRClient({ endpoint: registry.url, region: 'us-east-1', credentials, maxAttempts: 1 })
  onTestFinished(() => {
    client.destroy()
  })
  return client
}
