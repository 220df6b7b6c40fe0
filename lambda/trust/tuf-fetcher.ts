import { writeFile } from 'node:fs/promises'
import type { Fetcher } from 'tuf-js'
import { DownloadHTTPError } from 'tuf-js/dist/error.js'
import type { Mirror } from '../core/policy/policy.ts'
import { Misconfigured } from '../errors.ts'
import { exchanger } from '../registry/exchange.ts'
import { isLoopbackHost } from '../registry/hosts.ts'
import { LIMITS } from '../registry/limits.ts'

/** No file is read beyond this, whatever length a mirror's metadata gives it. */
const MAX_BYTES = 128_000

/**
 * Downloads for the TUF client with the guards that registries are read with: https (http on this machine only),
 * no redirects, no compression, bytes and time bounded. A file handed on lies at `place`, whatever it is called.
 */
export function tufFetcher(
  { name, url }: Mirror,
  place: string,
  signal: AbortSignal,
  fetch = globalThis.fetch,
): Fetcher {
  assertSafe(new URL(url))
  const get = exchanger({
    service: `mirror "${name}"`,
    limits: LIMITS,
    fetch: (to, init) =>
      fetch(to, { ...init, signal: AbortSignal.any([signal, ...(init?.signal ? [init.signal] : [])]) }),
  })
  async function downloadBytes(from: string, maxLength: number): Promise<Buffer> {
    const maxBytes = Math.min(maxLength, MAX_BYTES)
    const { status, bytes } = await get({ url: new URL(from), accept: '*/*', maxBytes, redirects: 0 })
    if (status !== 200) throw new DownloadHTTPError(`${from} is answered with ${status}`, status)
    return Buffer.from(bytes)
  }

  return {
    downloadBytes,
    async downloadFile(from, maxLength, handler) {
      await writeFile(place, await downloadBytes(from, maxLength))
      return handler(place)
    },
  }
}

function assertSafe({ href, protocol, host, hostname, username, password }: URL): void {
  if (username !== '' || password !== '') throw new Misconfigured('a mirror is read without credentials in its URL')
  const local = hostname === 'localhost' || isLoopbackHost(host)
  if (protocol === 'https:' || (protocol === 'http:' && local)) return
  throw new Misconfigured(`${href}: a mirror is read over https, or over http from a loopback address`)
}
