import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { startRegistry } from '../../../local/registry/server.ts'
import type { Repository } from '../../../local/signing/push.ts'

/** An empty repository in a registry of its own, gone when the test is. */
export async function emptyRepository(options: { readonly referrersApi?: boolean } = {}): Promise<Repository> {
  const dir = await mkdtemp(join(tmpdir(), 'assay-signing-'))
  const now = () => new Date('2026-03-01T12:00:00Z')
  const running = await startRegistry({ dir, port: 0, now, onEvent: async () => {}, ...options })
  onTestFinished(async () => {
    await running.close()
    await rm(dir, { recursive: true })
  })
  return { registry: running.url, name: 'acme/app' }
}

/** A blob's text. */
export async function blobText({ registry, name }: Repository, digest: string): Promise<string> {
  return (await blob({ registry, name }, digest)).toString('utf8')
}

export async function blob({ registry, name }: Repository, digest: string): Promise<Buffer> {
  const response = await fetch(`${registry}/v2/${name}/blobs/${digest}`)
  if (!response.ok) throw new Error(`blob ${digest}: ${response.status}`)
  return Buffer.from(await response.arrayBuffer())
}
