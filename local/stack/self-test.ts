import { BatchDeleteImageCommand, ECRClient } from '@aws-sdk/client-ecr'
import { selfTestKey } from '../../lambda/armed.ts'
import { ecrTagger } from '../../lambda/quarantine/ecr.ts'
import { selfTest } from '../../lambda/quarantine/self-test.ts'
import { ecrRegistry } from '../../lambda/registry/ecr.ts'
import { dynamoStore } from '../../lambda/store/dynamodb.ts'
import { ACCOUNT } from '../aws/account.ts'
import { type LocalAws, settingsFor } from '../aws/aws.ts'
import type { RunningRegistry } from '../registry/server.ts'
import { pushImage } from '../signing/image.ts'

/** The repository it works in; what happens there is nobody's push. */
export const SELF_TEST_REPOSITORY = 'assay-self-test'

/** Finds out whether the local registry removes tags as quarantine needs it, and writes that down: only then is quarantine armed. */
export async function runSelfTest(aws: LocalAws, registry: RunningRegistry): Promise<void> {
  const ecr = { client: new ECRClient(settingsFor(registry.url)), registryId: ACCOUNT }
  const files = { 'self-test.txt': 'removing a tag must remove that tag only\n' }
  const image = await pushImage({ registry: registry.url, name: SELF_TEST_REPOSITORY, files })
  const read = ecrRegistry(ecr)
  const result = await selfTest(read, ecrTagger(ecr), SELF_TEST_REPOSITORY, image)
  // What it leaves behind would be found by the reconciliation, and judged
  const left = (await read.tagged(SELF_TEST_REPOSITORY))?.items ?? []
  const imageIds = left.map(({ tag }) => ({ imageTag: tag }))
  await ecr.client.send(new BatchDeleteImageCommand({ repositoryName: SELF_TEST_REPOSITORY, imageIds }))
  await dynamoStore(aws.dynamodb, aws.table).putSystem(selfTestKey(registry.host), result)
  ecr.client.destroy()
}
