import { setTimeout } from 'node:timers/promises'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { ECRClient } from '@aws-sdk/client-ecr'
import { KMSClient } from '@aws-sdk/client-kms'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { S3Client } from '@aws-sdk/client-s3'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { SNSClient } from '@aws-sdk/client-sns'
import { ChangeMessageVisibilityCommand, SQSClient } from '@aws-sdk/client-sqs'
import type { Tested } from './acting/run-self-test.ts'
import { KEEP } from './acting/self-test.ts'
import { snsAlerts } from './alerts/sns.ts'
import { lambdaInvoke } from './api/lambda-invoke.ts'
import { unavailable } from './aws-errors.ts'
import { layerFiles } from './bases/layer-files.ts'
import type { PolicySet } from './core/policy/policy.ts'
import { current, type PolicySource } from './current.ts'
import { ENV, required } from './env.ts'
import { Misconfigured } from './errors.ts'
import { readInstalledRoots } from './installed-roots.ts'
import { readPolicies } from './policies.ts'
import type { FullTagger, Registry, Tagger } from './ports.ts'
import { ecrTagger } from './quarantine/ecr.ts'
import { ociTagger } from './quarantine/oci.ts'
import { paced } from './quarantine/paced.ts'
import { pushScratchImage } from './quarantine/scratch-image.ts'
import { sqsActQueue, sqsQueue, sqsVerifyQueue } from './queue/sqs.ts'
import { deadLetterQueues, sqsDeadLetters } from './queue/sqs-dead-letters.ts'
import type { Refresher } from './refresh-trust.ts'
import { baseHosts } from './registry/base-hosts.ts'
import { dockerCredentials } from './registry/docker-credentials.ts'
import { ecrRegistry } from './registry/ecr.ts'
import { ociRegistry } from './registry/oci.ts'
import type { OciOptions } from './registry/oci-call.ts'
import { secretCredentials } from './registry/secret-credentials.ts'
import {
  isEcr,
  isWatched,
  type OciRegistry,
  type RegistryConfig,
  registriesFrom,
  repositoriesFrom,
} from './registry-config.ts'
import { ACTING } from './resources.ts'
import type { EventRegistry } from './sources/source.ts'
import { dynamoBaseCatalogue } from './store/base-catalogue.ts'
import { dynamoStore } from './store/dynamodb.ts'
import { s3Evidence } from './store/s3-evidence.ts'
import { log } from './telemetry.ts'
import { kmsKeys, noKms } from './trust/kms.ts'
import { trustMaterials } from './trust/roots.ts'
import type { Actor, Cataloguing, Known, Operating, Sweeper, Verifier, Waiving } from './world.ts'

// The only file that constructs AWS clients. Endpoints come from the SDK's own AWS_ENDPOINT_URL_* variables.

const now = () => new Date()

/** Everything but policies, which change while a function is warm, and what they are read from. */
async function wireKnown(configs: readonly RegistryConfig[]) {
  const source = await policySource()
  const hosts = new Set(configs.map(({ host }) => host))
  const others = baseHosts(source.policies).filter((host) => !hosts.has(host))
  const parts = {
    now,
    log,
    store: dynamoStore(new DynamoDBClient(), required(ENV.table)),
    registries: new Map([
      ...others.map((host) => [host, ociRegistry({ host })] as const),
      ...configs.map((config) => [config.host, registryAt(config)] as const),
    ]),
  } satisfies Omit<Known, 'policies'>
  return { parts, source }
}

function catalogue() {
  return dynamoBaseCatalogue(new DynamoDBClient(), required(ENV.table))
}

async function policySource(): Promise<PolicySource> {
  const folder = required(ENV.policies)
  const roots = await readInstalledRoots()
  const onWarning = (warning: string) => log('policy warning', { warning })
  return {
    policies: await readPolicies(folder, { roots, onWarning }),
    again: (fetched) => readPolicies(folder, { roots, fetched: fetched.roots, keys: fetched.keys }),
  }
}

/** What the verify function needs; `retryIn` asks for a message of its queue again. */
export async function wireVerifier() {
  const registries = configured()
  const { parts, source } = await wireKnown(registries)
  const sqs = new SQSClient()
  const kept = evidence()
  const files = layerFiles({ now, store: parts.store, evidence: kept })
  const watched = watchedOf(registries)
  const ports = { ...parts, watched, evidence: kept, queue: queue(sqs), catalogue: catalogue(), files }
  const world = (policies: PolicySet): Verifier => ({ ...ports, policies, trust: trustMaterials(policies.roots) })
  return {
    world: current(parts.store, source, world),
    registries: registries.filter(isEcr),
    retryIn: retryIn(sqs, required(ENV.verifyQueueUrl)),
  }
}

/** What the act function needs. */
export async function wireActor() {
  const registries = configured()
  const { parts, source } = await wireKnown(registries)
  const sqs = new SQSClient()
  const tested = new Map(registries.filter(isEcr).map((config) => [config.host, testedIn(config)]))
  const ports = {
    ...parts,
    taggers: new Map<string, Tagger | FullTagger>([
      ...[...tested].map(([host, { tagger }]) => [host, tagger] as const),
      ...registries.flatMap(overwriter),
    ]),
    evidence: evidence(),
    alerts: snsAlerts(new SNSClient(), required(ENV.topicArn)),
    catalogue: catalogue(),
    queue: sqsVerifyQueue(sqs, required(ENV.verifyQueueUrl), now),
  }
  const world = (policies: PolicySet): Actor => ({ ...ports, policies })
  return { world: current(parts.store, source, world), tested, retryIn: retryIn(sqs, required(ENV.actQueueUrl)) }
}

/** An ECR registry as the self-test needs it, and the tagger that all acting goes by. */
function testedIn(config: EventRegistry): Tested {
  const ecr = ecrOf(config)
  const tagger = paced(ecrTagger(ecr), ACTING.putsPerSecond, now, setTimeout)
  const pushScratch = (name: string) => pushScratchImage({ ...ecr, tagger }, name, KEEP)
  return { host: config.host, registry: ecrRegistry(ecr), tagger, pushScratch }
}

export async function wireSweeper(): Promise<() => Promise<Sweeper>> {
  const registries = configured()
  const { parts, source } = await wireKnown(registries)
  const ports = {
    ...parts,
    watched: watchedOf(registries),
    queue: queue(new SQSClient()),
    repositories: repositoriesFrom(required(ENV.repositories)),
  }
  return current(parts.store, source, (policies) => ({ ...ports, policies }))
}

export async function wireApi() {
  const registries = configured()
  const { parts, source } = await wireKnown(registries)
  const sqs = new SQSClient()
  const lambda = new LambdaClient()
  const ports = {
    ...parts,
    watched: watchedOf(registries),
    catalogue: catalogue(),
    queue: sqsActQueue(sqs, required(ENV.actQueueUrl)),
    pause: (seconds: number) => setTimeout(seconds * 1000),
    deadLetters: sqsDeadLetters(sqs, deadLetterQueues(required(ENV.deadLetters))),
    invokeAct: lambdaInvoke(lambda, required(ENV.actFunction), 'make the self-test'),
    untested: new Map(registries.flatMap((config) => (isEcr(config) ? [] : [[config.host, meansAt(config)]]))),
  }
  return {
    world: current(parts.store, source, (policies): Known & Waiving & Operating & Cataloguing => ({
      ...ports,
      policies,
    })),
    invokeVerify: lambdaInvoke(lambda, required(ENV.verifyFunction), 'verify'),
  }
}

/** What the trust function needs; it fetches for the others and judges nothing. */
export async function wireRefresher(): Promise<Refresher> {
  const { policies } = await policySource()
  return {
    now,
    log,
    policies,
    store: dynamoStore(new DynamoDBClient(), required(ENV.table)),
    publicKeyOf: process.env[ENV.kms] === 'none' ? noKms : kmsKeys((region) => new KMSClient({ region })),
  }
}

function configured(): readonly RegistryConfig[] {
  return registriesFrom(required(ENV.registries))
}

function watchedOf(configs: readonly RegistryConfig[]): readonly string[] {
  return configs.filter(isWatched).map(({ host }) => host)
}

function registryAt(config: RegistryConfig): Registry {
  return isEcr(config) ? ecrRegistry(ecrOf(config)) : ociRegistry(ociOf(config))
}

/** The tagger of a registry that only speaks OCI, where a person asked for overwriting tags. */
function overwriter(config: RegistryConfig): [host: string, tagger: Tagger][] {
  return !isEcr(config) && config.oci.overwrite ? [[config.host, ociTagger(ociOf(config))]] : []
}

function meansAt({ oci }: OciRegistry): 'overwrite' | 'read-only' {
  return oci.overwrite ? 'overwrite' : 'read-only'
}

function ecrOf({ region, account }: EventRegistry) {
  return { client: new ECRClient({ region }), registryId: account }
}

function ociOf({ host, oci: { scheme, credentials: file, secret } }: OciRegistry): OciOptions {
  if (secret !== undefined) {
    // A secret lies where its ARN says
    const region = secret.split(':')[3]
    return { host, scheme, credentials: secretCredentials(new SecretsManagerClient({ region }), secret) }
  }
  const credentials = file === undefined ? undefined : dockerCredentials(file, host)
  if (file === undefined || credentials !== undefined) return { host, scheme, credentials }
  throw new Misconfigured(`${file} holds no login for ${host}: docker login, without a credential helper, writes one`)
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
