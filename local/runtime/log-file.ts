import { once } from 'node:events'
import { createWriteStream } from 'node:fs'

export interface LogFile {
  write(line: string): void
  close(): Promise<void>
}

/** Appends lines to a file. What cannot be written is lost, never an error. */
export function openLogFile(path: string): LogFile {
  const stream = createWriteStream(path, { flags: 'a' })
  stream.on('error', () => {})
  return {
    write: (line) => {
      stream.write(`${line}\n`)
    },
    async close() {
      stream.end()
      if (!stream.closed) await once(stream, 'close')
    },
  }
}
