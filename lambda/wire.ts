import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { ECRClient } from '@aws-sdk/client-ecr'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { S3Client } from '@aws-sdk/client-s3'
import { SNSClient } from '@aws-sdk/client-sns'
import { ChangeMessageVisibilityCommand, SQSClient } from '@aws-sdk/client-sqs'
import { snsAlerts } from './alerts/sns.ts'
import { lambdaInvoke } from './api/verifications.ts'
import { unavailable } from './aws-errors.ts'
import { ENV, required } from './env.ts'
import { readInstalledRoots } from './installed-roots.ts'
import { readPolicies } from './policies.ts'
import { ecrTagger } from './quarantine/ecr.ts'
import { sqsQueue } from './queue/sqs.ts'
import { ecrRegistry } from './registry/ecr.ts'
import { type RegistryConfig, registriesFrom } from './registry-config.ts'
import { dynamoStore } from './store/dynamodb.ts'
import { s3Evidence } from './store/s3-evidence.ts'
import { log } from './telemetry.ts'
import { trustMaterials } from './trust/roots.ts'
import type { Actor, Known, Sweeper, Verifier } from './world.ts'

// The only file that constructs AWS clients. Endpoints come from the SDK's own AWS_ENDPOINT_URL_* variables.

const now = () => new Date()

async function wireKnown(configs = watched()): Promise<Known> {
  const roots = await readInstalledRoots()
  return {
    now,
    log,
    policies: await readPolicies(required(ENV.policies), {
      roots,
      onWarning: (warning) => log('policy warning', { warning }),
    }),
    store: dynamoStore(new DynamoDBClient(), required(ENV.table)),
    registries: new Map(configs.map((config) => [config.host, ecrRegistry(ecrOf(config))])),
  }
}

/** What the verify function needs; `retryIn` asks for a message of its queue again. */
export async function wireVerifier() {
  const registries = watched()
  const known = await wireKnown(registries)
  const sqs = new SQSClient()
  const world: Verifier = {
    ...known,
    trust: trustMaterials(known.policies.roots),
    evidence: evidence(),
    queue: queue(sqs),
  }
  return { world, registries, retryIn: retryIn(sqs, required(ENV.verifyQueueUrl)) }
}

/** What the act function needs. */
export async function wireActor() {
  const registries = watched()
  const sqs = new SQSClient()
  const world: Actor = {
    ...(await wireKnown(registries)),
    taggers: new Map(registries.map((config) => [config.host, ecrTagger(ecrOf(config))])),
    evidence: evidence(),
    alerts: snsAlerts(new SNSClient(), required(ENV.topicArn)),
  }
  return { world, retryIn: retryIn(sqs, required(ENV.actQueueUrl)) }
}

export async function wireSweeper(): Promise<Sweeper> {
  const known = await wireKnown()
  return { ...known, queue: queue(new SQSClient()) }
}

export async function wireApi() {
  const world = await wireKnown()
  return { world, invokeVerify: lambdaInvoke(new LambdaClient(), required(ENV.verifyFunction)) }
}

function watched(): readonly RegistryConfig[] {
  return registriesFrom(required(ENV.registries))
}

function ecrOf({ region, account }: RegistryConfig) {
  return { client: new ECRClient({ region }), registryId: account }
}

function evidence() {
  return s3Evidence(new S3Client(), required(ENV.evidenceBucket))
}

function queue(client: SQSClient) {
  return sqsQueue(client, { verify: required(ENV.verifyQueueUrl), act: required(ENV.actQueueUrl) }, now)
}

function retryIn(client: SQSClient, QueueUrl: string) {
  return async (ReceiptHandle: string, seconds: number): Promise<void> => {
    const command = new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: seconds })
    await unavailable('SQS')(client.send(command))
  }
}
