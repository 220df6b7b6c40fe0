import { ECRClient, type ECRClientConfig } from '@aws-sdk/client-ecr'
import { onTestFinished } from 'vitest'
import type { TestRegistry } from './support.ts'

/** The AWS SDK's client for a registry, gone when the test is over; it tries once unless told otherwise. */
export function ecr(registry: TestRegistry, retryStrategy?: ECRClientConfig['retryStrategy']): ECRClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const retries = retryStrategy === undefined ? { maxAttempts: 1 } : { retryStrategy }
  const client = new ECRClient({ endpoint: registry.url, region: 'us-east-1', credentials, ...retries })
  onTestFinished(() => {
    client.destroy()
  })
  return client
}
