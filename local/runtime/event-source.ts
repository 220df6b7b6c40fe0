import type { LambdaFunction } from './function.ts'
import { type QueueReader, type QueueReaderOptions, readQueue } from './queue-reader.ts'
import { settled, toSqsEvent } from './sqs-event.ts'

export type EventSourceOptions = Omit<QueueReaderOptions, 'handle'> & {
  readonly function: LambdaFunction
  readonly queueArn: string
}

/** Feeds a queue to a function as Lambda's SQS event source mapping does, with partial batch responses. */
export function startEventSource({ function: target, queueArn, ...reader }: EventSourceOptions): QueueReader {
  return readQueue({
    ...reader,
    async handle(messages) {
      const outcome = await target.invoke(toSqsEvent(messages, queueArn))
      if (!outcome.ok) reader.log(`${target.name} failed on ${messages.length} messages: ${outcome.payload}`)
      return settled(messages, outcome)
    },
  })
}
