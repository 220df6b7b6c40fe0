import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ECRClient } from '@aws-sdk/client-ecr'
import { expect, onTestFinished } from 'vitest'
import type { RegistryOptions } from '../../local/registry/context.ts'
import { startRegistry } from '../../local/registry/server.ts'
import { type Fixture, type PushImage, sha256 } from './fixtures.ts'

export const ACCOUNT = '000000000000'

export type LocalRegistry = {
  readonly host: string
  readonly url: string
  readonly client: ECRClient
  readonly push: PushImage
}

/** The registry of the local stack, empty; gone when the test is. */
export async function localRegistry(options: Partial<RegistryOptions> = {}): Promise<LocalRegistry> {
  const dir = await mkdtemp(join(tmpdir(), 'assay-registry-'))
  const now = () => new Date('2026-01-02T03:04:05Z')
  const registry = await startRegistry({ dir, port: 0, now, onEvent: async () => {}, ...options })
  const { host, url } = registry
  const client = ecrClient(url)
  onTestFinished(async () => {
    client.destroy()
    await registry.close()
    await rm(dir, { recursive: true })
  })
  return { host, url, client, push: (name, image, tags = []) => push(url, name, image, tags) }
}

/** An ECR client that talks to this address and gives up at the first refusal. */
export function ecrClient(endpoint: string): ECRClient {
  const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' }
  return new ECRClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
}

async function push(url: string, name: string, { blobs, manifest }: Fixture, tags: readonly string[]): Promise<void> {
  for (const blob of blobs) {
    const upload = await fetch(`${url}/v2/${name}/blobs/uploads/`, { method: 'POST' })
    const target = new URL(upload.headers.get('location') ?? '', url)
    target.searchParams.set('digest', sha256(blob))
    expect((await fetch(target, { method: 'PUT', body: blob })).status).toBe(201)
  }
  for (const reference of [manifest.digest, ...tags]) {
    const headers = { 'content-type': manifest.mediaType }
    const target = `${url}/v2/${name}/manifests/${reference}`
    expect((await fetch(target, { method: 'PUT', headers, body: manifest.bytes })).status).toBe(201)
  }
}
