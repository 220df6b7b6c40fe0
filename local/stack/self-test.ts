import { ECRClient } from '@aws-sdk/client-ecr'
import { runSelfTest } from '../../lambda/acting/run-self-test.ts'
import { ecrTagger } from '../../lambda/quarantine/ecr.ts'
import { ecrRegistry } from '../../lambda/registry/ecr.ts'
import { dynamoStore } from '../../lambda/store/dynamodb.ts'
import { ACCOUNT } from '../aws/account.ts'
import { type LocalAws, settingsFor } from '../aws/aws.ts'
import type { RunningRegistry } from '../registry/server.ts'
import { pushImage } from '../signing/image.ts'

/** Makes the self-test of the local registry, as `assay doctor` does on AWS: by what it finds, tags are taken. */
export async function selfTestRegistry(aws: LocalAws, registry: RunningRegistry, now: () => Date): Promise<void> {
  const ecr = { client: new ECRClient(settingsFor(registry.url)), registryId: ACCOUNT }
  const files = { 'self-test.txt': 'removing a tag must remove that tag only\n' }
  const store = dynamoStore(aws.dynamodb, aws.table)
  await runSelfTest(
    { store, now },
    {
      host: registry.host,
      registry: ecrRegistry(ecr),
      tagger: ecrTagger(ecr),
      pushScratch: (name) => pushImage({ registry: registry.url, name, files }),
    },
  )
  ecr.client.destroy()
}
