import { mkdir } from 'node:fs/promises'
import { devNull } from 'node:os'
import { join } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns'
import { SQSClient } from '@aws-sdk/client-sqs'
import { ENV } from '../../lambda/env.ts'
import { QUEUES } from '../../lambda/resources.ts'
import type { EvidencePlace } from '../evidence-file.ts'
import { arnOf, REGION } from './account.ts'
import { startDynamoDb } from './dynamodb.ts'
import type { Backlog } from './messaging.ts'
import { startMessaging } from './messaging.ts'
import {
  createInboxQueue,
  createWorkQueue,
  deadQueueOf,
  giveBackHeld,
  type Queue,
  type WorkQueueName,
} from './queues.ts'
import { createTable, rebuildIndexes } from './table.ts'

const TABLE_NAME = 'assay'
const BUCKET = 'assay-evidence'
const TOPIC = 'assay-alerts'
const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' }

export type AwsOptions = {
  /** Folder for everything that outlives the process. */
  readonly dir: string
  /** Seconds a message stays with a reader that does not settle it; by default as on AWS. */
  readonly visibility?: Readonly<Partial<Record<WorkQueueName, number>>>
}

export interface LocalAws {
  /** What a function needs in its environment to find all this. */
  readonly env: Readonly<Record<string, string>>
  /** Where evidence is kept: what `assay replay` reads. */
  readonly evidence: EvidencePlace
  readonly dynamodb: DynamoDBClient
  /** Name of the status table. */
  readonly table: string
  readonly sqs: SQSClient
  readonly queues: Readonly<Record<WorkQueueName | 'inbox', Queue>>
  backlog(queue: WorkQueueName | 'inbox'): Backlog
  /** How many messages of all queues wait or are with a reader; delayed and dead ones do not count. */
  unsettled(): number
  close(): Promise<void>
}

/** How an SDK client reaches an emulator. */
export function settingsFor(endpoint: string) {
  return { endpoint, region: REGION, credentials: CREDENTIALS }
}

/** Starts the emulators and creates what cdk/ creates on AWS; what is there already stays. */
export async function startAws({ dir, visibility = {} }: AwsOptions): Promise<LocalAws> {
  await using started = new AsyncDisposableStack()
  const messagingDir = join(dir, 'messaging')
  const tableDir = join(dir, 'table')
  await mkdir(tableDir, { recursive: true })

  const database = await startDynamoDb(tableDir)
  started.defer(() => database.close())
  const messaging = await startMessaging(messagingDir)
  started.defer(() => messaging.close())

  const dynamodb = started.adopt(new DynamoDBClient(settingsFor(database.url)), (client) => client.destroy())
  const sqs = started.adopt(new SQSClient(settingsFor(messaging.url)), (client) => client.destroy())
  const sns = started.adopt(new SNSClient(settingsFor(messaging.url)), (client) => client.destroy())
  const s3 = started.adopt(new S3Client(settingsFor(messaging.url)), (client) => client.destroy())

  await createTable(dynamodb, TABLE_NAME)
  await rebuildIndexes(dynamodb, TABLE_NAME)
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }))
  const queues = {
    verify: await createWorkQueue(sqs, messaging.url, 'verify', visibility.verify ?? QUEUES.verify.visibility),
    act: await createWorkQueue(sqs, messaging.url, 'act', visibility.act ?? QUEUES.act.visibility),
    inbox: await createInboxQueue(sqs, messaging.url),
  }
  for (const queue of Object.values(queues)) await giveBackHeld(sqs, messaging, queue)
  const topicArn = await createTopic(sns, queues.inbox.arn)

  const running = started.move()
  const backlogs = () => Object.values(queues).map((queue) => messaging.backlog(queue.name))
  return {
    env: {
      [ENV.table]: TABLE_NAME,
      [ENV.evidenceBucket]: BUCKET,
      [ENV.topicArn]: topicArn,
      [ENV.verifyQueueUrl]: queues.verify.url,
      [ENV.actQueueUrl]: queues.act.url,
      [ENV.deadLetters]: JSON.stringify(deadLettersOf(messaging.url, queues)),
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_ENDPOINT_URL_DYNAMODB: database.url,
      AWS_ENDPOINT_URL_SQS: messaging.url,
      AWS_ENDPOINT_URL_SNS: messaging.url,
      AWS_ENDPOINT_URL_S3: messaging.url,
      // What the person has in ~/.aws is about the real AWS.
      AWS_CONFIG_FILE: devNull,
      AWS_SHARED_CREDENTIALS_FILE: devNull,
    },
    evidence: { bucket: BUCKET, endpoint: messaging.url, region: REGION },
    dynamodb,
    table: TABLE_NAME,
    sqs,
    queues,
    backlog: (queue) => messaging.backlog(queues[queue].name),
    unsettled: () => backlogs().reduce((sum, { ready, inFlight }) => sum + ready + inFlight, 0),
    close: () => running.disposeAsync(),
  }
}

function deadLettersOf(server: string, { verify, act }: Readonly<Record<WorkQueueName, Queue>>) {
  const dead = (name: WorkQueueName) => deadQueueOf(server, name).url
  return { verify: { dead: dead('verify'), target: verify.url }, act: { dead: dead('act'), target: act.url } }
}

async function createTopic(client: SNSClient, inboxArn: string): Promise<string> {
  await client.send(new CreateTopicCommand({ Name: TOPIC }))
  const topicArn = arnOf('sns', TOPIC)
  await client.send(new SubscribeCommand({ TopicArn: topicArn, Protocol: 'sqs', Endpoint: inboxArn }))
  return topicArn
}
