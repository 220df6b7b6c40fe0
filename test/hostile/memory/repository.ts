import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Digest } from '../../../lambda/core/image.ts'
import type { FetchedManifest } from '../../../lambda/core/manifest.ts'
import { sha256 } from '../../formats/layouts.ts'

export const REPOSITORY = 'prod/app'

/** What a registry serves under each path of one repository; what nothing checks before. */
export type Repository = Map<string, Served>
type Served = { readonly mediaType: string; readonly bytes: Uint8Array; readonly slow?: boolean }

/** How long a slow answer takes, so that all that is read with it is held at once. Milliseconds. */
const SLOW = 3_000

/** Puts a manifest under its digest and, where given, a tag. */
export function put(at: Repository, manifest: FetchedManifest, tag?: string): FetchedManifest {
  for (const reference of [manifest.digest, ...(tag === undefined ? [] : [tag])])
    at.set(`manifests/${reference}`, manifest)
  return manifest
}

export function putBlob(at: Repository, bytes: Uint8Array): Digest {
  const digest = sha256(bytes)
  at.set(`blobs/${digest}`, { mediaType: 'application/octet-stream', bytes })
  return digest
}

/** Serves a repository on loopback until `close`. */
export async function serveRepository(
  contents: Repository,
): Promise<{ readonly host: string; readonly close: () => void }> {
  const server = createServer(({ url = '' }, response) => {
    const { pathname } = new URL(url, 'http://registry')
    const found = contents.get(pathname.slice(`/v2/${REPOSITORY}/`.length))
    const answer = () => {
      response.writeHead(found === undefined ? 404 : 200, { 'content-type': found?.mediaType ?? 'application/json' })
      response.end(found?.bytes ?? '{"errors":[{"code":"NOT_FOUND"}]}')
    }
    setTimeout(answer, found?.slow ? SLOW : 0)
  })
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done)
  })
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return { host, close: () => server.close().closeAllConnections() }
}
