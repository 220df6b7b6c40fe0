import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import * as z from 'zod'
import { unavailable } from '../aws-errors.ts'
import type { DeadLetters } from '../ports.ts'

const queueUrls = z.record(z.string(), z.object({ dead: z.url(), target: z.url() }))

/** Where dead messages lie, and where they go when they are put back, by the name of the queue. */
export type DeadLetterQueues = z.infer<typeof queueUrls>

/** Reads the queues from the environment. */
export function deadLetterQueues(json: string): DeadLetterQueues {
  return queueUrls.parse(JSON.parse(json))
}

const BATCH = 10
/** Seconds to wait for a first message: without waiting, SQS asks only some of its hosts. */
const WAIT = 1
/** Seconds until one that was taken but not put back can be seen again. */
const VISIBILITY = 60

/** Dead-letter queues on SQS, by name. */
export function sqsDeadLetters(client: SQSClient, queues: DeadLetterQueues): DeadLetters {
  const call = unavailable('SQS')

  async function count(QueueUrl: string): Promise<number> {
    const AttributeNames = ['ApproximateNumberOfMessages' as const]
    const { Attributes } = await call(client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames })))
    return Number(Attributes?.ApproximateNumberOfMessages ?? 0)
  }

  return {
    queues: Object.keys(queues),

    counts: () =>
      Promise.all(
        Object.entries(queues).map(async ([queue, { dead, target }]) => {
          return { queue, waiting: await count(target), dead: await count(dead) }
        }),
      ),

    async redrive(queue, most) {
      const { dead, target } = queues[queue] ?? { dead: '', target: '' }
      let moved = 0
      while (moved < most) {
        const MaxNumberOfMessages = Math.min(BATCH, most - moved)
        const asked = { QueueUrl: dead, MaxNumberOfMessages, WaitTimeSeconds: WAIT, VisibilityTimeout: VISIBILITY }
        const { Messages = [] } = await call(client.send(new ReceiveMessageCommand(asked)))
        if (Messages.length === 0) return moved
        for (const { Body = '', ReceiptHandle } of Messages) {
          // Sent before it is deleted: a crash in between leaves it twice, never nowhere
          await call(client.send(new SendMessageCommand({ QueueUrl: target, MessageBody: Body })))
          await call(client.send(new DeleteMessageCommand({ QueueUrl: dead, ReceiptHandle })))
          moved++
        }
      }
      return moved
    },
  }
}
