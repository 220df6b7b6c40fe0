import { setTimeout as pause } from 'node:timers/promises'
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'

export type QueueReaderOptions = {
  readonly client: SQSClient
  readonly url: string
  /** Messages taken at once, at most 10. */
  readonly batch: number
  /** How many batches are in hand at once. */
  readonly concurrency: number
  /** How long one look at an empty queue lasts, at most 20. Closing takes as long. */
  readonly waitSeconds: number
  readonly log: (line: string) => void
  /** Works on a batch and returns the messages that are done; the others come again. */
  readonly handle: (messages: readonly Message[]) => Promise<readonly Message[]>
}

export interface QueueReader {
  /** Takes no more messages and waits until those in hand are settled. */
  close(): Promise<void>
}

/** Seconds until a message given back is there again. Not 0: fauxqs 2.4.1 then fails and forgets the message. */
export const SOON = 1

/** Reads a queue until closed: long polls, hands batches over, deletes what is done. Outages are logged and waited out. */
export function readQueue(options: QueueReaderOptions): QueueReader {
  const { client, url, log } = options
  const stop = new AbortController()
  const inHand = new Set<Promise<void>>()

  async function receive(): Promise<readonly Message[]> {
    // A poll is never aborted: an emulator keeps it and would give the next messages to nobody.
    const answer = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: options.batch,
        WaitTimeSeconds: options.waitSeconds,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      }),
    )
    return answer.Messages ?? []
  }

  async function work(messages: readonly Message[]): Promise<void> {
    try {
      const done = await options.handle(messages)
      if (done.length === 0) return
      await client.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries: done.map(entryOf) }))
    } catch (error) {
      log(`${url}: ${String(error)}`)
    }
  }

  async function giveBack(messages: readonly Message[]): Promise<void> {
    const Entries = messages.map((message, index) => ({ ...entryOf(message, index), VisibilityTimeout: SOON }))
    await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries }))
  }

  function start(messages: readonly Message[]): void {
    const job = work(messages)
    inHand.add(job)
    void job.then(() => inHand.delete(job))
  }

  async function turn(): Promise<void> {
    if (inHand.size >= options.concurrency) await Promise.race(inHand)
    if (stop.signal.aborted) return
    const messages = await receive()
    if (messages.length === 0) return
    if (stop.signal.aborted) await giveBack(messages)
    else start(messages)
  }

  async function read(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        await turn()
      } catch (error) {
        log(`${url}: ${String(error)}`)
        await pause(1000, undefined, { signal: stop.signal }).catch(() => {})
      }
    }
    await Promise.all(inHand)
  }

  const reading = read()
  return {
    async close() {
      stop.abort()
      await reading
    },
  }
}

function entryOf(message: Message, index: number): { Id: string; ReceiptHandle: string | undefined } {
  return { Id: String(index), ReceiptHandle: message.ReceiptHandle }
}
