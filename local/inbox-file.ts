import { type FileHandle, open } from 'node:fs/promises'
import * as z from 'zod'

/** What a person was sent. */
export const Delivered = z.object({
  channel: z.literal('email'),
  at: z.string(),
  subject: z.string(),
  text: z.string(),
  image: z.string(),
  state: z.string(),
})
export type Delivered = Readonly<z.infer<typeof Delivered>>

/** With the SNS MessageId. */
const Entry = Delivered.extend({ id: z.string() })

/** One delivered notification as it is kept. */
export type InboxEntry = Readonly<z.infer<typeof Entry>>

export interface InboxFile {
  /** Oldest first. */
  readonly entries: readonly InboxEntry[]
  /** Keeps an entry, on disk when this returns; one whose id is known is left out. */
  add(entry: InboxEntry): Promise<void>
  close(): Promise<void>
}

/** Opens a file of JSON lines. A last line that a crash cut short is taken off. */
export async function openInboxFile(path: string): Promise<InboxFile> {
  const file = await open(path, 'a+')
  const entries = await readEntries(file)
  const known = new Set(entries.map((entry) => entry.id))
  return {
    entries,
    async add(entry) {
      if (known.has(entry.id)) return
      await file.appendFile(`${JSON.stringify(entry)}\n`)
      await file.sync()
      known.add(entry.id)
      entries.push(entry)
    },
    close: () => file.close(),
  }
}

async function readEntries(file: FileHandle): Promise<InboxEntry[]> {
  const bytes = await file.readFile()
  const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1)
  if (whole.length < bytes.length) await file.truncate(whole.length)
  return whole.toString('utf8').split('\n').flatMap(parseEntry)
}

function parseEntry(line: string): InboxEntry[] {
  try {
    return [Entry.parse(JSON.parse(line))]
  } catch {
    return []
  }
}
