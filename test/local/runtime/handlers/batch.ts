import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'

/** Fails the records whose body says so; spins where one asks for it. */
export async function handler({ Records }: SQSEvent): Promise<SQSBatchResponse> {
  for (const { body, attributes } of Records) {
    console.log(`${body} ${attributes.ApproximateReceiveCount}`)
    if (body === 'spin') for (;;);
    if (body === 'throw') throw new Error('whole batch')
  }
  const failed = Records.filter((record) => record.body === 'fail')
  return { batchItemFailures: failed.map((record) => ({ itemIdentifier: record.messageId })) }
}
