import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs'
import type { SQSEvent, SQSMessageAttribute, SQSRecord } from 'aws-lambda'
import * as z from 'zod'
import type { Outcome } from './outcome.ts'

/** The event of an SQS event source mapping. */
export function toSqsEvent(messages: readonly Message[], queueArn: string): SQSEvent {
  return { Records: messages.map((message) => toRecord(message, queueArn)) }
}

function toRecord(message: Message, queueArn: string): SQSRecord {
  const { SentTimestamp = '', SenderId = '', ...attributes } = message.Attributes ?? {}
  return {
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    attributes: {
      ...attributes,
      ApproximateReceiveCount: attributes.ApproximateReceiveCount ?? '1',
      ApproximateFirstReceiveTimestamp: attributes.ApproximateFirstReceiveTimestamp ?? SentTimestamp,
      SentTimestamp,
      SenderId,
    },
    messageAttributes: mapValues(message.MessageAttributes ?? {}, toAttribute),
    md5OfBody: message.MD5OfBody ?? '',
    ...(message.MD5OfMessageAttributes && { md5OfMessageAttributes: message.MD5OfMessageAttributes }),
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: queueArn.split(':')[3] ?? '',
  }
}

function toAttribute(value: MessageAttributeValue): SQSMessageAttribute {
  return {
    ...(value.StringValue !== undefined && { stringValue: value.StringValue }),
    ...(value.BinaryValue !== undefined && { binaryValue: Buffer.from(value.BinaryValue).toString('base64') }),
    stringListValues: [],
    binaryListValues: [],
    dataType: value.DataType ?? 'String',
  }
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))
}

const BatchAnswer = z
  .object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })).nullish() })
  .nullable()

/**
 * The messages of a batch that need not come again. A failure, or an answer that does not name its failed messages
 * properly, settles none: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function settled(messages: readonly Message[], outcome: Outcome): readonly Message[] {
  if (!outcome.ok) return []
  const answer = BatchAnswer.safeParse(JSON.parse(outcome.payload))
  if (!answer.success) return []
  const failures = new Set(answer.data?.batchItemFailures?.map((failure) => failure.itemIdentifier))
  const ids = new Set(messages.map((message) => message.MessageId))
  if (![...failures].every((id) => ids.has(id))) return []
  return messages.filter((message) => !failures.has(message.MessageId ?? ''))
}
