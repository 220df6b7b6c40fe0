import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createSocketServer } from 'node:net'
import { onTestFinished } from 'vitest'

/** Where the server is, and what it was asked so far. */
export type ScriptedServer = { readonly host: string; readonly url: string; readonly requests: IncomingMessage[] }

/** A server on loopback that answers as told and remembers what it was asked; gone when the test is. */
export async function serve(answer: RequestListener): Promise<ScriptedServer> {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    answer(request, response)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return { host, url: `http://${host}`, requests }
}

/** An address on loopback where nobody listens. */
export async function nobody(): Promise<string> {
  const server = createSocketServer()
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => {
    server.close(resolve)
  })
  return `127.0.0.1:${port}`
}
