import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SendMessageCommand } from '@aws-sdk/client-sqs'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startAws } from '../../local/aws/aws.ts'
import { openInbox } from '../../local/inbox.ts'
import { type InboxEntry, openInboxFile } from '../../local/inbox-file.ts'
import { temporaryFolder } from './temporary-folder.ts'

function entry(id: string): InboxEntry {
  return { id, channel: 'email', at: '2026', subject: 'é', text: 'two\nlines', image: 'i', state: 'failed' }
}

async function open(path: string) {
  const file = await openInboxFile(path)
  onTestFinished(() => file.close().catch(() => {}))
  return file
}

const lineOf = (id: string) => `${JSON.stringify(entry(id))}\n`

test('entries are kept in order, each id once', async () => {
  const path = join(temporaryFolder(), 'inbox.jsonl')
  const file = await open(path)
  for (const id of ['b', 'a', 'b']) await file.add(entry(id))
  expect(file.entries).toEqual([entry('b'), entry('a')])
  const reopened = await open(path)
  await reopened.add(entry('a'))
  await reopened.add(entry('c'))
  expect(readFileSync(path, 'utf8')).toBe(lineOf('b') + lineOf('a') + lineOf('c'))
})

test('a last line cut short anywhere is taken off, and what comes next is whole', async () => {
  const torn = Buffer.from(lineOf('b'))
  for (let length = 0; length < torn.length; length++) {
    const path = join(temporaryFolder(), 'inbox.jsonl')
    writeFileSync(path, Buffer.concat([Buffer.from(lineOf('a')), torn.subarray(0, length)]))
    const file = await openInboxFile(path)
    expect(file.entries).toEqual([entry('a')])
    await file.add(entry('b'))
    await file.close()
    expect(readFileSync(path, 'utf8')).toBe(lineOf('a') + lineOf('b'))
  }
})

test('a line that is no entry is passed over', async () => {
  const path = join(temporaryFolder(), 'inbox.jsonl')
  writeFileSync(path, `{}\nnot json\n\n${lineOf('a')}`)
  expect((await open(path)).entries).toEqual([entry('a')])
})

test('the inbox keeps what SNS delivers, each notification once, and drops what is none', async () => {
  const folder = temporaryFolder()
  const aws = await startAws({ dir: folder })
  onTestFinished(() => aws.close())
  const { url } = aws.queues.inbox
  const logged: string[] = []
  const now = () => new Date('2030-01-02T03:04:05.000Z')
  const inbox = await openInbox({ folder, client: aws.sqs, queueUrl: url, now, log: (line) => logged.push(line) })
  onTestFinished(() => inbox.close())

  const attributes = {
    image: { Type: 'String', Value: 'host/name@sha256:1' },
    state: { Type: 'String', Value: 'failed' },
  }
  const notification = {
    Type: 'Notification',
    MessageId: 'n1',
    Subject: 'Sub',
    Message: 'Text',
    MessageAttributes: attributes,
  }
  const bare = { Type: 'Notification', MessageId: 'n2', Message: 'Only text' }
  for (const body of [notification, notification, 'no notification', bare]) {
    await aws.sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: JSON.stringify(body) }))
  }
  await vi.waitFor(() => expect(aws.unsettled()).toBe(0), 5000)
  const at = '2030-01-02T03:04:05.000Z'
  expect(inbox.list()).toEqual([
    { channel: 'email', at, subject: 'Sub', text: 'Text', image: 'host/name@sha256:1', state: 'failed' },
    { channel: 'email', at, subject: '', text: 'Only text', image: '', state: '' },
  ])
  expect(logged).toEqual([expect.stringMatching(/^inbox: message .* is no SNS notification$/)])
})
