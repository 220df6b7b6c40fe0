import { setTimeout as pause } from 'node:timers/promises'
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'

export type QueueReaderOptions = {
  readonly client: SQSClient
  readonly url: string
  /** Messages taken at once, at most 10. */
  readonly batch: number
  /** How many batches are in hand at once. */
  readonly concurrency: number
  readonly log: (line: string) => void
  /** Works on a batch and returns the messages that are done; the others come again. */
  readonly handle: (messages: readonly Message[]) => Promise<readonly Message[]>
}

export interface QueueReader {
  /** Takes no more messages and waits until those in hand are settled. One that was on its way comes again to the next reader. */
  close(): Promise<void>
}

/** Seconds one look at an empty queue lasts: the longest SQS allows. */
const WAIT_SECONDS = 20

/** Reads a queue until closed: long polls, hands batches over, deletes what is done. Outages are logged and waited out. */
export function readQueue(options: QueueReaderOptions): QueueReader {
  const { client, url, log } = options
  const stop = new AbortController()
  const inHand = new Set<Promise<void>>()

  async function receive(): Promise<readonly Message[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: url,
      MaxNumberOfMessages: options.batch,
      WaitTimeSeconds: WAIT_SECONDS,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    })
    const answer = await client.send(command, { abortSignal: stop.signal })
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

  function start(messages: readonly Message[]): void {
    const job = work(messages)
    inHand.add(job)
    void job.then(() => inHand.delete(job))
  }

  async function turn(): Promise<void> {
    if (inHand.size >= options.concurrency) await Promise.race(inHand)
    if (stop.signal.aborted) return
    const messages = await receive()
    if (messages.length > 0) start(messages)
  }

  async function read(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        await turn()
      } catch (error) {
        if (stop.signal.aborted) break
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
