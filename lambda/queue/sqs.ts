import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { unavailable } from '../aws-errors.ts'
import type { Clock, WorkQueue } from '../ports.ts'
import { MAX_DELAY } from '../resources.ts'
import { recheckMessage } from '../sources/recheck.ts'

/** Work on SQS queues. */
export function sqsQueue(
  client: SQSClient,
  urls: { readonly verify: string; readonly act: string },
  now: Clock,
): WorkQueue {
  const call = unavailable('SQS')
  async function send(url: string, body: string, delay = 0): Promise<void> {
    const DelaySeconds = Math.min(MAX_DELAY, Math.max(0, Math.ceil(delay)))
    await call(client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body, DelaySeconds })))
  }
  return {
    verify: (image, delaySeconds) => send(urls.verify, recheckMessage(image, now().toISOString()), delaySeconds),
    act: ({ host, name, digest }) => send(urls.act, JSON.stringify({ host, name, digest })),
  }
}
