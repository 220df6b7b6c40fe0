import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { writeDurably } from './durable-file.ts'
import { merkleTree } from './merkle.ts'

const LogEntry = z.object({ body: z.base64(), integratedTime: z.int() })
/** What a log keeps of an entry: its canonical body in base64, and when it was added, in seconds. */
export type LogEntry = Readonly<z.infer<typeof LogEntry>>

/** An entry in its place. */
export type LoggedEntry = LogEntry & { readonly index: number; readonly leafHash: Buffer }

/** Where an entry stands under the root of the log as it is now. */
export type Inclusion = { readonly size: number; readonly root: Buffer; readonly hashes: readonly Buffer[] }

/** An append-only log. An entry is on disk before it is acknowledged. */
export type TransparencyLog = {
  readonly append: (entry: LogEntry) => LoggedEntry
  readonly find: (leafHash: Uint8Array) => LoggedEntry | undefined
  readonly at: (index: number) => LoggedEntry | undefined
  readonly head: () => Pick<Inclusion, 'size' | 'root'>
  readonly inclusion: (index: number) => Inclusion
}

/** Opens the log kept in a folder, or an empty one in memory. */
export function openLog(folder: string | undefined): TransparencyLog {
  const entries: LoggedEntry[] = []
  const byHash = new Map<string, LoggedEntry>()
  const tree = merkleTree()

  function add(entry: LogEntry): LoggedEntry {
    const leafHash = tree.append(Buffer.from(entry.body, 'base64'))
    const logged = { ...entry, index: entries.length, leafHash }
    entries.push(logged)
    byHash.set(leafHash.toString('hex'), logged)
    return logged
  }

  if (folder !== undefined) for (const entry of readEntries(folder)) add(entry)
  const head = () => ({ size: tree.size(), root: tree.root() })
  return {
    append(entry) {
      if (folder !== undefined) writeDurably(join(folder, fileName(entries.length)), JSON.stringify(entry))
      return add(entry)
    },
    find: (leafHash) => byHash.get(Buffer.from(leafHash).toString('hex')),
    at: (index) => entries[index],
    head,
    inclusion: (index) => ({ ...head(), hashes: tree.inclusionProof(index) }),
  }
}

function readEntries(folder: string): LogEntry[] {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
  return names.toSorted().map((name, index) => {
    if (name !== fileName(index)) throw new Error(`log ${folder} has ${name} where ${fileName(index)} belongs`)
    return LogEntry.parse(JSON.parse(readFileSync(join(folder, name), 'utf8')))
  })
}

function fileName(index: number): string {
  return `${String(index).padStart(12, '0')}.json`
}
