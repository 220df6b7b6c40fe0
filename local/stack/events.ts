import { SendMessageCommand } from '@aws-sdk/client-sqs'
import { sources } from '../../lambda/sources/index.ts'
import type { LocalAws } from '../aws/aws.ts'
import { createBus } from '../bus/bus.ts'
import type { EcrEvent } from '../registry/events.ts'

/**
 * Takes registry events to the verify queue by the rules that cdk/ makes of the event sources. Delivery is best effort,
 * as ECR's is: what fails is logged, and the push is not held up by it.
 */
export function eventRules(aws: LocalAws, log: (line: string) => void): (event: EcrEvent) => Promise<void> {
  const target = async (event: EcrEvent) => {
    const message = { QueueUrl: aws.queues.verify.url, MessageBody: JSON.stringify(event) }
    await aws.sqs.send(new SendMessageCommand(message))
  }
  const rules = sources.flatMap(({ name, arrives }) =>
    arrives.by === 'eventbridge' ? [{ name, pattern: arrives.pattern, target }] : [],
  )
  const bus = createBus<EcrEvent>(rules)
  return async (event) => {
    try {
      await bus.put(event)
    } catch (error) {
      log(`event ${event.id} was lost: ${String(error)}`)
    }
  }
}
