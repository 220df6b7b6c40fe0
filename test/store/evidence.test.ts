import { S3Client } from '@aws-sdk/client-s3'
import { onTestFinished } from 'vitest'
import { folderEvidence } from '../../cli/folder-evidence.ts'
import { ENV } from '../../lambda/env.ts'
import { s3Evidence } from '../../lambda/store/s3-evidence.ts'
import { settingsFor, startAws } from '../../local/aws/aws.ts'
import { testEvidence } from '../contracts/evidence.ts'
import { temporaryFolder } from '../local/temporary-folder.ts'
import { memoryEvidence } from '../memory/evidence.ts'

testEvidence('memory', async () => memoryEvidence())

testEvidence('a folder', async () => folderEvidence(temporaryFolder()))

testEvidence('S3', async () => {
  const aws = await startAws({ dir: temporaryFolder() })
  onTestFinished(() => aws.close())
  const client = new S3Client(settingsFor(aws.env.AWS_ENDPOINT_URL_S3!))
  return s3Evidence(client, aws.env[ENV.evidenceBucket]!)
})
