import { Duration } from 'aws-cdk-lib'
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { ENV } from '../../lambda/env.ts'
import { QUEUES } from '../../lambda/resources.ts'
import type { AssayFunction } from './assay-function.ts'
import { DeadLetters } from './dead-letters.ts'

export type QueueName = keyof typeof QUEUES

const URL_OF = { verify: ENV.verifyQueueUrl, act: ENV.actQueueUrl } as const satisfies Record<QueueName, string>

/** A queue as resources.ts names it, with its dead-letter queue. */
export class WorkQueue extends Construct {
  readonly queue: Queue
  readonly deadLetters: DeadLetters
  /** How long all tries of a message take together. */
  readonly longestWork: Duration
  readonly #name: QueueName

  constructor(scope: Construct, id: string, name: QueueName) {
    super(scope, id)
    const { visibility, maxReceives } = QUEUES[name]
    this.#name = name
    this.longestWork = Duration.seconds(visibility * maxReceives)
    this.deadLetters = new DeadLetters(this, 'DeadLetters')
    this.queue = new Queue(this, 'Queue', {
      visibilityTimeout: Duration.seconds(visibility),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: maxReceives },
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    })
  }

  /** Feeds the queue to a function, at most so many batches at a time. */
  feed(target: AssayFunction, maxConcurrency: number): void {
    const { batch, maxReceives } = QUEUES[this.#name]
    target.handler.addEventSource(
      new SqsEventSource(this.queue, { batchSize: batch, maxConcurrency, reportBatchItemFailures: true }),
    )
    target.handler.addEnvironment(URL_OF[this.#name], this.queue.queueUrl)
    target.handler.addEnvironment(ENV.maxReceives, String(maxReceives))
  }

  /** Lets a function put messages on the queue. */
  grantSend(sender: AssayFunction): void {
    sender.allow({
      actions: ['sqs:SendMessage'],
      resources: [this.queue.queueArn],
      environment: { [URL_OF[this.#name]]: this.queue.queueUrl },
    })
  }
}
