import { join } from 'node:path'
import type { Message, SQSClient } from '@aws-sdk/client-sqs'
import * as z from 'zod'
import type { Clock } from '../lambda/ports.ts'
import { Delivered, type InboxEntry, openInboxFile } from './inbox-file.ts'
import { readQueue } from './runtime/queue-reader.ts'

export type { Delivered } from './inbox-file.ts'

export type InboxOptions = {
  readonly folder: string
  readonly client: SQSClient
  readonly queueUrl: string
  readonly now: Clock
  readonly log: (line: string) => void
}

export interface Inbox {
  /** What was delivered, newest last. */
  list(): readonly Delivered[]
  close(): Promise<void>
}

const MAX_LISTED = 10_000

const Attribute = z.object({ Value: z.string() }).default({ Value: '' })
// https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
const Notification = z.object({
  MessageId: z.string(),
  Subject: z.string().default(''),
  Message: z.string(),
  MessageAttributes: z.object({ image: Attribute, state: Attribute }).prefault({}),
})

/** The mailbox of whoever the alerts go to: keeps what SNS delivers to its queue, each notification once, in `inbox.jsonl`. */
export async function openInbox(options: InboxOptions): Promise<Inbox> {
  const file = await openInboxFile(join(options.folder, 'inbox.jsonl'))

  async function keep(messages: readonly Message[]): Promise<readonly Message[]> {
    for (const message of messages) {
      const entry = toEntry(message.Body ?? '', options.now())
      if (entry === undefined) options.log(`inbox: message ${message.MessageId} is no SNS notification`)
      else await file.add(entry)
    }
    return messages
  }

  const reader = readQueue({
    client: options.client,
    url: options.queueUrl,
    batch: 10,
    concurrency: 1,
    log: options.log,
    handle: keep,
  })
  return {
    list: () => file.entries.slice(-MAX_LISTED).map((entry) => Delivered.parse(entry)),
    async close() {
      await reader.close()
      await file.close()
    },
  }
}

function toEntry(body: string, now: Date): InboxEntry | undefined {
  try {
    const { MessageId, Subject, Message, MessageAttributes } = Notification.parse(JSON.parse(body))
    return {
      id: MessageId,
      channel: 'email',
      at: now.toISOString(),
      subject: Subject,
      text: Message,
      image: MessageAttributes.image.Value,
      state: MessageAttributes.state.Value,
    }
  } catch {
    return undefined
  }
}
