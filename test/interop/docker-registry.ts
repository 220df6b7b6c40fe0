import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { vi } from 'vitest'

/** CNCF Distribution on a free loopback port, in memory: a real registry without a referrers API. */
export async function startDockerRegistry(folder: string): Promise<{ host: string; close(): void }> {
  const port = await freePort()
  const config = join(folder, 'registry.yml')
  await writeFile(
    config,
    `version: 0.1\nstorage: { inmemory: {} }\nhttp: { addr: "127.0.0.1:${port}" }\nlog: { level: error }\n`,
  )
  const child = spawn('docker-registry', ['serve', config], { stdio: 'ignore' })
  const host = `127.0.0.1:${port}`
  await vi.waitFor(async () => (await fetch(`http://${host}/v2/`)).ok, { timeout: 20_000, interval: 50 })
  return { host, close: () => void child.kill() }
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer()
    server.once('error', fail)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (typeof address === 'object' && address ? done(address.port) : fail(new Error('no port'))))
    })
  })
}
