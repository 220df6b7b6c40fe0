import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import type { Command } from 'commander'
import { onTestFinished, vi } from 'vitest'

type Asked = { readonly method?: string; readonly url?: string; readonly body?: unknown }

/** An API that gives these answers in turn; what it was asked, and what a command prints. */
export async function api(...answers: readonly (readonly [status: number, body: object])[]) {
  const asked: Asked[] = []
  const left = [...answers]
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { method, url } = request
    asked.push({ method, url, ...(method === 'POST' && { body: await json(request) }) } as Asked)
    const [status, body] = left.shift() ?? [500, {}]
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const lines: string[] = []
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line))
  const run = async (command: Command, ...args: readonly string[]) => {
    await command.parseAsync([...args, '--api', url], { from: 'user' })
    return lines
  }
  return { asked, run }
}
