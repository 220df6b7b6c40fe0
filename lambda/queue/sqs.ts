import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { unavailable } from '../aws-errors.ts'
import type { Clock, WorkQueue } from '../ports.ts'
import { MAX_DELAY } from '../resources.ts'
import { recheckMessage } from '../sources/recheck.ts'

/** Work for the act function alone. */
export function sqsActQueue(client: SQSClient, url: string): Pick<WorkQueue, 'act'> {
  const send = sender(client)
  return { act: ({ host, name, digest }) => send(url, JSON.stringify({ host, name, digest })) }
}

/** Images to be judged anew, and no other work. */
export function sqsVerifyQueue(client: SQSClient, url: string, now: Clock): Pick<WorkQueue, 'verify'> {
  const send = sender(client)
  return { verify: (image, delaySeconds) => send(url, recheckMessage(image, now().toISOString()), delaySeconds) }
}

/** Work on SQS queues. */
export function sqsQueue(
  client: SQSClient,
  urls: { readonly verify: string; readonly act: string },
  now: Clock,
): WorkQueue {
  const send = sender(client)
  return {
    observe: (tag) => send(urls.verify, recheckMessage(tag, now().toISOString())),
    ...sqsVerifyQueue(client, urls.verify, now),
    ...sqsActQueue(client, urls.act),
  }
}

function sender(client: SQSClient) {
  const call = unavailable('SQS')
  return async (url: string, body: string, delay = 0): Promise<void> => {
    const DelaySeconds = Math.min(MAX_DELAY, Math.max(0, Math.ceil(delay)))
    await call(client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body, DelaySeconds })))
  }
}
