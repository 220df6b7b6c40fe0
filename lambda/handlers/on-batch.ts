import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch'
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { ENV, required } from '../env.ts'
import { isOutage } from '../errors.ts'

const FIRST_DELAY = 5
const LONGEST_DELAY = 900

/** What a queue's function does with one message, and what with one that has failed for the last time. */
export type OnMessage = {
  handle(body: unknown, context: Context): Promise<void>
  /** The message's last try ended in an outage: what must be written down before it is let go. */
  exhausted(body: unknown, error: Error): Promise<void>
  /** Asks for the message again after so many seconds. */
  retryIn(receiptHandle: string, seconds: number): Promise<void>
  dropped(reason: string, body: string): void
}

/**
 * Works off a batch with partial failures: an outage is tried again with growing pauses, then written down;
 * only defects reach the dead-letter queue. A message that is not JSON is dropped, counted and logged.
 */
export function onBatch(message: OnMessage): (event: SQSEvent, context: Context) => Promise<SQSBatchResponse> {
  const processor = new BatchProcessor(EventType.SQS)
  const maxReceives = Number(required(ENV.maxReceives))
  return (event, context) =>
    processPartialResponse(event, (record: SQSRecord) => onRecord(message, record, context, maxReceives), processor, {
      context,
      throwOnFullBatchFailure: false,
    })
}

async function onRecord(message: OnMessage, record: SQSRecord, context: Context, maxReceives: number): Promise<void> {
  const body = parse(record.body)
  if (body === undefined) return message.dropped('not JSON', record.body)
  try {
    await message.handle(body, context)
  } catch (error) {
    if (!isOutage(error)) throw error
    const receives = Number(record.attributes.ApproximateReceiveCount)
    if (receives >= maxReceives) return message.exhausted(body, error)
    await message.retryIn(record.receiptHandle, Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** (receives - 1)))
    throw error
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body) as unknown
  } catch {
    return undefined
  }
}
