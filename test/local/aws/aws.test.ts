import { join } from 'node:path'
import { GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb'
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import { ClassicLevel } from 'classic-level'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ENV } from '../../../lambda/env.ts'
import { QUEUES } from '../../../lambda/resources.ts'
import { type AwsOptions, type LocalAws, startAws } from '../../../local/aws/aws.ts'
import { temporaryFolder } from '../temporary-folder.ts'

type Stack = LocalAws & {
  readonly sns: SNSClient
  readonly s3: S3Client
}

async function start(options: AwsOptions): Promise<Stack> {
  const aws = await startAws(options)
  onTestFinished(() => aws.close().catch(() => {}))
  const at = (service: string) => ({
    endpoint: aws.env[`AWS_ENDPOINT_URL_${service}`]!,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  return {
    ...aws,
    sns: new SNSClient(at('SNS')),
    s3: new S3Client(at('S3')),
  }
}

const item = (pk: string, dueAt: string) => ({
  pk: { S: pk },
  sk: { S: 'A' },
  dueShard: { S: '0' },
  dueAt: { S: dueAt },
})

async function due({ dynamodb, table }: Stack): Promise<unknown[]> {
  const { Items = [] } = await dynamodb.send(
    new QueryCommand({
      TableName: table,
      IndexName: 'due',
      KeyConditionExpression: 'dueShard = :shard',
      ExpressionAttributeValues: { ':shard': { S: '0' } },
    }),
  )
  return Items.map((found) => `${found.pk!.S} ${found.dueAt!.S}`)
}

test('the environment names everything a function needs, on loopback', async () => {
  const { env } = await start({ dir: temporaryFolder() })
  const names = [ENV.table, ENV.evidenceBucket, ENV.topicArn, ENV.verifyQueueUrl, ENV.actQueueUrl]
  for (const name of names) expect(env[name]).toBeTruthy()
  for (const [name, value] of Object.entries(env)) {
    if (name.startsWith('AWS_ENDPOINT')) expect(value).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  }
})

test('no other machine can reach the emulators', async () => {
  const { env } = await start({ dir: temporaryFolder() })
  for (const name of ['AWS_ENDPOINT_URL_SQS', 'AWS_ENDPOINT_URL_DYNAMODB']) {
    const { port } = new URL(env[name]!)
    await expect(fetch(`http://127.0.0.2:${port}/`)).rejects.toThrow()
  }
})

test('queues are as on AWS unless told otherwise', async () => {
  const dir = temporaryFolder()
  const first = await start({ dir })
  const attributes = async ({ sqs, queues }: Stack) => {
    const request = { QueueUrl: queues.verify.url, AttributeNames: ['All' as const] }
    return (await sqs.send(new GetQueueAttributesCommand(request))).Attributes!
  }
  const asOnAws = await attributes(first)
  expect(asOnAws.VisibilityTimeout).toBe(String(QUEUES.verify.visibility))
  expect(JSON.parse(asOnAws.RedrivePolicy!)).toEqual({
    deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:assay-verify-dead',
    maxReceiveCount: QUEUES.verify.maxReceives,
  })
  await first.close()
  expect((await attributes(await start({ dir, visibility: { verify: 7 } }))).VisibilityTimeout).toBe('7')
})

test('everything is there again after a restart, whatever the ports', async () => {
  const dir = temporaryFolder()
  const first = await start({ dir })
  const TableName = first.table
  const Bucket = first.env[ENV.evidenceBucket]!
  await first.dynamodb.send(new PutItemCommand({ TableName, Item: item('one', '2026') }))
  await first.s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'kept' }))
  await first.sns.send(new PublishCommand({ TopicArn: first.env[ENV.topicArn]!, Message: 'told' }))
  await first.sqs.send(new SendMessageCommand({ QueueUrl: first.queues.act.url, MessageBody: 'to do' }))
  await first.sqs.send(
    new SendMessageCommand({ QueueUrl: first.queues.verify.url, MessageBody: 'later', DelaySeconds: 900 }),
  )
  await first.close()

  const second = await start({ dir })
  const Key = { pk: { S: 'one' }, sk: { S: 'A' } }
  expect((await second.dynamodb.send(new GetItemCommand({ TableName, Key }))).Item).toEqual(item('one', '2026'))
  const object = await second.s3.send(new GetObjectCommand({ Bucket, Key: 'k' }))
  expect(await object.Body!.transformToString()).toBe('kept')
  expect(second.backlog('act')).toEqual({ ready: 1, delayed: 0, inFlight: 0 })
  expect(second.backlog('verify')).toEqual({ ready: 0, delayed: 1, inFlight: 0 })
  expect(second.backlog('inbox')).toEqual({ ready: 1, delayed: 0, inFlight: 0 })
})

test('a topic delivers to the inbox once, however often the stack was started', async () => {
  const dir = temporaryFolder()
  await (await start({ dir })).close()
  const aws = await start({ dir })
  await aws.sns.send(new PublishCommand({ TopicArn: aws.env[ENV.topicArn]!, Message: 'told' }))
  expect(aws.backlog('inbox').ready).toBe(1)
})

test('what a dead reader held is there again after the restart, and is no dead letter however many readers die with it', async () => {
  const dir = temporaryFolder()
  const first = await start({ dir })
  await first.sqs.send(new SendMessageCommand({ QueueUrl: first.queues.act.url, MessageBody: 'to do' }))
  await first.close()
  for (let death = 0; death <= QUEUES.act.maxReceives; death++) {
    const aws = await start({ dir })
    expect(aws.backlog('act')).toEqual({ ready: 1, delayed: 0, inFlight: 0 })
    const { Messages = [] } = await aws.sqs.send(new ReceiveMessageCommand({ QueueUrl: aws.queues.act.url }))
    expect(Messages.map((message) => message.Body)).toEqual(['to do'])
    expect(aws.backlog('act')).toEqual({ ready: 0, delayed: 0, inFlight: 1 })
    await aws.close()
  }
})

test('indexes are rebuilt at start: missing entries come back, entries without an item go', async () => {
  const dir = temporaryFolder()
  const first = await start({ dir })
  const TableName = first.table
  const count = 60 // more than two batches
  for (let i = 0; i < count; i++) {
    await first.dynamodb.send(
      new PutItemCommand({ TableName, Item: item(`i${i}`, `2026-${String(i).padStart(2, '0')}`) }),
    )
  }
  const whole = await due(first)
  expect(whole).toHaveLength(count)
  await first.close()

  const database = new ClassicLevel<string, string>(join(dir, 'table'))
  const keys = await database.keys({ gte: 'index-', lt: 'index.' }).all()
  const spare = (await database.get(keys[0]!))!
  await database.del(keys[1]!)
  await database.put(`${keys[0]}~stale`, spare)
  await database.close()

  expect(await due(await start({ dir }))).toEqual(whole)
})

test('a table of another version is refused with what to do', async () => {
  const dir = temporaryFolder()
  await (await start({ dir })).close()
  const { TABLE } = await import('../../../lambda/resources.ts')
  const indexes: Record<string, unknown> = TABLE.indexes
  indexes.later = { partitionKey: 'a', sortKey: 'b' }
  onTestFinished(() => void delete indexes.later)
  await expect(start({ dir })).rejects.toThrow(/another version made it; set ASSAY_DATA to another folder/)
  delete indexes.later
  await vi.waitFor(() => start({ dir }))
})
