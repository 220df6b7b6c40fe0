import { readFile } from 'node:fs/promises'
import { writeDurably } from '../sigstore/durable-file.ts'

/** Starts a server on the port it had the last time, as the file says, or on a free one where that is not possible. */
export async function onRememberedPort<Server extends { readonly url: string }>(
  file: string,
  start: (port: number) => Promise<Server>,
): Promise<Server> {
  const server = await start(await readPort(file)).catch(() => start(0))
  writeDurably(file, new URL(server.url).port)
  return server
}

async function readPort(file: string): Promise<number> {
  const port = Number(await readFile(file, 'utf8').catch(() => '0'))
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : 0
}
