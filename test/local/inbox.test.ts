import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
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
