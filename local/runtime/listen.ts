import { once } from 'node:events'
import type { Server } from 'node:http'

/** Opens a server on loopback; port 0 lets the system choose. Throws the system's error, such as EADDRINUSE. */
export async function listen(server: Server, port: number): Promise<string> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('server listens on no port')
  return `http://127.0.0.1:${address.port}`
}

/** Closes a server and every connection to it. */
export async function shut(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
