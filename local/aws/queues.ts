import {
  CreateQueueCommand,
  DeleteMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { QUEUES } from '../../lambda/resources.ts'
import { ACCOUNT, arnOf } from './account.ts'
import type { Messaging } from './messaging.ts'

/** Queues that feed a function, by the function's name. */
export type WorkQueueName = keyof typeof QUEUES

export type Queue = { readonly name: string; readonly arn: string; readonly url: string }

const INBOX_VISIBILITY = 30

/** The queue of a name on the server that now runs; its address changes with every start. */
export function queueOf(server: string, name: string): Queue {
  return { name, arn: arnOf('sqs', name), url: `${server}/${ACCOUNT}/${name}` }
}

/** Where the dead messages of a work queue lie. */
export function deadQueueOf(server: string, name: WorkQueueName): Queue {
  return queueOf(server, `assay-${name}-dead`)
}

/** Creates a work queue and its dead-letter queue, or brings them up to date. */
export async function createWorkQueue(
  client: SQSClient,
  server: string,
  name: WorkQueueName,
  visibility: number,
): Promise<Queue> {
  const dead = deadQueueOf(server, name)
  await createQueue(client, dead, {})
  const queue = queueOf(server, `assay-${name}`)
  await createQueue(client, queue, {
    VisibilityTimeout: String(visibility),
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: QUEUES[name].maxReceives }),
  })
  return queue
}

/** Creates the queue that stands for a person's mailbox. */
export async function createInboxQueue(client: SQSClient, server: string): Promise<Queue> {
  const queue = queueOf(server, 'assay-inbox')
  await createQueue(client, queue, { VisibilityTimeout: String(INBOX_VISIBILITY) })
  return queue
}

/**
 * Puts messages that readers hold back as new ones: at start nobody reads, so whoever held them is dead. That is no failed try:
 * a message that is in hand at every kill would end as a dead letter.
 */
export async function giveBackHeld(client: SQSClient, messaging: Messaging, queue: Queue): Promise<void> {
  for (const { body, receiptHandle } of messaging.held(queue.name)) {
    await client.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: body }))
    await client.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle: receiptHandle }))
  }
}

// Created bare and then configured: creating an existing queue with other attributes is an error.
async function createQueue(client: SQSClient, queue: Queue, attributes: Record<string, string>): Promise<void> {
  await client.send(new CreateQueueCommand({ QueueName: queue.name }))
  if (Object.keys(attributes).length === 0) return
  await client.send(new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes: attributes }))
}
