import type { Context, SQSEvent } from 'aws-lambda'
import type { Push } from '../../lambda/core/push.ts'
import { onBatch } from '../../lambda/handlers/on-batch.ts'
import { recordOutage, verifyPush } from '../../lambda/pipeline.ts'
import { QUEUES } from '../../lambda/resources.ts'
import { subjectOfOutage } from '../../lambda/subjects.ts'
import type { Verifier } from '../../lambda/world.ts'

export const LAST = QUEUES.verify.maxReceives

/** Hands a push to the verify function as SQS does on its nth receive. Gives the pause after which it is asked for again; a defect is thrown. */
export async function receive(world: Verifier, push: Push, nth: number): Promise<number | undefined> {
  let again: number | undefined
  let defect: unknown
  const handler = onBatch({
    handle: async () => {
      try {
        await verifyPush(world, push)
      } catch (error) {
        defect = error
        throw error
      }
    },
    exhausted: async (_, error) => {
      const id = await subjectOfOutage(world, push)
      if (id !== undefined) await recordOutage(world, id, error.message)
    },
    retryIn: async (_, seconds) => {
      again = seconds
    },
    dropped: (reason) => {
      throw new Error(reason)
    },
  })
  const attributes = { ApproximateReceiveCount: `${nth}` }
  const Records = [
    { messageId: 'm', receiptHandle: 'r', body: JSON.stringify(push), attributes, eventSource: 'aws:sqs' },
  ]
  const { batchItemFailures } = await handler({ Records } as unknown as SQSEvent, {} as Context)
  if (batchItemFailures.length > 0 && again === undefined) throw defect
  return again
}
