import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Digest } from '../../../lambda/core/image.ts'
import type { RegistryOptions } from '../../../local/registry/context.ts'
import type { EcrEvent } from '../../../local/registry/events.ts'
import { startRegistry } from '../../../local/registry/server.ts'

export const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
export const INDEX = 'application/vnd.oci.image.index.v1+json'
export const CONFIG = 'application/vnd.oci.image.config.v1+json'
export const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip'

export type TestRegistry = Awaited<ReturnType<typeof testRegistry>>

/** A registry in a folder of its own, both gone when the test is over. */
export async function testRegistry(options: Partial<RegistryOptions> = {}) {
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'registry-')))
  const events: EcrEvent[] = []
  const clock = { now: new Date('2026-03-01T10:20:30.456Z') }
  const all: RegistryOptions = {
    port: 0,
    now: () => clock.now,
    onEvent: async (event) => {
      events.push(event)
    },
    ...options,
    dir,
  }
  let running = await startRegistry(all)
  let closed = false
  async function close() {
    if (!closed) await running.close()
    closed = true
  }
  onTestFinished(async () => {
    await close()
    await rm(dir, { recursive: true, force: true })
  })
  return {
    dir,
    events,
    clock,
    get host() {
      return running.host
    },
    get url() {
      return running.url
    },
    /** A call of the distribution API; `path` is what follows `/v2/`. */
    fetch: (method: string, path: string, init: RequestInit = {}) =>
      fetch(`${running.url}/v2/${path}`, { ...init, method }),
    close,
    async restart() {
      await close()
      running = await startRegistry(all)
      closed = false
    },
  }
}

export function sha256(bytes: string | Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

export type TestBlob = { readonly bytes: Buffer; readonly digest: Digest; readonly descriptor: object }

export function blob(text: string | Buffer, mediaType = LAYER): TestBlob {
  const bytes = Buffer.from(text as string)
  const digest = sha256(bytes)
  return { bytes, digest, descriptor: { mediaType, digest, size: bytes.length } }
}

export type Image = {
  readonly mediaType: string
  readonly text: string
  readonly digest: Digest
  readonly blobs: readonly TestBlob[]
  readonly children: readonly Image[]
  readonly descriptor: { readonly mediaType: string; readonly digest: Digest; readonly size: number }
}

function made(mediaType: string, json: object, blobs: readonly TestBlob[], children: readonly Image[] = []): Image {
  const text = JSON.stringify({ schemaVersion: 2, mediaType, ...json })
  const digest = sha256(text)
  return { mediaType, text, digest, blobs, children, descriptor: { mediaType, digest, size: text.length } }
}

/** An image of one layer; what sets it apart is `content`. */
export function image(content: string, more: Readonly<Record<string, unknown>> = {}, configType = CONFIG): Image {
  const config = blob(`{"content":${JSON.stringify(content)}}`, configType)
  const layer = blob(`layer of ${content}`)
  return made(MANIFEST, { config: config.descriptor, layers: [layer.descriptor], ...more }, [config, layer])
}

export function index(children: readonly Image[], more: Readonly<Record<string, unknown>> = {}): Image {
  return made(INDEX, { manifests: children.map((child) => child.descriptor), ...more }, [], children)
}

/** A manifest that hangs on another, as signatures do. */
export function referrer(subject: Image, artifactType: string, content = artifactType): Image {
  return image(content, { artifactType, subject: subject.descriptor, annotations: { about: content } })
}

export async function pushBlob(registry: TestRegistry, name: string, { bytes, digest }: TestBlob): Promise<void> {
  const answer = await registry.fetch('POST', `${name}/blobs/uploads/?digest=${digest}`, {
    body: new Uint8Array(bytes),
  })
  if (answer.status !== 201) throw new Error(`blob: ${answer.status} ${await answer.text()}`)
}

export async function pushContent(registry: TestRegistry, name: string, image: Image): Promise<void> {
  for (const one of image.blobs) await pushBlob(registry, name, one)
  for (const child of image.children) await push(registry, name, child)
}

/** Pushes an image with all it needs; by digest where no tag is given. */
export async function push(registry: TestRegistry, name: string, image: Image, tag?: string): Promise<void> {
  await pushContent(registry, name, image)
  const answer = await put(registry, name, tag ?? image.digest, image)
  if (answer.status !== 201) throw new Error(`manifest: ${answer.status} ${await answer.text()}`)
}

/** PUTs a manifest and nothing else. */
export function put(registry: TestRegistry, name: string, reference: string, { mediaType, text }: Image) {
  const headers = { 'content-type': mediaType }
  return registry.fetch('PUT', `${name}/manifests/${reference}`, { headers, body: text })
}

/** Status and error code of a refusal, `undefined` as code where there is none. */
export async function refusal(answer: Response): Promise<[number, string | undefined]> {
  const text = await answer.text()
  return [answer.status, text === '' ? undefined : (JSON.parse(text).errors?.[0]?.code as string | undefined)]
}

/** A request whose path reaches the server exactly as written. */
export function raw(registry: TestRegistry, method: string, path: string): Promise<{ status: number; body: string }> {
  const { hostname, port } = new URL(registry.url)
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, method, path, agent: false }, (response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => {
        body += chunk.toString()
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    })
    request.on('error', reject)
    request.end()
  })
}
